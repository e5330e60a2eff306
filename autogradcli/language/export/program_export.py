"""A program of the calculator as plain Python that runs under PyTorch and prints the same.

The text stays as it is but for the calculator's extensions, each rewritten where it stands:

    randn(3)              torch.randn(3), and so every other bare name that PyTorch keeps in a module
    exp([0, 1])           torch.exp(torch.tensor([0, 1]))
    [1, 2] * x            torch.tensor([1, 2]) * x
    sqrt(v), sum(v)       where v may be a number or a tensor: a function of a few lines at the head decides
    x + 1                 a value that is shown: sys.displayhook(x + 1), which sets ``_`` too

What a name holds is inferred from literals, from calls of torch's functions and from assignments that agree; only
where that leaves open which meaning applies a function at the head is used.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ...api.calls.registry import NAMESPACES
from ..read.analysis import analyse
from ..read.scopes import GLOBAL, Scope
from ..read.syntax import Source, parse
from ..values.builtins import BUILTINS
from .export_arguments import needs_floats, plain_integers, wants
from .export_kinds import LIST, NUMBER, OTHER, SHARED, TENSOR, Kinds, has_both, home_of

#: And those of them for which Python's is right on every tensor.
_SAME = frozenset({"abs", "pow"})
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_MODULES = {
    "torch": "import torch",
    "math": "import math",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "matplotlib": "import matplotlib",
    "plt": "import matplotlib.pyplot as plt",
}
#: Methods whose call as a statement shows nothing.
_SILENT = frozenset({"append", "backward", "clear", "extend", "insert", "reverse", "sort", "update"})
_NUMBERS_TOO = '''
def _number_or_tensor(name):
    """The function of math on numbers, of torch on tensors and lists of numbers."""

    def call(*values, **options):
        if not options and all(isinstance(value, (int, float)) for value in values):
            return getattr(math, name)(*values)
        values = [torch.tensor(value) if isinstance(value, list) else value for value in values]
        return getattr(torch, name)(*values, **options)

    return call
'''
_PYTHON_FIRST = '''
def _python_or_tensor(name):
    """Python's function, and torch's where Python's has an error on a tensor."""

    def call(*values, **options):
        if not isinstance(values[0], torch.Tensor):
            return getattr(builtins, name)(*values, **options)
        if not options and all(isinstance(value, torch.Tensor) for value in values):
            try:
                return getattr(builtins, name)(*values)
            except (TypeError, RuntimeError):
                pass
        return getattr(torch, name)(*values, **options)

    return call
'''
_BESIDE = '''
def _beside(values, other):
    """A list beside a tensor is a tensor."""
    return torch.tensor(values) if isinstance(other, torch.Tensor) else values
