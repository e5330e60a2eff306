"""Random numbers, draw for draw PyTorch's: the engine, what it draws, and the distributions made of it."""
