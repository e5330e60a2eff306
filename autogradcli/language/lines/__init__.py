"""Lines of one shape, compiled once."""