'''


def export(text: str, *, echo: bool = True) -> str:
    """The program for PyTorch. Without ``echo`` bare expressions show nothing, as in any Python script.

    Raises SyntaxError for a text that is no program.
    """
    text = text.removeprefix("\ufeff")
    tree = parse(text)
    exporter = _Exporter(text, tree, echo)
    return exporter.result()


class _Exporter:
    def __init__(self, text: str, tree: ast.Module, echo: bool) -> None:
        self.text = text
        self.tree = tree
        self.source = Source(text)
        self.echo = echo
        self.scopes = analyse(tree)
        self.bound = set(_module_names(tree, self.scopes))
        self.imports_torch = any(
            isinstance(node, (ast.Import, ast.ImportFrom)) and "torch" in ast.unparse(node) for node in tree.body
        )
        #: What is to come before and behind nodes, and in place of names: by the node's identity.
        self.renamed: dict[int, str] = {}
        self.wrapped: dict[int, list[tuple[str, str]]] = {}
        self.modules: set[str] = set()
        self.helpers: dict[str, str] = {}
        self.kind = Kinds(tree, self.bound).kind

    def result(self) -> str:
        for node, scope in _walk(self.tree, self.scopes[self.tree], self.scopes):
            if isinstance(node, ast.Name) and type(node.ctx) is ast.Load:
                self._name(node, scope)
            elif isinstance(node, ast.Call):
                self._call(node, scope)
            elif isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign)):
                self._operator(node)
        if self.echo:
            for statement in self.tree.body:
                if isinstance(statement, ast.Expr) and not self._shows_nothing(statement.value):
                    self.modules.add("sys")
                    inner = self._parentheses(statement.value)
                    self.wrapped.setdefault(id(statement.value), []).append(
                        ("sys.displayhook(" + inner[:1], inner[1:] + ")")
                    )
        return self._with_head(self._edited())

    # -- decisions

    def _free(self, name: str, scope: Scope) -> bool:
        """Whether a name is none of the program's own."""
        return name not in self.bound and scope.where(name)[0] == GLOBAL

    def _name(self, node: ast.Name, scope: Scope) -> None:
        name = node.id
        if id(node) in self.renamed or not self._free(name, scope):
            return
        if name in _MODULES:
            self.modules.add(name)
        elif name in BUILTINS:
            return  # Python has it too; calls of those that are the tensor's as well are looked at as calls
        elif has_both(name):
            self._helper(f"_{name}", _NUMBERS_TOO, "_number_or_tensor", name, "math", "torch")
            self.renamed[id(node)] = f"_{name}"
        elif (home := home_of(name)) is not None:
            self.modules.add(home.partition(".")[0])
            self.renamed[id(node)] = f"{home}.{name}"

    def _call(self, node: ast.Call, scope: Scope) -> None:
        function = node.func
        if not isinstance(function, ast.Name) or not self._free(function.id, scope):
            return
        name, kinds = function.id, [self.kind(argument) for argument in node.args]
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if name in BUILTINS:
            if name in SHARED - _SAME and node.args and not starred:
                self._shared(node, function, kinds)
            elif name in SHARED - _SAME and starred and not self.imports_torch:
                self._decided_later(function)
            return
        if has_both(name) and not starred and kinds:
            if all(kind == NUMBER for kind in kinds) and not node.keywords:
                self._rename(function, "math", f"math.{name}")
                return
            if kinds[0] in (TENSOR, LIST):
                self._rename(function, "torch", f"torch.{name}")
            else:
                return
        floats: bool | None = None
        for position, (argument, kind) in enumerate(zip(node.args, kinds)):
            if kind in (LIST, NUMBER) and wants(name, position, "Tensor", of_list=kind == LIST):
                floats = needs_floats(name, node) if floats is None else floats
                self._as_tensor(argument, floats=floats)
            elif isinstance(argument, (ast.List, ast.Tuple)) and wants(name, position, "TensorList"):
                for element in argument.elts:
                    if self.kind(element) in (LIST, NUMBER):
                        self._as_tensor(element)

    def _shared(self, node: ast.Call, function: ast.Name, kinds: Sequence[str]) -> None:
        """``sum(x)`` and its like."""
        name = function.id
        if kinds[0] in (NUMBER, LIST, OTHER) or (not kinds[0] and self.imports_torch):
            return
        if kinds[0] == TENSOR and (node.keywords or any(kind in (NUMBER, OTHER, LIST) for kind in kinds[1:])):
            self._rename(function, "torch", f"torch.{name}")
            return
        self._decided_later(function)

    def _decided_later(self, function: ast.Name) -> None:
        """Python's function or the tensor's: that is seen when it runs."""
        name = function.id
        self._helper(f"_{name}", _PYTHON_FIRST, "_python_or_tensor", name, "builtins", "torch")
        self.renamed[id(function)] = f"_{name}"

    def _operator(self, node: ast.BinOp | ast.Compare | ast.AugAssign) -> None:
        """A list of numbers beside a tensor."""
        if isinstance(node, ast.BinOp):
            sides = [(node.left, node.right), (node.right, node.left)]
            pythons = isinstance(node.op, (ast.Mult, ast.Add, ast.Mod))
        elif isinstance(node, ast.AugAssign):
            sides = [(node.value, node.target)]
            pythons = isinstance(node.op, (ast.Mult, ast.Add))
        elif len(node.comparators) == 1:
            sides = [(node.left, node.comparators[0]), (node.comparators[0], node.left)]
            pythons = True
            if isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)):
                return  # Python's own: no error there
        else:
            return
        for side, other in sides:
            if not isinstance(side, ast.List) or not side.elts or self.kind(side) != LIST:
                continue
            kind = self.kind(other)
            if kind == TENSOR or (not kind and not pythons):
                self._as_tensor(side)
            elif not kind and isinstance(other, ast.Name):
                self.modules.add("torch")
                self.helpers.setdefault(_BESIDE, "")
                self.wrapped.setdefault(id(side), []).append(("_beside(", f", {other.id})"))
            elif not kind and not self.imports_torch:
                self._as_tensor(side)

    def _as_tensor(self, node: ast.expr, *, floats: bool = False) -> None:
        """``torch.tensor(...)`` around it, of floats where there may be none but integers."""
        behind = ")"
        integers = plain_integers(node) if floats else []
        if integers == [node]:
            behind = ".)"
        elif integers:
            for number in integers:
                self.wrapped.setdefault(id(number), []).append(("", "."))
        elif floats:
            behind = ") * 1.0"
        self.modules.add("torch")
        self.wrapped.setdefault(id(node), []).append(("torch.tensor(", behind))

    def _parentheses(self, node: ast.expr) -> str:
        """What has to stand around a bare expression to make one argument of it: ``1, 2`` would be two."""
        if not isinstance(node, ast.Tuple):
            return ""
        text = ast.get_source_segment("\n".join(self.source.lines), node) or ""
        try:
            ast.parse(f"[{text[1:-1]}]")  # not so of (1), (2)
        except SyntaxError:
            return "()"
        return "" if text.startswith("(") else "()"

    def _rename(self, node: ast.Name, module: str, text: str) -> None:
        self.modules.add(module)
        self.renamed[id(node)] = text

    def _helper(self, made: str, code: str, maker: str, name: str, *modules: str) -> None:
        self.modules.update(modules)
        self.helpers.setdefault(code, "")
        self.helpers[f"{made} = {maker}({name!r})"] = ""

    def _shows_nothing(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return node.value is None
        if not isinstance(node, ast.Call):
            return False
        function = node.func
        if isinstance(function, ast.Name):
            return function.id == "print" and "print" not in self.bound
        return isinstance(function, ast.Attribute) and function.attr in _SILENT

    # -- the text

    def _edited(self) -> str:
        """The text with all decisions carried out."""
        inside = {
            id(inner) for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)
        }
        starts = _line_starts(self.source)
        edits: list[tuple[int, int, int, str, int]] = []  # place, before or behind, order, text, characters replaced
        for order, node in enumerate(ast.walk(self.tree)):
            if not isinstance(node, ast.expr):
                continue
            start = starts[node.lineno - 1] + self.source.column(node.lineno, node.col_offset) - 1
            last = node.end_lineno or node.lineno
            end = starts[last - 1] + self.source.column(last, node.end_col_offset or 0) - 1
            if isinstance(node, ast.JoinedStr) and self._changes(node):
                # Before Python 3.12 the places of what is in an f-string are not to be relied on.
                edits.append((start, 1, order, ast.unparse(self._changed(node)), end - start))
            elif id(node) in inside:
                continue
            elif id(node) in self.renamed:
                edits.append((start, 1, order, self.renamed[id(node)], end - start))
            for before, behind in self.wrapped.get(id(node), ()):
                edits.append((start, 0, order, before, 0))
                edits.append((end, -1, -order, behind, 0))
        text = "\n".join(self.source.lines)
        pieces, at = [], 0
        for place, _, _, new, length in sorted(edits):
            pieces += [text[at:place], new]
            at = place + length
        return "".join([*pieces, text[at:]])

    def _changes(self, node: ast.AST) -> bool:
        return any(id(inner) in self.renamed or id(inner) in self.wrapped for inner in ast.walk(node))

    def _changed(self, node: ast.expr) -> ast.AST:
        return _Change(self.renamed, self.wrapped).visit(node)

    def _with_head(self, text: str) -> str:
        present = {name for name in self.bound if any(_imports(node, name) for node in self.tree.body)}
        imports = [
            f"import {name}"
            for name in ("builtins", "math", "matplotlib", "sys", "torch")
            if name in self.modules - present
        ]
        imports += [_MODULES[name] for name in ("nn", "F", "plt") if name in self.modules - present]
        if not imports:
            return text
        head = "\n".join(imports) + "\n"
        if self.helpers:
            codes = [code for code in self.helpers if code.startswith("\n")]
            names = [code for code in self.helpers if not code.startswith("\n")]
            head += "".join("\n" + code for code in codes) + ("\n\n" + "\n".join(names) + "\n" if names else "") + "\n"
        lines = text.split("\n")
        first = self._first_line()
        return "\n".join(lines[:first]) + ("\n" if first else "") + head + "\n".join(lines[first:])

    def _first_line(self) -> int:
        """How many lines stay above the head: comments, and what has to come first in Python."""
        count = 0
        for node in self.tree.body:
            if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                break
            count = node.end_lineno or node.lineno
        while count < len(self.source.lines) and self.source.lines[count].startswith("#"):
            count += 1
        return count


class _Change(ast.NodeTransformer):
    """The same decisions on a tree, for what is written anew."""

    def __init__(self, renamed: dict[int, str], wrapped: dict[int, list[tuple[str, str]]]) -> None:
        self.renamed = renamed
        self.wrapped = wrapped

    def visit(self, node: ast.AST) -> ast.AST:
        new: ast.AST = self.generic_visit(node)
        if id(node) in self.renamed:
            new = ast.parse(self.renamed[id(node)], mode="eval").body
        for before, behind in self.wrapped.get(id(node), ()):
            assert isinstance(new, ast.expr)
            new = ast.parse(f"{before}{ast.unparse(new)}{behind}", mode="eval").body
        return new


def _module_names(tree: ast.Module, scopes: dict[ast.AST, Scope]) -> Iterator[str]:
    """The names that the program binds at its top level, or as globals anywhere."""
    for node, scope in _walk(tree, scopes[tree], scopes):
        if isinstance(node, ast.Name) and type(node.ctx) is not ast.Load:
            if scope.where(node.id)[0] == GLOBAL:
                yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            if scope.where(node.name)[0] == GLOBAL:
                yield node.name
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*" and isinstance(node, ast.ImportFrom):
                    yield from NAMESPACES.get(node.module or "", {})
                else:
                    yield alias.asname or alias.name.partition(".")[0]


def _imports(node: ast.stmt, name: str) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and any(
        (alias.asname or alias.name.partition(".")[0]) == name for alias in node.names
    )


def _walk(node: ast.AST, scope: Scope, scopes: dict[ast.AST, Scope]) -> Iterator[tuple[ast.AST, Scope]]:
    """Every node with the scope that its names belong to."""
    pending = [(node, scope)]
    while pending:
        node, scope = pending.pop()
        yield node, scope
        inner = scopes.get(node, scope)
        for field, value in ast.iter_fields(node):
            outside = field in ("decorator_list", "bases", "keywords", "returns") or inner is scope
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.arguments):
                    pending += [(default, scope) for default in (*child.defaults, *child.kw_defaults) if default]
                elif isinstance(node, _Comprehension) and child is node.generators[0]:
                    pending += [(child.iter, scope), (child.target, inner), *((test, inner) for test in child.ifs)]
                elif isinstance(child, ast.AST):
                    pending.append((child, scope if outside else inner))


def _line_starts(source: Source) -> list[int]:
    starts, at = [], 0
    for line in source.lines:
        starts.append(at)
        at += len(line) + 1
    return starts
