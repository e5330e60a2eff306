"""Many programs: which, by whom, how far, and what becomes of their results."""
