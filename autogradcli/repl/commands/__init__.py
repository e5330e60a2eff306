"""The commands of the prompt: one table, and what is in it."""

# Each enters its commands into the table, in the order of their help.
from . import help_command, value_commands, study_commands, mode_commands, session_commands  # noqa: F401, I001
