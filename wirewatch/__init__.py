"""THE PRODUCT: composes the five steps and gives them a command."""
