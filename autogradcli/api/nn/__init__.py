"""``torch.nn``: modules, their layers and losses, initialisation and utilities."""
