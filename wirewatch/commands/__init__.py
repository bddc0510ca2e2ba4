"""The commands, one module per group; each adds itself to the application."""
