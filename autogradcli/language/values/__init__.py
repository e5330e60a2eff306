"""What values can do: builtins, types, attributes, operators, text, and what all of it may cost."""
