"""Declaring an operation: forward, derivative rules, graph name and examples in one place.

    @operation(
        kernel=np.multiply,
        promote="promote",
        kind="bilinear",
        input=lambda F, g, other: g * other,
        other=lambda F, g, input: g * input,
    )
    def mul(input: Array, other: Array | Number) -> Array:
        '''Elementwise product.'''

A rule is the vector-Jacobian product for the parameter that it is named after. It is a function of a namespace
``F``, the gradient ``g`` of the result, and whatever values its further parameters name; naming a value is what
makes the node save it:

    a parameter's name      its value            ``result`` (``result0``, ...)   an output
    ``input_shape``         only its shape       ``input_dtype``                 only its dtype
    ``input_strides``       only its strides, in elements

The rule runs in three worlds (``worlds.py``): on arrays, on tensors, on formulas. So it may use Python's operators,
``F.<any declared operation>(...)`` and ``.shape``/``.ndim``/``.dtype``, and nothing else of NumPy or of tensors.
Rules are written for real numbers; for a holomorphic function the engine conjugates around the rule
(vjp = conj(rule(conj g))), unless the declaration says ``complex="own"``, or ``"refused"`` as PyTorch does.

The decorated name becomes a function on tensors. Its straight-line code is generated on first use (``generate.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast, overload

import numpy as np

from ..numerics.away import listening
from ..numerics.layouts import laid_out
from ..numerics.releases import Difference, releases
from ..numerics.taken import ALL, Taken, Takes
from .lazy import LazyTable
from .node import Node
from .parameters import Before, Param, Save, rule_names, save_of
from .tensor import Tensor

Array = np.ndarray  # a tensor operand; inside a kernel its array
Index = np.ndarray  # a tensor operand that takes no part in promotion and has no derivative
Number = bool | int | float | complex

Rule = Callable[..., Any]

#: Every declared operation by its name: the table that all else is derived from.
OPERATIONS: dict[str, Operation] = LazyTable("operations")


class Operation:
    """A declared operation. Everything derived from the declaration is computed when first asked for."""

    __slots__ = (
        "_meant", "_parsed", "aten", "blocks", "broadcast", "call", "complex", "constant", "copies",
        "differentiable", "dims", "doc", "edges", "examples", "fits", "fits_in", "flip", "formula", "frees",
        "given", "half", "in_dtype", "in_vmap", "indices", "jvp", "kernel", "kind", "label", "made", "name",
        "no_mirror", "node_class", "node_name", "outputs", "overlap", "overload", "params", "parts", "power",
        "promote", "rows", "rules", "saves", "singles", "sizes", "source", "spelling", "taken", "takes", "view",
        "vjp",
    )  # fmt: skip

    call: Callable[..., Any]

    def __init__(self, source: FunctionType, options: dict[str, Any]) -> None:
        self.name: str = source.__name__
        #: The name in generated code, and that code once there is any, with its defaults.
        self.label = self.name
        self.made: tuple[CodeType, tuple[Any, ...] | None] | None = None
        self.source = source
        self.doc: str = source.__doc__ or ""
        kernel: Callable[..., Any] = options.pop("kernel", None) or source
        if layout := options.pop("layout", None):
            kernel = laid_out(kernel, layout)
        cost = options.pop("cost", None)
        self.kernel = kernel if cost is None else listening(kernel, cost)
        self.node_name: str = options.pop("node", None) or _camel(self.name) + "Backward0"
        self.promote: str | None = options.pop("promote", None)
        self.broadcast: bool = options.pop("broadcast", self.promote is not None)
        self.kind: str | None = options.pop("kind", None)
        self.complex: str = options.pop("complex", "holomorphic")
        self.outputs: tuple[str, ...] = options.pop("outputs", ())
        self.differentiable: tuple[int, ...] | None = options.pop("differentiable", None)
        self.view: str | None = options.pop("view", None)
        self.spelling: str = options.pop("spelling", None) or self.name
        self.examples: Any = options.pop("examples", None)
        self.formula: Rule | None = options.pop("formula", None)
        self.indices: str | Rule | None = options.pop("indices", None)
        self.power: float | None = options.pop("power", None)
        self.jvp: Rule | None = options.pop("jvp", None)
        self.vjp: Rule | None = options.pop("vjp", None)
        self.overlap: bool = options.pop("overlap", False)
        self.copies: bool = options.pop("copies", False)
        self.in_dtype: bool = options.pop("in_dtype", False)
        self.constant: tuple[str, ...] = tuple(options.pop("constant", "").split())
        self.half: str | None = options.pop("half", None)
        self.takes: Takes | None = options.pop("takes", None)
        self.fits: tuple[str, ...] = tuple(options.pop("fits", "").split())
        self.fits_in: str = options.pop("fits_in", "result")
        self.flip: Any = options.pop("flip", None)
        self.no_mirror: str = options.pop("no_mirror", "")
        self.dims: str = options.pop("dims", "")
        self.sizes: str = options.pop("sizes", "")
        self.rows: str | Rule | None = options.pop("rows", None)
        self.in_vmap: str | None = options.pop("in_vmap", None)
        self.overload: str = options.pop("overload", "")
        self.parts: tuple[Any, Any] | None = options.pop("parts", None)
        blocks = options.pop("blocks", None)
        pointwise = (self.kind == "elementwise" or self.promote == "compare") and cost is None and not layout
        self.blocks: bool = self.parts is not None or (pointwise if blocks is None else blocks)
        self.aten: str = options.pop("aten", "") or self.spelling
        self.rules: dict[str, Rule] = options
        self._parsed = False

    def parse(self) -> Operation:
        """Read the source's signature and the rules' parameter names. Raises TypeError for a wrong declaration."""
        if self._parsed:
            return self
        code = self.source.__code__
        names = code.co_varnames[: code.co_argcount]
        defaults = self.source.__defaults__ or ()
        first = len(names) - len(defaults)
        notes = self.source.__annotations__
        self.params: list[Param] = [
            Param(n, k, str(notes.get(n, "Any")), defaults[k - first] if k >= first else None, k >= first)
            for k, n in enumerate(names)
        ]
        by_name = {p.name: p for p in self.params}
        self.taken = Taken(self.params, *self.takes) if self.takes and self.takes[0] != ALL else None
        if unknown := {*self.fits, *self.constant} - {*by_name}:
            raise TypeError(f"{self.name}: no parameters to fit, or to be constant: {unknown}")
        joint = rule_names(self.vjp, 3) if self.vjp else None
        if joint is not None:  # one rule for several inputs: ``vjp_inputs`` are the tensor parameters in order
            self.edges: list[Param] = [
                p for p in self.params if p.kind in ("tensor", "list") and p.name not in self.rules
            ]
        else:
            self.edges = [p for p in self.params if p.name in self.rules]
        for name in self.rules:
            if name not in by_name or by_name[name].kind not in ("tensor", "list"):
                raise TypeError(f"{self.name}: a rule for {name!r}, which is no tensor parameter")
        for name in f"{self.dims.removeprefix('+')} {self.sizes}".split():
            if name not in by_name:
                raise TypeError(f"{self.name}: {name!r} is no parameter, so no dimension or size either")
        #: What each edge's rule names, and how many edges are no lists.
        self.given = {p.name: rule_names(self.rules[p.name], 2) for p in self.edges} if joint is None else {}
        self.singles = sum(p.kind != "list" for p in self.edges)
        saves: dict[str, Save] = {}
        for position, param in enumerate(self.edges):
            for name in joint if joint is not None else self.given[param.name]:
                if name in _TAKEN:
                    raise TypeError(f"{self.name}: a rule can't name {name!r}: the generated code uses it")
                save = saves.get(name) or saves.setdefault(name, save_of(self.name, self.params, name))
                save.wanted_by.append(position)
        # In PyTorch's order, which shows: hooks see values as they are saved, an error is about the first one changed.
        self.saves: list[Save] = sorted(
            saves.values(), key=lambda s: (s.kind == "output", _FIRST.get(s.param, s.param), s.name)
        )
        self._meant = saves
        if self.parts is None and (
            self.outputs or self.view or self.vjp or self.flip is not None
            or any(p.kind in ("list", "indices") for p in self.params)
            or any(s.kind in ("shape", "strides") for s in self.saves)
        ):  # fmt: skip
            self.blocks = False
        self.frees = any(s.kind in ("input", "output") for s in self.saves)
        self.node_class: type[Node] = type(
            self.node_name.rpartition(":")[2],
            (Node,),
            {
                "__slots__": (),
                "__module__": "builtins",  # in PyTorch it is a class of C++, of no module
                "op": self,
                "declared": True,
                "outputs": max(1, len(self.outputs)),
                "title": self.node_name if ":" in self.node_name else "",
            },
        )
        if self.frees:
            setattr(self.node_class, "release", _release)  # noqa: B010 - typed as a method, which it becomes
        self._parsed = True
        return self

    @property
    def has_gradient(self) -> bool:
        return bool(self.rules) or self.vjp is not None

    # -- for who reads rules ------------------------------------------------------------------------------

    def saved(self, args: Sequence[Any], results: Sequence[Any]) -> dict[str, Any]:
        """All that the rules name, where the operation was called with these arguments and gave these results."""
        return {save.name: save.of(args, results) for save in self.saves}

    def asked(self, rule: Rule, skip: int, args: Sequence[Any], results: Sequence[Any]) -> dict[str, Any]:
        """The same for what one function names after its first ``skip`` parameters."""
        meant = self._meant
        names = rule_names(rule, skip)
        return {
            n: (meant.get(n) or meant.setdefault(n, save_of(self.name, self.params, n))).of(args, results)
            for n in names
        }

    def spread(self, values: Sequence[Any]) -> list[Any]:
        """Of one value for each parameter those of the edges, one each: a list's elements are edges of their own."""
        out: list[Any] = []
        for p in self.edges:
            out += values[p.index] if p.kind == "list" else [values[p.index]]
        return out

    def pull(self, F: Any, g: Any, needs: Sequence[bool], saved: Mapping[str, Any]) -> tuple[Any, ...]:
        """The rules in a world: from the gradient of the result(s) that of each edge, None where it isn't needed.

        ``saved`` has what the rules name. Broadcasting, casts and conjugation aren't undone here, but in ``record``.
        """
        if self.vjp is not None:
            return tuple(self.vjp(F, g, tuple(needs), **saved))
        grads: list[Any] = []
        for p in self.edges:
            width = 1 if p.kind != "list" else len(needs) - self.singles
            wanted = needs[len(grads) : len(grads) + width]
            if not any(wanted):
                grads += [None] * width
                continue
            found = self.rules[p.name](F, g, *[saved[name] for name in self.given[p.name]])
            grads += [x if w else None for x, w in zip(found, wanted, strict=True)] if p.kind == "list" else [found]
        return tuple(grads)


