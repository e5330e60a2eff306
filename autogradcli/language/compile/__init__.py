"""A checked tree to closures: names, expressions, calls, statements, whole programs."""
