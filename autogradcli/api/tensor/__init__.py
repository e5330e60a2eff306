"""What tensors are to programs: making them, their attributes, operators, subscripts, dtypes and text."""
