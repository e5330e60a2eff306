"""``graph --format svg`` and ``html``: boxes, arrows and texts, and what the page tells."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_graph import CUTS, MLP, PROGRAMS, drawn, nodes_of

SVG = "{http://www.w3.org/2000/svg}"
Rect = tuple[float, float, float, float]


def _rect(element: ElementTree.Element) -> Rect:
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _apart(a: Rect, b: Rect) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def _within(a: Rect, b: Rect) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


def _points(d: str) -> list[tuple[float, float]]:
    """Points on a path, close to each other."""
    found: list[tuple[float, float]] = []
    for letter, text in re.findall(r"([MLC])([^MLC]*)", d):
        n = [float(part) for part in text.split()]
        if letter == "M":
            found.append((n[0], n[1]))
            continue
        x, y = found[-1]
        control = n if letter == "C" else [x, y, n[0], n[1], n[0], n[1]]
        xs, ys = (x, *control[0::2]), (y, *control[1::2])
        for k in range(1, 13):
            t = k / 12
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            found.append((sum(w * a for w, a in zip(weights, xs)), sum(w * a for w, a in zip(weights, ys))))
    return found


@pytest.mark.parametrize("options", [(), ("--values",), ("--full",)], ids=lambda options: " ".join(options) or "plain")
@pytest.mark.parametrize("name", PROGRAMS)
def test_svg(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    text = drawn(PROGRAMS[name], *options, "--svg", path=tmp_path / "a.svg")
    top = ElementTree.fromstring(text)
    groups = [g for g in top.iter(f"{SVG}g") if g.get("class") == "node"]
    boxes = [_rect(g.findall(f"{SVG}rect")[-1]) for g in groups]
    assert len(boxes) == len(nodes_of(PROGRAMS[name])["nodes"]) or "--full" in options
    for a, b in combinations(boxes, 2):
        assert _apart(a, b), (a, b)
    for box, group in zip(boxes, groups, strict=True):
        for line in group.findall(f"{SVG}text"):
            half = len(line.text or "") * 7.3 / 2
            x, y = float(line.attrib["x"]), float(line.attrib["y"])
            assert _within((x - half, y - 10, x + half, y + 3), box), line.text
    modules = [_rect(r) for r in top.iter(f"{SVG}rect") if r.get("class") == "module"]
    for frame in modules:
        assert all(_within(box, frame) or _apart(box, frame) for box in boxes)
        assert all(_within(a, frame) or _within(frame, a) or _apart(a, frame) for a in modules)
    for way in top.iter(f"{SVG}path"):
        points = _points(way.attrib["d"]) if "way" in way.get("class", "") else []
        assert not [(x, y) for x, y in points for a, b, c, d in boxes if a + 1 < x < c - 1 and b + 1 < y < d - 1], (
            way.attrib["d"]
        )
    width, height = float(top.attrib["width"]), float(top.attrib["height"])
    assert all(_within(box, (0, 0, width, height)) for box in boxes)


def test_texts_of_the_drawing(tmp_path: Path) -> None:
    text = drawn(CUTS, "--values", "--svg", path=tmp_path / "a.svg")
    shown = {line.text for line in ElementTree.fromstring(text).iter(f"{SVG}text")}
    assert shown >= {"loss = SumBackward0", "[]  line 7", "hook (line 4)", "cut off: no gradient goes on to h", "[2]"}
    assert any(line.startswith("gradient [") for line in shown if line)
    modules = drawn(MLP, "--svg", path=tmp_path / "b.svg")
    shown = {line.text for line in ElementTree.fromstring(modules).iter(f"{SVG}text")}
    assert shown >= {"net: Sequential", "net[24]: Linear", "12 x Linear, ReLU", "with net[0].bias ... net[22].weight"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_html(name: str, tmp_path: Path) -> None:
    text = drawn(PROGRAMS[name], "--html", path=tmp_path / "a.html")
    assert not re.search(r"https?:|//[a-z]|\bsrc=|\bhref=|<script|<link|@import|url\((?!#)|<b>|<i>", text)
    assert text.count("<svg") == 1 and all(f"<h2>{head}</h2>" in text for head in ("Gradients", "Steps", "Values"))


def test_what_the_page_tells(tmp_path: Path) -> None:
    text = drawn(PROGRAMS["small"], "--html", path=tmp_path / "a.html")
    assert "x.grad = 2 * x + 1" in text and "product rule" in text
    assert "<td>(x * x + x).sum() = SumBackward0</td>" in text and "<td>[3, 5]</td>" in text
    assert "x = tensor([1., 2.], requires_grad=True)" in text  # the program
    assert "the hook of line 4 changes it on its way" in drawn(CUTS, "--html", path=tmp_path / "b.html")
