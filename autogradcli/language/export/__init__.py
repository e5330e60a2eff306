"""A program as plain Python for PyTorch."""
