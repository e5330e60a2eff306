"""Functions of numbers: elementwise, reductions, order, transforms."""
