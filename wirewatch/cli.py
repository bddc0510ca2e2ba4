"""The `wirewatch` command."""
