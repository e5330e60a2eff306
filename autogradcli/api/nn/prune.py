"""``torch.nn.utils.prune``: parts of a parameter held at zero, by a mask that multiplies it before each call.

The parameter ``weight`` becomes ``weight_orig``, with the buffer ``weight_mask`` beside it, and ``weight`` their
product. Masks put on one another are combined: a later method chooses among what the earlier ones left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...engine.hooks import next_key
from ...engine.tensor import Tensor
from ...numerics.limits import counted, shown
from ..calls.argument_types import Value, type_name
from ..calls.overloads import PLACES
from ..calls.program_classes import Kind, Object, get, has
from ..calls.python_function import define_python
from ..calls.registry import attributes_of, namespace
from ..distributions.arguments import check_parameter, held, held_list
from .functions_by_attribute import M, T
from .module import Module

_HOME = "torch.nn.utils.prune"
PLACES["prune"] = (_HOME, "")


def _check_amount(amount: Any) -> None:
    if type(amount) not in (int, float):
        raise TypeError(f"Invalid type for amount: {shown(amount)}. Must be int or float.")
    if amount < 0 or (type(amount) is float and amount > 1.0):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _count(amount: Any, size: int) -> int:
    """How many of so many a share or a number means. Raises ValueError for more than there are."""
    _check_amount(amount)
    if type(amount) is int and amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return int(amount if type(amount) is int else round(amount * size))


def _check_structured(t: Any) -> None:
    if t.ndim <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
            f"{t.shape} with {t.ndim} dims"
        )


def _dimension(t: Any, dim: int) -> int:
    if not -t.ndim <= dim < t.ndim:
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")
    return int(dim % t.ndim)


def _tensors(t: Any, default_mask: Any) -> None:
    check_parameter("t", t)
    check_parameter("default_mask", default_mask)


def _hooks(module: Any, name: str) -> list[tuple[Any, Any]]:
    """The keys and methods that prune a parameter of a module."""
    found = module._forward_pre_hooks.items()
    return [(key, hook) for key, hook in found if isinstance(hook, BasePruningMethod) and hook._tensor_name == name]


def _module(module: Any, name: Any, called: str) -> None:
    if not isinstance(module, Module):
        raise TypeError(f"{called}() takes a module, not {type_name(module)}")
    if type(name) is not str:
        raise TypeError(f"{called}() takes the name of a parameter, not {type_name(name)}")


class BasePruningMethod(Object):
    """The base of methods, also of a program's own: ``compute_mask(t, default_mask)`` gives a mask of 0 and 1, and
    ``apply(module, name, ...)`` puts it on a parameter."""

    __module__ = _HOME

    PRUNING_TYPE = "unstructured"
    _tensor_name = ""

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask for a tensor whose mask up to now is ``default_mask``."""
        raise NotImplementedError("a method of pruning defines compute_mask(self, t, default_mask)")

    def apply_mask(self, module: Any) -> Any:
        """The parameter times its mask."""
        _module(module, self._tensor_name, "apply_mask")
        if not self._tensor_name:
            raise AssertionError(f"Module {module} has to be pruned")
        mask = get(module, self._tensor_name + "_mask")
        return M.to(mask, dtype=(original := get(module, self._tensor_name + "_orig")).dtype) * original

    @classmethod
    def apply(cls, module: Any, name: Any, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Put the method with these arguments on a parameter. It is returned, or with those before it as one."""
        _module(module, name, "apply")
        method = cls(*args, **kwargs)
        method._tensor_name = name
        before = _hooks(module, name)
        original = get(module, name)
        if not isinstance(original, Tensor):
            raise TypeError(f"'{name}' of the module is no tensor")
        scores = original if importance_scores is None else importance_scores
        if not isinstance(scores, Tensor) or scores.shape != original.shape:
            raise AssertionError(
                f"importance_scores should have the same shape as parameter                 {name} of {module}"
            )
        if before:
            mask = M.clone(M.detach(get(module, name + "_mask")))
            key, old = before[0]
            method = PruningContainer(*(old._methods if isinstance(old, PruningContainer) else [old]), method)
            mask = method.compute_mask(scores, mask)
            del module._forward_pre_hooks[key]
        else:
            mask = method.compute_mask(scores, T.ones_like(M.detach(original)))
            if name not in module._parameters:
                raise KeyError(name)
            module.register_parameter(name + "_orig", module._parameters[name])
            del module._parameters[name]
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module._forward_pre_hooks[next_key()] = method
        return method

    def prune(self, t: Any, default_mask: Any = None, importance_scores: Any = None) -> Any:
        """A tensor with the mask applied, outside of any module."""
        scores = check_parameter("t", t) if importance_scores is None else importance_scores
        return t * self.compute_mask(scores, T.ones_like(t) if default_mask is None else default_mask)

    def remove(self, module: Any) -> None:
        """Make the product the parameter again, for good."""
        name = self._tensor_name
        _module(module, name, "remove")
        weight = self.apply_mask(module)
        if has(module, name):
            delattr(module, name)
        original = module._parameters.pop(name + "_orig")
        attributes_of(Tensor)["data"].set(original, M.detach(weight))  # type: ignore[union-attr, misc]
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


class PruningContainer(BasePruningMethod):
    """Methods put on one another."""

    __module__ = _HOME

    _methods = held_list(BasePruningMethod, "_methods")

    def __init__(self, *args: Any) -> None:
        if not all(isinstance(method, BasePruningMethod) for method in args):
            raise TypeError("a container holds methods of pruning")
        self._methods = list(args)
        self._tensor_name = args[0]._tensor_name if args else ""

    def __len__(self) -> int:
        return len(self._methods)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._methods)

    def __getitem__(self, idx: Any) -> Any:
        if type(idx) is not int:
            raise TypeError(f"tuple indices must be integers or slices, not {type_name(idx)}")
        if not -len(self._methods) <= idx < len(self._methods):
            raise IndexError("tuple index out of range")
        return self._methods[idx]

    def add_pruning_method(self, method: Any) -> None:
        """Put one more on the others, for the same parameter."""
        if method is not None and not isinstance(method, BasePruningMethod):
            raise TypeError(f"<class '{type_name(method)}'> is not a BasePruningMethod subclass")
        if method is not None and method._tensor_name != self._tensor_name:
            raise ValueError(
                "Can only add pruning methods acting on the parameter named "
                f"'{self._tensor_name}' to PruningContainer {self}. Found '{method._tensor_name}'"
            )
        self._methods = [*self._methods, method]

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask of the last method, which sees what the others left."""
        _tensors(t, default_mask)
        if not self._methods:
            raise ValueError("a container without methods has no mask")
        method, mask = self._methods[-1], M.to(default_mask, dtype=t.dtype)
        kind = get(method, "PRUNING_TYPE")
        part: Any
        if kind == "unstructured":
            part = mask == 1
        elif kind == "global":
            part = (slice(None),) * t.ndim
        elif kind == "structured":
            dim = _dimension(t, get(method, "dim"))
            whole: list[Any] = [slice(None)] * t.ndim
            whole[dim] = M.sum(mask, dim=[d for d in range(t.ndim) if d != dim]) != 0
            part = tuple(whole)
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {kind}")
        made = M.clone(mask)
        made[part] = M.to(method.compute_mask(t[part], default_mask=mask[part]), dtype=mask.dtype)
        return made


class Identity(BasePruningMethod):
    """Nothing is pruned, yet."""

    __module__ = _HOME

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask as it is."""
        _tensors(t, default_mask)
        return default_mask


class _Amount(BasePruningMethod):
    """With a share or a number of what is to be pruned."""

    __module__ = _HOME

    def __init__(self, amount: Any) -> None:
        _check_amount(amount)
        self.amount = amount


class RandomUnstructured(_Amount):
    """Elements at random."""

    __module__ = _HOME

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without as many more."""
        _tensors(t, default_mask)
        count, mask = _count(self.amount, M.numel(t)), M.clone(default_mask)
        if count:
            M.view(mask, -1)[T.topk(M.reshape(T.rand_like(t), -1), k=count)[1]] = 0
        return mask


class L1Unstructured(_Amount):
    """The elements that are least in absolute value."""

    __module__ = _HOME

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without as many more."""
        _tensors(t, default_mask)
        count, mask = _count(self.amount, M.numel(t)), M.clone(default_mask)
        if count:
            M.view(mask, -1)[T.topk(M.reshape(T.abs(M.detach(t)), -1), k=count, largest=False)[1]] = 0
        return mask


class _Structured(_Amount):
    """Whole channels along a dimension."""

    __module__ = _HOME

    PRUNING_TYPE = "structured"
    (dim,) = held(int, "dim")

    def __init__(self, amount: Any, dim: Any = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def _kept(self, t: Any, count: int) -> Any:
        """Which channels stay: a mask or indices."""
        raise NotImplementedError

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """The mask without as many more channels."""
        _tensors(t, default_mask)
        _check_structured(t)
        dim = _dimension(t, self.dim)
        count = _count(self.amount, t.shape[dim])
        if count == 0:
            return default_mask
        mask, part = T.zeros_like(M.detach(t)), [slice(None)] * t.ndim
        part[dim] = self._kept(M.detach(t), count)
        mask[tuple(part)] = 1
        return mask * M.to(default_mask, dtype=mask.dtype)


class RandomStructured(_Structured):
    """Channels at random."""

    __module__ = _HOME

    PRUNING_TYPE = "structured"

    def _kept(self, t: Any, count: int) -> Any:
        draws = T.rand(t.shape[_dimension(t, self.dim)])
        return draws > T.kthvalue(draws, k=count)[0]


class LnStructured(_Structured):
    """The channels whose norm of order ``n`` is least."""

    __module__ = _HOME

    PRUNING_TYPE = "structured"

    def __init__(self, amount: Any, n: Any, dim: Any = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def _kept(self, t: Any, count: int) -> Any:
        dim = _dimension(t, self.dim)
        norms = T.norm(t, p=self.n, dim=[d for d in range(t.ndim) if d != dim])
        return T.topk(norms, k=t.shape[dim] - count, largest=True)[1]


class CustomFromMask(BasePruningMethod):
    """By a mask that is given."""

    __module__ = _HOME

    PRUNING_TYPE = "global"
    (mask,) = held(Tensor, "mask")

    def __init__(self, mask: Any) -> None:
        if not isinstance(mask, Tensor):
            raise TypeError(f"a mask is a tensor, not {type_name(mask)}")
        self.mask = mask

    def compute_mask(self, t: Any, default_mask: Any) -> Any:
        """What both masks leave."""
        _tensors(t, default_mask)
        if default_mask.shape != self.mask.shape:
            raise AssertionError("mask and default_mask have different shapes")
        return default_mask * M.to(self.mask, dtype=default_mask.dtype)


def identity(module: Value, name: str) -> Any:
    """Reparametrize a parameter without pruning any of it."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Value, name: str, amount: Value) -> Any:
    """Prune a share, or a number, of a parameter's elements at random."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Value, name: str, amount: Value, importance_scores: Any = None) -> Any:
    """Prune a share, or a number, of a parameter's elements, those nearest to 0."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Value, name: str, amount: Value, dim: int) -> Any:
    """Prune channels along a dimension at random."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Value, name: str, amount: Value, n: Value, dim: int, importance_scores: Any = None) -> Any:
    """Prune the channels along a dimension whose norm of order ``n`` is least."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Value, name: str, mask: Value) -> Any:
    """Prune by a mask of 0 and 1."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Value, pruning_method: Value, importance_scores: Any = None, **kwargs: Any) -> None:
    """Prune several parameters, given as pairs of a module and a name, as if they were one."""
    if type(pruning_method) is not Kind or not issubclass(pruning_method, BasePruningMethod):
        raise TypeError("global_unstructured(): pruning_method is a class of torch.nn.utils.prune")
    if importance_scores is not None and type(importance_scores) is not dict:
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    pairs = []
    for pair in counted(list(parameters)):
        module, name = pair
        _module(module, name, "global_unstructured")
        pairs.append((module, name))
    values = [get(module, name) for module, name in pairs]
    scores = [(importance_scores or {}).get(pair, value) for pair, value in zip(pairs, values)]
    masks = [
        get(module, name + "_mask") if has(module, name + "_mask") else T.ones_like(M.detach(value))
        for (module, name), value in zip(pairs, values)
    ]
    method = pruning_method(**kwargs)
    if get(method, "PRUNING_TYPE") != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. Found method '
            f"{pruning_method} of type {get(method, 'PRUNING_TYPE')}"
        )
    method._tensor_name = "temp_name"
    flat = [T.cat([M.reshape(M.detach(each), -1) for each in group]) for group in (scores, masks)]
    whole, at = PruningContainer(method).compute_mask(*flat), 0
    for (module, name), value in zip(pairs, values):
        custom_from_mask(module, name, M.view_as(whole[at : at + M.numel(value)], value))
        at += M.numel(value)


def remove(module: Value, name: str) -> Any:
    """Make what is left of a parameter the parameter. Raises ValueError where it isn't pruned."""
    _module(module, name, "remove")
    for key, hook in _hooks(module, name):
        hook.remove(module)
        del module._forward_pre_hooks[key]
        return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Value) -> bool:
    """Whether any parameter of a module, or of those in it, is pruned."""
    if not isinstance(module, Module):
        raise TypeError(f"is_pruned() takes a module, not {type_name(module)}")
    return any(
        isinstance(hook, BasePruningMethod) for each in module.modules() for hook in each._forward_pre_hooks.values()
    )


_KINDS: tuple[type[BasePruningMethod], ...] = (
    BasePruningMethod, PruningContainer, Identity, RandomUnstructured, L1Unstructured, RandomStructured, LnStructured,
    CustomFromMask,
)  # fmt: skip
for _kind in _KINDS:
    namespace(_HOME)[_kind.__name__] = _kind
for _function in (
    identity, random_unstructured, l1_unstructured, random_structured, ln_structured, custom_from_mask,
    global_unstructured, remove, is_pruned,
):  # fmt: skip
    define_python(_function.__name__, _function, into="prune")
