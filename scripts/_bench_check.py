"""Ratios kept in a Markdown file, and what has become slower than they say.

The file has tables of this form, one for each number of threads; further columns are for readers:

    | program, 1 thread | times PyTorch | ...
    |---|---|
    | softmax rows | 1.52 | ...
"""

from __future__ import annotations

import re
from pathlib import Path

#: Slower by more than this is said; less is the machine.
TOLERATED = 0.15


def kept_ratios(file: Path, threads: int) -> dict[str, float]:
    """Program -> PyTorch's time divided by ours, of the tables for so many threads. Raises SystemExit where the file
    has none."""
    found: dict[str, float] = {}
    head = re.compile(rf"\| *program, {threads} threads? *\| *times PyTorch *\|")
    inside = False
    for line in file.read_text().splitlines():
        if not line.startswith("|"):
            inside = False
        elif head.match(line):
            inside = True
        elif inside:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            try:
                found[cells[0]] = float(cells[1])
            except ValueError:  # the line of dashes; a program that PyTorch can't run
                continue
    if not found:
        raise SystemExit(f"{file} has no table whose first line begins with `| program, {threads} thread`")
    return found


def compare(kept: dict[str, float], measured: dict[str, float]) -> list[str]:
    """A line for each measured program that is slower than kept by more than is tolerated, or that isn't kept."""
    said = []
    for name, ratio in measured.items():
        if name not in kept:
            said.append(f"{name}: no ratio is kept")
        elif ratio < kept[name] / (1 + TOLERATED):
            percent = round(100 * (kept[name] / ratio - 1))
            said.append(f"{name}: {ratio:.2f} times PyTorch, kept is {kept[name]:.2f}: {percent}% slower")
    return said


def table(rows: list[tuple[str, dict[str, float]]], threads: int) -> str:
    """The table as it is kept: programs and how many times as fast as each peer."""
    lines = [
        f"| program, {threads} thread{'s' if threads > 1 else ''} | times PyTorch | times `jax.jit` "
        "| times NumPy by hand | seconds |",
        "|---|---|---|---|---|",
    ]
    for name, seconds in rows:
        ours = seconds["ours"]
        cells = [f"{seconds[peer] / ours:.2f}" if peer in seconds else "" for peer in ("torch", "jax", "numpy")]
        lines.append(f"| {name} | {' | '.join(cells)} | {ours:.4f} |")
    return "\n".join(lines)
