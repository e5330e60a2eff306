"""The declarations, a room a family. Whoever imports one may call it: the code for that is written on first use."""

from ..engine import generate  # noqa: F401 - what the stub of a declared operation calls