_FIRST = {"input": "self"}  # what PyTorch calls the first operand

#: Names of the generated backward step.
_TAKEN = frozenset({"g", "node", "saved", "c", "fix", "outer", "grads", "each", "mark"})


def _release(node: Node) -> None:
    node.saved = None


def _camel(name: str) -> str:
    return name.title().replace("_", "")  # a letter after a digit too: log1p is Log1P


# -- functions that write themselves on first use ---------------------------------------------------------
#
# A declared name is bound to a stub. Its first call generates straight-line code for the operation and puts that
# code *into the stub* (``__code__``), so every reference that was imported meanwhile is the fast one.

#: What generated code sees; ``generate.py`` fills it.
GLOBALS: dict[str, Any] = {}
materialise: Callable[[str], Callable[..., Any]]  # in GLOBALS, where the stub runs


def _stub(*args: Any, **kwargs: Any) -> Any:
    return materialise("NAME")(*args, **kwargs)  # noqa: F821 - declared above


_STUB = _stub.__code__


if TYPE_CHECKING:  # what no program needs, to keep the start short
    _Result = TypeVar("_Result", covariant=True)

    class Declared(Protocol[_Result]):
        """The function that ``@operation`` gives for a kernel: of tensors where the kernel is of arrays."""

        __name__: str
        op: Operation

        @property
        def in_place(self) -> Declared[_Result]: ...

        def __call__(self, *args: Any, **kwargs: Any) -> _Result: ...

    class Declare(Protocol):
        """``@operation(...)``: results are as many tensors as the kernel gives arrays."""

        @overload
        def __call__(self, source: Callable[..., Array]) -> Declared[Tensor]: ...
        @overload
        def __call__(self, source: Callable[..., tuple[Array, Array]]) -> Declared[tuple[Tensor, Tensor]]: ...
        @overload
        def __call__(
            self, source: Callable[..., tuple[Array, Array, Array]]
        ) -> Declared[tuple[Tensor, Tensor, Tensor]]: ...
        @overload
        def __call__(self, source: Callable[..., tuple[Array, ...] | list[Array]]) -> Declared[tuple[Tensor, ...]]: ...


