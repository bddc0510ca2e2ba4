"""CLEAN: Page → Story or Discard. Pure functions; no network, no clock."""
