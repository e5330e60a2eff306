"""What ends a run from outside the program: its time is over, or nobody reads what it writes."""

from __future__ import annotations


class Stop(BaseException):
    """The base of what a program can neither catch nor, by a ``finally``, outlive."""
