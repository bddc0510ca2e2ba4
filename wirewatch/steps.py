"""The five steps, composed."""
