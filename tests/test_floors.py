"""The arrows of the house point down: every module of the package imports only from floors below its own.

The imports are read from the source, so those inside functions and under ``if TYPE_CHECKING`` count too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from late_imports import LATE

import autogradcli.api  # noqa: F401 - which tells where each operation is declared
from autogradcli.engine.operation import OPERATIONS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "autogradcli"
MAX_LINES = 450


class Floor(NamedTuple):
    name: str
    others: str = ""
    """The packages of other people that it may import."""
    only: str | None = None
    """The floors that it may import, where that is less than all below."""


# The house, from the roof to the ground.
FLOORS = (
    Floor("__main__", only="cli"),
    Floor(
        "cli", others="click rich numpy dask distributed"
    ),  # numpy for data in and out; --help without it has a test of its own
    Floor("repl", others="prompt_toolkit numpy"),
    Floor("data", others="numpy"),
    Floor("show", others="rich numpy plotille matplotlib contourpy PIL"),
    Floor("why", others="numpy"),
    Floor("studies", others="numpy"),
    Floor("recorded", others="numpy"),
    Floor("session", others="numpy"),
    Floor("tensor_names"),
    Floor("session_state", others="numpy"),
    Floor("notes", others="numpy"),
    Floor("tensor_names"),
    Floor("language", others="numpy"),
    Floor("explain", others="numpy"),
    Floor("api", others="numpy scipy ml_dtypes matplotlib"),  # Matplotlib for colours as numbers
    Floor("events", only="engine numerics"),  # plain records: what a run tells
    Floor("operations", others="numpy scipy"),
    Floor("engine", others="numpy"),
    Floor("numerics", others="numpy ml_dtypes scipy"),
    Floor("__init__"),  # the version, which every floor may read
)
NAMES = [floor.name for floor in FLOORS]

#: Inside functions only: what these cost is paid by those who need them.
LAZY = {"dask", "distributed", "scipy", "ml_dtypes", "repl", "plotille", "matplotlib", "contourpy", "PIL"}

#: "Nothing typed can hurt" rests on the language having no part in these. ``re.compile`` is another thing.
FORBIDDEN_NAMES = {
    *("eval", "exec", "compile", "__import__", "__builtins__"),
    *("getattr", "setattr", "delattr", "vars", "globals", "locals"),
}
FORBIDDEN_ATTRIBUTES = {"__dict__", "__getattribute__", "__globals__", "attrgetter", "methodcaller"}
FORBIDDEN_MODULES = {"builtins", "importlib", "pickle"}

#: Modules that copy entries of Python's own types and modules into the closed tables, at import and by names that are
#: written there; and the one that walks the fields of syntax nodes. They may read with ``vars``.
TABLE_BUILDERS = {
    *("builtins", "math_functions", "python_types", "syntax"),
    *(
        "cmath_module",
        "collections_module",
        "csv_module",
        "datetime_module",
        "decimal_module",
        "exact_numbers",
        "itertools_module",
        "random_module",
        "statistics_module",
        "string_module",
        "time_module",
    ),
}


class Import(NamedTuple):
    line: int
    target: str
    """Dotted and absolute; for ``from a import b``, ``a.b``."""
    in_function: bool


def imports(tree: ast.Module, module: str, is_package: bool) -> Iterator[Import]:
    """Every import of a module, relative names resolved."""
    home = module.split(".") if is_package else module.split(".")[:-1]
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, in_function = pending.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name, in_function)
        elif isinstance(node, ast.ImportFrom):
            parts = home[: len(home) - node.level + 1] if node.level else []
            parts += node.module.split(".") if node.module else []
            for alias in node.names:
                yield Import(node.lineno, ".".join([*parts, alias.name]), in_function)
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]


def floor_of(target: str) -> str:
    """The floor of a dotted name of the project; the package's own name is on ``__init__``."""
    parts = target.split(".")
    return "__init__" if len(parts) == 1 or parts[1] == "__version__" else parts[1]


