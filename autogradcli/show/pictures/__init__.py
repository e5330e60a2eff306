"""Pictures: what is in them, and how they are drawn in a terminal and into files."""
