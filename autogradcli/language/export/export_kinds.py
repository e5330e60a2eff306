"""What the expressions of a program hold, as far as its text tells: tensors, numbers, lists of numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import Any

from ...api.calls.registry import NAMESPACES, home_among
from ..compile.calls import Builtin
from ..values.builtins import BUILTINS
from ..values.prelude import SOURCES

#: OTHER is none of these; "" is what can't be said.
TENSOR, NUMBER, LIST, OTHER = "tensor", "number", "list", "other"

#: Python's functions that are the tensor's too, where Python has an error.
SHARED = frozenset({"abs", "all", "any", "max", "min", "pow", "round", "sum"})
_TENSOR_ATTRIBUTES = frozenset({"grad", "T", "mT", "H", "mH", "data", "real", "imag"})
#: Methods of tensors that give something else.
_NO_TENSOR = frozenset(
    {"item", "tolist", "backward", "size", "dim", "numel", "register_hook", "split", "chunk", "unbind", "stride"}
)
#: And functions of ``torch`` that do.
_NO_TENSORS = frozenset(
    {"torch.manual_seed", "torch.split", "torch.chunk", "torch.unbind", "torch.is_tensor", "torch.equal",
     "torch.allclose", "torch.no_grad", "torch.enable_grad", "torch.set_grad_enabled", "torch.is_grad_enabled",
     "torch.set_default_dtype", "torch.get_default_dtype", "torch.finfo", "torch.iinfo", "torch.set_printoptions",
     "torch.autograd.grad", "torch.numel", "torch.sort", "torch.topk", "torch.meshgrid", "torch.broadcast_shapes"}
)  # fmt: skip


class Kinds:
    """The kinds of one program's expressions. ``bound``: the names of its own at the top level."""

    def __init__(self, tree: ast.Module, bound: Collection[str]) -> None:
        self.tree = tree
        self.bound = bound
        #: What names hold, where all their assignments agree.
        self.names: dict[str, str] = {}
        for _ in range(3):  # a name may be assigned from another
            self.names = self._round()

    def _round(self) -> dict[str, str]:
        found: dict[str, set[str]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._note(target, self.kind(node.value), found)
            elif isinstance(node, (ast.For, ast.comprehension)):
                counted = isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "range"
                self._note(node.target, NUMBER if counted else "", found)
            elif isinstance(node, ast.AugAssign):
                kind = self.kind(node.value)
                # A number or a list that is added to a name leaves it what it was.
                if kind not in (NUMBER, LIST):
                    self._note(node.target, self.kind(node.target) or kind, found)
            elif isinstance(node, (ast.NamedExpr, ast.AnnAssign)):
                self._note(node.target, self.kind(node.value) if node.value else "", found)
            elif isinstance(node, ast.arg):
                found.setdefault(node.arg, set()).add("")
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                self._note(node.optional_vars, "", found)
        return {name: next(iter(kinds)) for name, kinds in found.items() if len(kinds) == 1}

    def _note(self, target: ast.expr, kind: str, found: dict[str, set[str]]) -> None:
        if isinstance(target, ast.Name):
            found.setdefault(target.id, set()).add(kind)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self._note(element, "", found)
        elif isinstance(target, ast.Starred):
            self._note(target.value, OTHER, found)

    def kind(self, node: ast.expr) -> str:
        """TENSOR, NUMBER, LIST (of numbers), OTHER, or nothing where it can't be said."""
        handler = _KINDS.get(type(node))
        return OTHER if handler is None else handler(self, node)

    def kind_of_call(self, node: ast.Call) -> str:
        function = node.func
        if isinstance(function, ast.Attribute):
            dotted = ast.unparse(function)
            if dotted.startswith(("torch.", "F.")):
                return "" if dotted in _NO_TENSORS else TENSOR
            if dotted.startswith("math."):
                return NUMBER
            if function.attr in ("item", "numel", "dim"):
                return NUMBER
            return TENSOR if self.kind(function.value) == TENSOR and function.attr not in _NO_TENSOR else ""
        if not isinstance(function, ast.Name) or function.id in self.bound:
            return ""
        name = function.id
        if name in ("float", "int", "len", "ord"):
            return NUMBER
        first = self.kind(node.args[0]) if node.args else ""
        if name in SHARED:
            return first if first in (NUMBER, TENSOR) and name not in ("all", "any") else ""
        if name in BUILTINS:
            return ""
        if has_both(name):
            return NUMBER if first == NUMBER else TENSOR if first in (TENSOR, LIST) else ""
        home = home_of(name)
        return TENSOR if home is not None and home != "math" and f"{home}.{name}" not in _NO_TENSORS else ""


def home_of(name: str) -> str | None:
    """The module that PyTorch or Python keeps a bare name in."""
    if name.startswith("_"):
        return None
    return home_among(SOURCES, name)


def has_both(name: str) -> bool:
    """Whether a bare name is math's function on numbers and torch's on tensors."""
    return type(NAMESPACES.get("math", {}).get(name)) is Builtin and name in NAMESPACES.get("torch", {})


def _constant(kinds: Kinds, node: ast.Constant) -> str:
    return NUMBER if isinstance(node.value, int | float | complex) else OTHER


def _list(kinds: Kinds, node: ast.List) -> str:
    return LIST if all(kinds.kind(element) in (NUMBER, LIST) for element in node.elts) else OTHER


def _binary(kinds: Kinds, node: ast.BinOp) -> str:
    sides = {kinds.kind(node.left), kinds.kind(node.right)}
    return TENSOR if TENSOR in sides else NUMBER if sides == {NUMBER} else ""


def _comparison(kinds: Kinds, node: ast.Compare) -> str:
    return TENSOR if TENSOR in map(kinds.kind, (node.left, *node.comparators)) and len(node.ops) == 1 else ""


def _attribute(kinds: Kinds, node: ast.Attribute) -> str:
    if ast.unparse(node.value) == "math":
        return NUMBER
    return TENSOR if node.attr in _TENSOR_ATTRIBUTES and kinds.kind(node.value) == TENSOR else ""


def _subscript(kinds: Kinds, node: ast.Subscript) -> str:
    return TENSOR if kinds.kind(node.value) == TENSOR else ""


def _conditional(kinds: Kinds, node: ast.IfExp) -> str:
    kind = kinds.kind(node.body)
    return kind if kind == kinds.kind(node.orelse) else ""


def _variable(kinds: Kinds, node: ast.Name) -> str:
    if node.id in ("pi", "e", "inf", "nan", "tau") and node.id not in kinds.bound:
        return NUMBER
    return kinds.names.get(node.id, "")


_KINDS: dict[type[ast.expr], Callable[[Kinds, Any], str]] = {
    ast.Constant: _constant,
    ast.List: _list,
    ast.BinOp: _binary,
    ast.UnaryOp: lambda kinds, node: kinds.kind(node.operand),
    ast.Compare: _comparison,
    ast.Call: lambda kinds, node: kinds.kind_of_call(node),
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.IfExp: _conditional,
    ast.Name: _variable,
    ast.NamedExpr: lambda kinds, node: kinds.kind(node.value),
    ast.BoolOp: lambda kinds, node: "",
    ast.Await: lambda kinds, node: "",
}
