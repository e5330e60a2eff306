"""Other shapes, parts, and elements by place."""