def wrong_imports(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    here = floor_of(module)
    if here not in NAMES:
        yield f"{here} has no floor: give it one in FLOORS, and in DESIGN's picture"
        return
    floor = FLOORS[NAMES.index(here)]
    below = set(NAMES[NAMES.index(here) + 1 :] if floor.only is None else floor.only.split()) | {"__init__"}
    for line, target, in_function in imports(ast.parse(source), module, is_package):
        top = target.split(".")[0]
        if top == "autogradcli":
            there = floor_of(target)
            if there == here:
                continue
            allowed, kind = below, f"{there}/"
        elif top in sys.stdlib_module_names:
            continue
        else:
            there = top
            allowed, kind = set(floor.others.split()), top
        if there not in allowed:
            may = ", ".join(sorted(allowed)) or "nothing"
            yield f"line {line}: {here} imports {kind} ({target}), but may import only: {may}"
        elif there in LAZY and not in_function:
            yield f"line {line}: {here} imports {kind} at the start; do it in the function that needs it"


def forbidden_names(source: str, module: str) -> Iterator[str]:
    """What would let a program reach Python itself; asked of the language only."""
    if floor_of(module) != "language":
        return
    tree = ast.parse(source)
    allowed = {"vars", "builtins"} if module.split(".")[-1] in TABLE_BUILDERS else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES - allowed:
            yield f"line {node.lineno}: the language uses {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            yield f"line {node.lineno}: the language uses .{node.attr}"
    for line, target, _ in imports(tree, module, is_package=False):
        if target.split(".")[0] in FORBIDDEN_MODULES - allowed or target.split(".")[-1] in FORBIDDEN_ATTRIBUTES:
            yield f"line {line}: the language imports {target}"


def late_imports(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    """Imports of the project's own inside functions, which nothing excuses."""
    here = module.removeprefix("autogradcli.")
    for line, target, in_function in imports(ast.parse(source), module, is_package):
        if not in_function or not target.startswith("autogradcli.") or floor_of(target) in {*LAZY, "__init__"}:
            continue
        there = target.removeprefix("autogradcli.")
        if not any(begins(here, who) and begins(there, what) for who, what in LATE):
            yield f"line {line}: imports {there} inside a function; if it can't be at the top, give LATE the reason"


#: Words of the engine that operations happen to be called, too.
WORDS = {
    "bilinear": "a kind of operation",
    "complex": "an option of a declaration",
    "flip": "an option of a declaration",
    "index": "a kind of parameter",
    "mode": "a field",
    "to": "a bound",
    "view": "an option of a declaration",
    "where": "a field",
}
NAMING = {"name", "spelling", "aten", "node_name"}


def names_asked(source: str, module: str, names: Collection[str]) -> Iterator[str]:
    """Where the engine asks what an operation is called: names of operations, and comparisons of them."""
    if floor_of(module) != "engine":
        return
    tree = ast.parse(source)
    roles = [n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == "Roles"]
    told = {id(n) for node in roles for n in ast.walk(node)}  # what ``operations/`` tells the engine
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            if node.value in names and node.value not in WORDS:
                yield f"line {node.lineno}: the engine knows the operation {node.value} by name"
        elif isinstance(node, ast.Compare):
            if any(is_name(side) for side in (node.left, *node.comparators)):
                yield f"line {node.lineno}: the engine asks for the name of an operation"
        elif (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get") and any(
            is_name(argument) for argument in node.args
        ):
            yield f"line {node.lineno}: the engine looks up the name of an operation"


def is_name(node: ast.AST) -> bool:
    """``op.name`` and the like."""
    if not isinstance(node, ast.Attribute) or node.attr not in NAMING:
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return owner == "op"


def begins(dotted: str, start: str) -> bool:
    return not start or f"{dotted}.".startswith(f"{start}.")


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected components of more than one node, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        path.append(node)
        for other in graph.get(node, ()):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in path:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            start = path.index(node)
            if len(path) - start > 1:
                found.append(sorted(path[start:]))
            del path[start:]

    for node in graph:
        if node not in order:
            visit(node)
    return found


MODULES = sorted(PACKAGE.rglob("*.py"))
OPERATION_NAMES = {name for op in OPERATIONS.values() for name in (op.name, op.spelling)}


def module_of(path: Path) -> tuple[str, bool]:
    """The dotted name of a file, and whether it is a package."""
    is_package = path.name == "__init__.py"
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if is_package else parts), is_package


def test_no_circles() -> None:
    """No two files import each other, by whatever way: each can be read with only those below it."""
    names = {module_of(path)[0] for path in MODULES}
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        module, is_package = module_of(path)
        targets = graph[module] = set()
        for _, target, _ in imports(ast.parse(path.read_text(encoding="utf-8")), module, is_package):
            if target.startswith("autogradcli."):
                targets.add(target if target in names else target.rpartition(".")[0])
        targets.discard(module)
    assert circles(graph) == []


CIRCLES: list[tuple[dict[str, str], list[list[str]]]] = [
    ({"a": "b", "b": "c", "c": ""}, []),
    ({"a": "bc", "b": "c", "c": ""}, []),
    ({"a": "b", "b": "a"}, [["a", "b"]]),
    ({"d": "a", "a": "b", "b": "c", "c": "a"}, [["a", "b", "c"]]),
]


@pytest.mark.parametrize(("graph", "found"), CIRCLES)
def test_the_check_of_circles(graph: dict[str, str], found: list[list[str]]) -> None:
    assert circles(graph) == found


def test_reasons_are_used() -> None:
    """A reason for an import inside a function goes with it."""
    used = set()
    for path in MODULES:
        module, is_package = module_of(path)
        here = module.removeprefix("autogradcli.")
        for _, target, in_function in imports(ast.parse(path.read_text(encoding="utf-8")), module, is_package):
            there = target.removeprefix("autogradcli.")
            if in_function and target.startswith("autogradcli"):
                used |= {(who, what) for who, what in LATE if begins(here, who) and begins(there, what)}
    assert used == set(LATE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    module, is_package = module_of(path)
    wrong = [
        *wrong_imports(source, module, is_package),
        *late_imports(source, module, is_package),
        *forbidden_names(source, module),
        *names_asked(source, module, OPERATION_NAMES),
    ]
    lines = source.count("\n")
    if lines > MAX_LINES:
        wrong.append(f"{lines} lines; at most {MAX_LINES}, so that a name can say what is inside: split it")
    assert not wrong, "\n" + "\n".join(f"{path.relative_to(ROOT)}: {what}" for what in wrong)


# The check checks: (module, source, what it says; "" where all is well).
SAMPLES = [
    ("engine.node", "from ..operations import pointwise", "engine imports operations/"),
    ("engine.node", "from .. import session", "engine imports session/"),
    ("engine.node", "import autogradcli.show.table", "engine imports show/"),
    ("engine.node", "import autogradcli", ""),
    ("engine.node", "from . import tensor\nfrom .tensor import Tensor\nimport numpy.linalg", ""),
    ("engine.node", "if TYPE_CHECKING:\n    from ..api import registry", "engine imports api/"),
    ("engine.node", "def f():\n    from ..language import parse", "engine imports language/"),
    ("engine.node", "import torch", "engine imports torch"),
    ("operations.linalg", "def f():\n    from scipy import linalg", ""),
    ("operations.linalg", "from scipy import linalg", "at the start"),
    ("operations.linalg", "class C:\n    import scipy.linalg", "at the start"),
    ("operations.linalg", "from ..api.calls.registry import namespace", "operations imports api/"),
    ("api.torch", "from ..explain import formula", "api imports explain/"),
    ("explain.formula", "from ..language import parse", "explain imports language/"),
    ("language.parse", "from ..events import Printed", ""),
    ("operations.linalg", "from ..events import Printed", "operations imports events/"),
    ("language.call", "vars(value)", "uses vars"),
    ("language.python_types", "vars(str)", ""),
    ("language.parse", "from ..explain import formula\nfrom .. import __version__", ""),
    ("events", "from .engine.tensor import Tensor", ""),
    ("events", "from .language import parse", "events imports language/"),
    ("session", "from .language import parse\nfrom .events import Event", ""),
    ("session", "from .show import table", "session imports show/"),
    ("show.table", "import rich.table\nfrom ..session import Session", ""),
    ("show.table", "import click", "show imports click"),
    ("show.table", "from ..cli import main", "show imports cli/"),
    ("repl.keys", "import prompt_toolkit", ""),
    ("repl.keys", "from ..cli.main import main", "repl imports cli/"),
    ("cli.main", "import prompt_toolkit", "cli imports prompt_toolkit"),
    ("cli.main", "from ..repl import run", "at the start"),
    ("cli.main", "import click\ndef f():\n    from ..repl import run", ""),
    ("__main__", "from autogradcli.cli.main import main", ""),
    ("__main__", "from autogradcli.session import Session", "__main__ imports session/"),
    ("__main__", "import cellar", "__main__ imports cellar"),
    ("cellar.wine", "", "cellar has no floor"),
    ("cli.main", "from .. import cellar", "cli imports cellar/"),
    ("language.call", "value = getattr(tensor, name)", "uses getattr"),
    ("language.call", "read = getattr", "uses getattr"),
    ("language.call", "eval(text)", "uses eval"),
    ("language.call", "exec(text)", "uses exec"),
    ("language.call", "compile(text, '', 'exec')", "uses compile"),
    ("language.call", "import builtins", "imports builtins"),
    ("language.call", "from operator import attrgetter", "imports operator.attrgetter"),
    ("language.call", "import operator\noperator.attrgetter('x')", "uses .attrgetter"),
    ("language.call", "import re\nre.compile('x')\nNAMES = {'eval', 'getattr'}", ""),
    ("engine.hooks", "getattr(node, name)", ""),
    ("engine.hooks", "def f():\n    from .views import link", "inside a function"),
    ("engine.hooks", "op.name == which", "asks for the name"),
    ("engine.hooks", "call.op.spelling in names", "asks for the name"),
    ("engine.hooks", "names.get(op.name)", "looks up the name"),
    ("engine.hooks", "FAST = {'mul'}", "by name"),
    ("engine.hooks", "save.name == 'index' and f'{op.name}'", ""),
    ("engine.worlds", "class Roles:\n    __slots__ = ('mul',)", ""),
    ("operations.linalg", "op.name == 'mul'", ""),
    ("engine.hooks", "import math\ndef f():\n    from math import pi", ""),
    ("repl.app", "def f():\n    from ..show.table import Rich\n    from .. import __version__", ""),
    ("repl.apple", "def f():\n    from ..show.table import Rich", "inside a function"),
]


@pytest.mark.parametrize(("module", "source", "says"), SAMPLES)
def test_the_check(module: str, source: str, says: str) -> None:
    module = f"autogradcli.{module}"
    said = "\n".join(
        [
            *wrong_imports(source, module),
            *late_imports(source, module),
            *forbidden_names(source, module),
            *names_asked(source, module, {"mul", "index"}),
        ]
    )
    assert says in said
    assert bool(says) == bool(said)
