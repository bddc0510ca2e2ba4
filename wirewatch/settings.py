"""Where things are and how much is allowed: one frozen record, read once at the start."""