def operation(**options: Any) -> Declare:
    """Declare an operation; see the top of this file. Options beside the rules:

    kernel      a ufunc or function on arrays used instead of the body
    cost        whether such a call may take long, and can be interrupted: ``away.by_product``, ``by_rows``, ``by_size``
    node        graph name; ``MulBackward0`` follows from ``mul``
    promote     ``"promote"``: operands are brought to PyTorch's result type; ``"float"``: and integers to the default
                floating dtype; ``"compare"``: promoted, the result is bool; None: kernels take what comes
    broadcast   gradients are summed back to the shape of their input (the default where operands are promoted)
    kind        ``"linear"``, ``"bilinear"``, ``"elementwise"``: gives forward mode; else ``jvp`` or, failing that,
                the transpose of the rules
    vjp         one rule for all tensor parameters: ``(F, g, needs, ...) -> gradients in order``
    outputs     names of several results; ``differentiable`` the positions of those with gradients
    layout      how the result lies in memory, where not as NumPy's would (``layouts.py``)
    view        ``"single"`` where the result shares its operand's memory, ``"multi"`` for several
    fits        names of numbers that the dtype computed in must hold: a RuntimeError else. ``fits_in`` says which that
                is: ``"result"``, ``"wide"``, the same but float32 for half precision; ``"operand"``, the operand's own
    overlap     True where the in-place form writes into a tensor several of whose elements are one memory location
    in_dtype    a call may say in which dtype to compute: integers are refused where an operand requires grad
    constant    parameters that PyTorch has no derivative by, and which it refuses where they require grad
    blocks      whether each element of the result comes of those at its place alone, and can be computed in blocks, and
                later (``deferred.py``); the default for what is ``"elementwise"`` or compares, and has no ``cost``
    parts       of a reduction of all elements: the reduction of a block, and that of the blocks' and the whole size
    copies      True where the result has the place of its first operand and the values of the second
    half        how it computes in half precision, where not in single and rounded once (``half.py``)
    takes       the dtypes that it takes and PyTorch's name of the kernel, which refuses others: ``("floating complex",
                "silu_cpu")`` (``taken.py``). Without it, or of ``"all"``, the kernel looks itself, or takes all
    flip        of a conjugate or negative view, what it does to each number (``mirrors.py``); ``no_mirror`` PyTorch's
                words where such a tensor has no view like this
    dims        the parameters that are dimensions, ``"dim0 dim1"``, from a ``+`` on of the result, which has one more
    sizes       the parameter that is the shape of the result (and whose dimensions ``dims`` are)
    rows        how ``vmap`` runs it for all rows at once: a word of ``operations/batch/``, perhaps with a colon and
                what the rule is told, ``"each"`` where it does the same to each element, ``"masks"`` where a mask, and
                ``"dynamic"`` where any operand tells its size, ``"slow"`` where PyTorch goes by rows and warns;
                or a function of the arguments that gives it. Without it ``dims`` and ``kind`` tell, or it goes by rows
    in_vmap     how PyTorch's ``vmap`` refuses it in place, on a target that all rows share (``levels/vmap.py``)
    spelling    the language's name for the call, where it isn't the declared one
    in_place    the options in which its in-place form differs, where PyTorch records another graph name for that or
                saves something else: ``{"node": "TBackward1"}`` declares ``t_in_place``, which is ``t.in_place``
    overload    what PyTorch's dispatcher adds to its name in place, ``"Tensor"`` for ``add_.Tensor``; ``*`` stands for
                Tensor or Scalar, as the last operand is. ``aten`` is the name there, where not the ``spelling``
    indices     what it does to indices, ``"ij,j->i"``: a product of its tensors, summed over what the result lacks; or
                a function of the arguments by name that says so. ``1`` is a dimension of size 1 in the result
    power       the power to which it raises each element
    before_2_14 ``Before(difference, **options)``: the options that PyTorch 2.13 has other values of, and what a program
                sees of it. Each release has a declaration of its own, and a graph keeps that by which it was recorded
    formula     ``(F, *args)``: where the language has no function for it, an expression of the same value; None where
                there is none for these arguments
    examples    ``lambda r: [args, ...]``: calls for the tests, ``r(shape)`` a random array of the domain

    Raises TypeError, on first use, where a rule names what doesn't exist.
    """
    twin = options.pop("in_place", None)

    def declare(source: Callable[..., Any]) -> Callable[..., Any]:
        changed = None if twin is None else _in_place(cast(FunctionType, source), {**options, **twin})
        before: Before | None = options.pop("before_2_14", None)
        older = None if before is None else Operation(cast(FunctionType, source), {**options, **before.options})
        op = Operation(cast(FunctionType, source), options)
        OPERATIONS[op.name] = op
        stub = FunctionType(
            _STUB.replace(co_consts=tuple(op.name if c == "NAME" else c for c in _STUB.co_consts), co_name=op.name),
            GLOBALS,
            op.name,
        )
        stub.__doc__ = op.doc
        op.call = stub
        stub.__dict__["op"] = op
        if before is not None and older is not None:
            _declare_both(op, older, stub, before.difference)
        if changed is not None:
            stub.__dict__["in_place"] = changed
        return stub

    return cast("Declare", declare)


def _declare_both(newer: Operation, older: Operation, stub: FunctionType, difference: Difference) -> None:
    """One function, two declarations: a change of the release gives it the code of the other one."""
    unmade = stub.__code__, None
    older.call = stub
    older.label += "_before"

    def switch(newest: bool) -> None:
        op = newer if newest else older
        OPERATIONS[op.name] = stub.__dict__["op"] = op
        stub.__code__, stub.__defaults__ = op.made or unmade

    releases.declare(difference, switch)


def _in_place(source: FunctionType, options: dict[str, Any]) -> Declared[Any]:
    """The operation that the in-place form of one records; how a result lies is said of those out of place only."""
    name = f"{source.__name__}_in_place"
    twin = FunctionType(source.__code__, source.__globals__, name, source.__defaults__, source.__closure__)
    twin.__annotations__ = source.__annotations__
    twin.__doc__ = f"``{source.__name__}`` as its in-place form records it."
    options["spelling"] = f"{options.get('spelling') or source.__name__}_"
    return operation(**{k: v for k, v in options.items() if k != "layout"})(twin)
