"""All public functions, methods, layers and optimizers, called with one odd argument at each place in turn."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

from autogradcli.api.calls.overloads import Function
from autogradcli.api.calls.program_classes import Kind, get, is_program_class
from autogradcli.api.calls.python_function import PythonFunction
from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES, Method, Property
from autogradcli.api.optim.optimizer import Optimizer
from autogradcli.engine.lazy import LazyTable, loader
from autogradcli.engine.leaves import require_grad
from autogradcli.engine.tensor import Parameter, Tensor
from autogradcli.language.compile.calls import callable_of, is_callable
from autogradcli.numerics.dtypes import float32

#: (what is called, the call as a thunk)
Call = tuple[str, Callable[[], Any]]

ONES: Any = NAMESPACES["torch"]["ones"]


def tensor(*shape: int) -> Any:
    return ONES(shape, requires_grad=True)


def sample(annotation: str) -> Any:
    """A usual value for a parameter, by its type word or annotation."""
    word = annotation.removesuffix(" | None").rstrip("?").partition("[")[0].partition(" ")[0]
    if word in ("Tensor", "Value", "Any", "object"):
        return tensor(2, 3)
    if word in ("TensorList", "tuple"):
        return [tensor(2, 3), tensor(2, 3)]
    if word in ("IntList", "Sizes", "Sequence"):
        return [1]
    if word == "bool":
        return False
    if word == "str":
        return "mean"
    if word in ("ScalarType", "DType"):
        return float32
    if word in ("Function", "Callable"):
        return NAMESPACES["torch"]["sin"]
    return 1.0 if word in ("float", "Real", "Double", "Scalar", "FloatList") else 1


def everything() -> Iterator[tuple[str, Any]]:
    loader.load_all()
    for place in sorted(NAMESPACES):
        table = NAMESPACES[place]
        for name in sorted(table):
            yield f"{place}.{name}", table[name]
    methods = ATTRIBUTES[Tensor]
    assert isinstance(methods, LazyTable)
    for name, entry in sorted(methods.loaded().items()):
        yield f"Tensor.{name}", entry


def _with_each(
    name: str, call: Callable[..., Any], given: list[tuple[str, bool, Any]], odd: list[Any]
) -> Iterator[Call]:
    """Calls with each of the odd values at each place; the rest of the arguments are usual ones.

    ``given`` are (name, required, usual value); what is not required is left out where it is not the odd one.
    """
    for at, (parameter, _, _) in enumerate(given):
        for value in odd:
            positional: list[Any] = []
            for k, (_, required, usual) in enumerate(given):
                if k == at:
                    positional.append(value)
                elif required or k < at:
                    positional.append(usual)
            yield f"{name}({parameter}) #{at}", lambda args=tuple(positional): call(*args)
            required_only = {p: usual for p, required, usual in given if required and p != parameter}
            first = [usual for p, required, usual in given[:1] if required and p != parameter]
            if first:
                required_only.pop(given[0][0])
            named = {**required_only, parameter: value}
            yield f"{name}({parameter}=)", lambda args=tuple(first), named=named: call(*args, **named)


def _of_function(name: str, function: Any, odd: list[Any]) -> Iterator[Call]:
    if isinstance(function, Function):
        for schema in function.schemas:
            given = [(p.name, not p.optional, sample(_word(p))) for p in schema.parameters]
            yield from _with_each(name, function, given, odd)
    elif isinstance(function, PythonFunction):
        yield from _of_signature(name, function, function.call, odd)


def _word(parameter: Any) -> str:
    return {
        "tuple of ints": "IntList", "tuple of Tensors": "TensorList", "torch.dtype": "DType", "Number": "Scalar",
        "tuple of floats": "FloatList",
    }.get(parameter.kind.printed, str(parameter.kind.printed))  # fmt: skip


def _of_signature(name: str, call: Callable[..., Any], source: Any, odd: list[Any], skip: int = 0) -> Iterator[Call]:
    parameters = list(inspect.signature(source).parameters.values())[skip:]
    given = [
        (p.name, p.default is p.empty and p.kind is not p.VAR_KEYWORD, sample(str(p.annotation))) for p in parameters
    ]
    yield from _with_each(name, call, given, odd)


LAYERS: dict[str, tuple[Any, ...]] = {
    "Linear": (3, 2), "Bilinear": (3, 3, 2), "Conv1d": (2, 2, 1), "Conv2d": (2, 2, 1), "Conv3d": (2, 2, 1),
    "ConvTranspose1d": (2, 2, 1), "ConvTranspose2d": (2, 2, 1), "ConvTranspose3d": (2, 2, 1), "LayerNorm": (3,),
    "RMSNorm": (3,), "GroupNorm": (1, 2), "BatchNorm1d": (3,), "BatchNorm2d": (2,), "BatchNorm3d": (2,),
    "InstanceNorm1d": (2,), "InstanceNorm2d": (2,), "InstanceNorm3d": (2,), "Embedding": (4, 3), "EmbeddingBag": (4, 3),
    "RNN": (3, 2), "LSTM": (3, 2), "GRU": (3, 2), "RNNCell": (3, 2), "LSTMCell": (3, 2), "GRUCell": (3, 2),
    "TransformerEncoderLayer": (4, 2, 8), "TransformerDecoderLayer": (4, 2, 8), "Transformer": (4, 2, 1, 1, 8),
    "MultiheadAttention": (3, 1), "Threshold": (0.1, 0.5), "Unflatten": (1, (3, 1)), "Upsample": (2,),
    "PixelShuffle": (1,), "PixelUnshuffle": (1,), "Fold": ((2, 2), (1, 1)), "Unfold": ((1, 1),),
}  # fmt: skip
INPUTS = [(2, 3), (2, 2, 3), (1, 2, 2, 2), (1, 2, 2, 2, 2)]


def _of_layer(name: str, kind: Any, odd: list[Any]) -> Iterator[Call]:
    short = name.rpartition(".")[2]
    usual = LAYERS.get(short, ())
    for at in range(6):
        for value in odd:
            args = [*usual[:at], *[1] * (at - len(usual)), value, *usual[at + 1 :]]
            yield f"{name}() #{at}", lambda args=tuple(args): kind(*args)
    names = set(vars(kind).get("fields", ())) | set(inspect.signature(kind.__init__).parameters)
    for field in sorted(names - {"self", "args", "kwargs", "*"}):
        for value in odd:
            yield f"{name}({field}=)", lambda named={field: value}: _used(kind(*usual, **named))
    try:
        layer = kind(*usual)
    except (Exception, SystemExit):
        return
    own = [n for n in vars(layer) if not n.startswith("_")]
    for attribute in [*own, *layer._parameters, *layer._buffers] if hasattr(layer, "_parameters") else own:
        for value in odd:
            yield f"{name}.{attribute} =", lambda a=attribute, v=value: _used(_changed(kind(*usual), a, v))
    for member in sorted({m for base in kind.__mro__ for m in vars(base).get("__members__", ()) if m[0] != "_"}):
        method = get(layer, member)
        if is_callable(method) and member not in ("cuda",):
            for value in odd:
                for args in (
                    (value,),
                    (tensor(2, 3), value),
                    (value, tensor(2, 3)),
                    (tensor(2, 3), tensor(2, 3), value),
                ):
                    yield f"{name}.{member}()", lambda m=member, args=args: get(kind(*usual), m)(*args)


def _usual(kind: Any) -> Any:
    """What makes an object of a class of distributions, transforms, constraints, data sets or samplers."""
    names = NAMESPACES["torch.distributions"]
    normal, exp = names["Normal"](tensor(3), tensor(3)), names["ExpTransform"]()
    given: dict[str, tuple[Any, ...]] = {
        "Independent": (normal, 1), "TransformedDistribution": (normal, [exp]), "ReshapeTransform": ([3], [3, 1]),
        "MixtureSameFamily": (names["Categorical"](tensor(3)), normal), "AffineTransform": (1.0, 2.0),
        "MultivariateNormal": (tensor(2), NAMESPACES["torch"]["eye"](2)), "ComposeTransform": ([exp, exp],),
        "IndependentTransform": (exp, 1), "_InverseTransform": (exp,), "StudentT": (tensor(3),), "Distribution": (),
        "ExponentialFamily": (), "Uniform": (0.0, 1.0), "Multinomial": (2, tensor(3)), "Binomial": (2, tensor(3)),
        "NegativeBinomial": (2, 0.5 * tensor(3)), "_Cat": ([NAMESPACES["torch.distributions.constraints"]["real"]],),
        "_Stack": ([NAMESPACES["torch.distributions.constraints"]["real"]],), "PowerTransform": (2.0,),
        "_IndependentConstraint": (NAMESPACES["torch.distributions.constraints"]["real"], 1), "_Multinomial": (3,),
        "MixtureSameFamilyConstraint": (NAMESPACES["torch.distributions.constraints"]["real"],),
        "TensorDataset": (tensor(3), tensor(3)), "Subset": ([1, 2, 3], [0, 1]), "StackDataset": ([1, 2], [3, 4]),
        "ConcatDataset": ([[1, 2], [3]],), "ChainDataset": ([],), "DataLoader": ([1, 2, 3],),
        "LKJCholesky": (2,), "Wishart": (3.0, NAMESPACES["torch"]["eye"](2)), "ConstraintRegistry": (),
        "LowRankMultivariateNormal": (tensor(2), tensor(2, 1), tensor(2)),
        "CumulativeDistributionTransform": (normal,),
        "RandomUnstructured": (1,), "L1Unstructured": (1,), "RandomStructured": (1,), "LnStructured": (1, 2),
        "CustomFromMask": (tensor(3),), "PruningContainer": (NAMESPACES["torch.nn.utils.prune"]["Identity"](),),
        "BatchSampler": ([1, 2], 1, False), "WeightedRandomSampler": ([0.5, 0.5], 2),
    }  # fmt: skip
    if kind.__name__ in given:
        return given[kind.__name__]
    if kind.__name__.endswith("Sampler") and kind.__name__ != "Sampler":
        return ([1, 2, 3],)
    count = sum(p.default is p.empty for p in list(inspect.signature(kind.__init__).parameters.values())[1:])
    return tuple([tensor(3)] * max(count, 1)) if hasattr(kind, "arg_constraints") else (1.0,) * (count and 2)


def _of_object(name: str, kind: Any, odd: list[Any]) -> Iterator[Call]:
    """A class with each of its arguments odd, its methods with an odd argument and as they come after an attribute
    was replaced by an odd value."""
    usual = _usual(kind)
    fields = [*vars(kind).get("fields", ()), *inspect.signature(kind.__init__).parameters]
    for at in range(len(usual) + 1):
        for value in odd:
            yield f"{name}() #{at}", lambda a=(*usual[:at], value, *usual[at + 1 :]): _asked(kind(*a))
    for field in fields:
        if field not in ("self", "args", "kwargs"):
            for value in odd:
                yield f"{name}({field}=)", lambda f=field, v=value: _asked(_made(kind, usual, f, v))
    try:
        made = kind(*usual)
    except (Exception, SystemExit):
        return
    for attribute in [*vars(made)]:
        for value in odd:
            yield f"{name}.{attribute} =", lambda a=attribute, v=value: _asked(_changed(kind(*usual), a, v))
    for member in sorted({m for base in kind.__mro__ for m in vars(base).get("__members__", ())}):
        for value in odd:
            for args in ((value,), (tensor(3), value)):
                yield f"{name}.{member}()", lambda m=member, args=args: get(kind(*usual), m)(*args)


def _made(kind: Any, usual: tuple[Any, ...], field: str, value: Any) -> Any:
    names = [n for n in inspect.signature(kind.__init__).parameters if n != "self"]
    named = dict(zip(names, usual))
    return kind(**{**named, field: value})


def _asked(made: Any) -> None:
    """Every property of an object, and every method with usual arguments."""
    for member in sorted({m for base in type(made).__mro__ for m in vars(base).get("__members__", ())}):
        for args in ((), (tensor(3),), (tensor(3), tensor(3))):
            try:
                found = get(made, member)
                if is_callable(found) and member != "__init__":
                    found = found(*args)
                if isinstance(found, Iterator):
                    next(found)
            except (Exception, SystemExit):
                continue
    for read in (repr, len, lambda each: next(iter(each)), lambda each: each[0], lambda each: each(tensor(3))):
        try:
            read(made)
        except (Exception, SystemExit):
            continue


def _changed(layer: Any, attribute: str, value: Any) -> Any:
    group = next((g for g in ("_parameters", "_buffers") if attribute in vars(layer).get(g, ())), None)
    if group is None:
        vars(layer)[attribute] = value
    else:
        vars(layer)[group][attribute] = value
    return layer


def _used(layer: Any) -> None:
    for shape in INPUTS:
        for count in (1, 2, 3):
            try:
                layer(*[tensor(*shape) for _ in range(count)])
            except (Exception, SystemExit):
                continue
    repr(layer)


def _of_optimizer(name: str, kind: Any, odd: list[Any]) -> Iterator[Call]:
    def made() -> Any:
        shape = (3, 3) if name.endswith("Muon") else (3,)  # which takes matrices only
        parameter = Parameter(tensor(*shape).array)
        require_grad(parameter)
        ATTRIBUTES[Tensor]["grad"].set(parameter, ONES(shape))  # type: ignore[union-attr,misc]
        return kind([parameter]), parameter

    def closure(parameter: Any) -> Any:
        return lambda: NAMESPACES["torch"]["sum"](parameter * parameter)

    def stepped(optimizer: Any, parameter: Any) -> None:
        for _ in range(2):
            optimizer.step(closure(parameter)) if name.endswith("LBFGS") else optimizer.step()

    def stepped_with(kind: Any, field: str, value: Any) -> None:
        _, parameter = made()
        named = {"params": [parameter], field: value}
        stepped(kind(**named), parameter)

    if kind is Optimizer:
        return
    fields = [*vars(kind).get("fields", ()), *inspect.signature(kind.__init__).parameters]
    for field in fields:
        if field not in ("*", "self", "args", "kwargs"):
            for value in odd:
                yield f"{name}({field}=)", lambda f=field, v=value: stepped_with(kind, f, v)
    optimizer, parameter = made()
    for option in [*optimizer.param_groups[0]]:
        for value in odd:

            def grouped(option: str = option, value: Any = value) -> None:
                optimizer, parameter = made()
                optimizer.param_groups[0][option] = value
                stepped(optimizer, parameter)

            yield f"{name}.param_groups[0][{option}] =", grouped
    try:
        stepped(optimizer, parameter)
    except (Exception, SystemExit):
        return
    for key in [*optimizer.state[parameter]]:
        for value in odd:

            def kept(key: str = key, value: Any = value) -> None:
                optimizer, parameter = made()
                stepped(optimizer, parameter)
                optimizer.state[parameter][key] = value
                stepped(optimizer, parameter)

            yield f"{name}.state[{key}] =", kept


def _of_values(odd: list[Any]) -> Iterator[Call]:
    """Operators, subscripts, and attributes that can be set."""
    from autogradcli.language.values.checked_operators import BINARY, COMPARISONS, IN_PLACE

    for tables in (BINARY, IN_PLACE, COMPARISONS):
        for symbol, operate in tables.items():
            for value in odd:
                yield f"{symbol.__name__} right", lambda f=operate, v=value: f(tensor(2, 3), v)
                yield f"{symbol.__name__} left", lambda f=operate, v=value: f(v, tensor(2, 3))
    for value in odd:
        for index in (value, (value, 0), (0, value), [0, value], slice(value), (..., value)):
            yield "x[odd]", lambda i=index: tensor(2, 3)[i]
            yield "x[odd] =", lambda i=index: _put(i, 1.0)
        for place in (0, ..., (0, 0), [0, 1]):
            yield "x[...] = odd", lambda i=place, v=value: _put(i, v)
    table = ATTRIBUTES[Tensor]
    for name in sorted(table):
        entry = table[name]
        if isinstance(entry, Property) and entry.set is not None:
            for value in odd:
                yield f"Tensor.{name} =", lambda s=entry.set, v=value: s(tensor(2, 3), v)


def _put(index: Any, value: Any) -> None:
    ONES((2, 3))[index] = value


def _of_plots(odd: list[Any]) -> Iterator[Call]:
    """What draws: each keyword of each call, and the methods of axes, of arrays of these, and of figures."""
    from autogradcli.api.plots import pyplot
    from autogradcli.api.plots.drawing import OPTIONS
    from autogradcli.api.plots.figures import Axes, AxesGrid, Figure

    usual: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(("scatter", "bar", "fill_between"), ([1.0], [1.0])),
        **dict.fromkeys(("imshow", "contour", "contourf"), ([[1.0, 2.0], [3.0, 4.0]],)),
        **dict.fromkeys(("legend", "grid"), ()),
        **dict.fromkeys(("set_title", "set_xlabel", "set_ylabel"), ("a",)),
        "set_xlim": (0, 1), "set_ylim": (0, 1), "set_xscale": ("log",), "set_yscale": ("log",), "axis": ("on",),
        "axhline": (1,), "axvline": (1,),
    }  # fmt: skip

    def fresh() -> Any:
        pyplot.plots().close(None)
        return pyplot.plots().current()

    methods: Any = ATTRIBUTES[Axes]
    for name, options in OPTIONS.items():
        args = usual.get(name, ([1.0],))
        for key in (*options, "left", "bottom", "x", "y", "visible", "c"):
            for value in odd if name in methods else ():
                yield (
                    f"Axes.{name}({key}=)",
                    lambda n=name, a=args, k=key, v=value: methods[n].call(fresh(), *a, **{k: v}),
                )
    for kind, made in ((Axes, fresh), (Figure, lambda: fresh().figure), (AxesGrid, lambda: pyplot.subplots(2, 2)[1])):
        for name, entry in sorted(ATTRIBUTES[kind].items()):
            for value in odd if isinstance(entry, Method) else ():
                for args in ((value,), ([1.0], value), ([1.0], [1.0], value), (value, [1.0])):
                    yield f"{kind.__name__}.{name}()", lambda e=entry, m=made, a=args: e.call(m(), *a)
                yield f"{kind.__name__}.{name}(self)", lambda e=entry, v=value: e.call(v)
    for value in odd:
        for index in (value, (value, 0), (0, value), slice(value)):
            yield "axes[odd]", lambda i=index: pyplot.subplots(2, 2)[1][i]


def calls(odd: list[Any]) -> Iterator[Call]:
    """All of them, in the same order each time."""
    for name, value in everything():
        if isinstance(value, Method):
            if isinstance(value.call, (Function, PythonFunction)):
                yield from _of_function(name, value.call, odd)
            elif inspect.isfunction(value.call):
                bound = functools.partial(value.call, tensor(2, 3))
                yield from _of_signature(name, bound, value.call, odd, skip=1)
        elif isinstance(value, (Function, PythonFunction)):
            yield from _of_function(name, value, odd)
            yield from _of_function(f"bare {name}", value.calculator(), odd[:1])
        elif type(value) is Kind and not is_program_class(value):
            if issubclass(value, Optimizer):
                yield from _of_optimizer(name, value, odd)
            elif name.startswith(("torch.distributions", "torch.utils.data", "torch.nn.utils.prune")):
                yield from _of_object(name, value, odd)
            else:
                yield from _of_layer(name, value, odd)
        elif is_callable(value) and not isinstance(value, type):
            for each in odd:
                for args in ((each,), (tensor(2, 3), each)):
                    yield f"{name}()", lambda f=value, args=args: callable_of(f)(*args)
    yield from _of_values(odd)
    yield from _of_plots(odd)
