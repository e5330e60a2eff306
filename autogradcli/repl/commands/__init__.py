"""The commands of the prompt: one table, and what is in it."""
