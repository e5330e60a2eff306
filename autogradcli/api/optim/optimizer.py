"""``Optimizer``: parameters in groups with options, state by parameter, and the step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from operator import itemgetter
from typing import Any, ClassVar

import numpy as np

from ...engine.callbacks import callee
from ...engine.hooks import RemovableHandle, add_hook, retains_grad
from ...engine.sparse import SparseTensor, sparse_array
from ...engine.state import state
from ...engine.tensor import Tensor, wrap
from ...numerics.limits import check_shown
from ...numerics.naming import short_name
from ..calls.class_fields import Fields, bound
from ..calls.program_classes import Kind, Object
from ..calls.registry import namespace
from ..nn.gradients import clear_grad
from . import kernels
from .options import OPTIONS, STATE, check_options, checked_tensors, type_name
from .rule import Group, Rule
from .step_hooks import plain, with_hooks, wrap_program_step

Array = np.ndarray


_STATE_HOOKS = (
    "_optimizer_state_dict_pre_hooks", "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks", "_optimizer_load_state_dict_post_hooks",
)  # fmt: skip


class Optimizer(Object):
    """The base of all optimizers, also of a program's own."""

    __module__ = "torch.optim.optimizer"

    _optimizer_state_dict_pre_hooks: dict[int, Any]
    _optimizer_state_dict_post_hooks: dict[int, Any]
    _optimizer_load_state_dict_pre_hooks: dict[int, Any]
    _optimizer_load_state_dict_post_hooks: dict[int, Any]

    def __init__(self, params: Any, defaults: Group) -> None:
        self.defaults = defaults
        self._optimizer_step_pre_hooks: dict[int, Any] = {}
        self._optimizer_step_post_hooks: dict[int, Any] = {}
        for name in _STATE_HOOKS:
            self.__dict__[name] = {}
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + type_name(params)
            )
        self.state: dict[Any, Any] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        if not isinstance(defaults, dict):
            raise AttributeError(f"'{short_name(type(defaults))}' object has no attribute 'get'")
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: Any) -> None:
        """Optimize more parameters, with options of their own. Raises TypeError, ValueError."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead."
            )
        given = [params] if isinstance(params, Tensor) else list(params)
        names = [param[0] for param in given if isinstance(param, tuple)]
        tensors = [param[1] if isinstance(param, tuple) else param for param in given]
        param_group["params"] = tensors
        if names:
            if len(names) != len(tensors):
                raise ValueError("all optimizer params should be with/without names. Some param names are missing")
            param_group["param_names"] = names
        for param in tensors:
            if not isinstance(param, Tensor):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + type_name(param))
            if not self.defaults.get("differentiable") and not (param.is_leaf or retains_grad(param)):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        if len({id(param) for param in tensors}) != len(tensors):
            state.warn(
                "UserWarning",
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
            )
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                text = "with names" if "param_names" in param_group else "without names"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {text} to the optimizer"
                )
        before = {id(param) for group in self.param_groups for param in group["params"]}
        if any(id(param) in before for param in tensors):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or make them zero."""
        for group in self.param_groups:
            for param in group["params"]:
                clear_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters by their gradients."""
        raise NotImplementedError

    def register_step_pre_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step."""
        wrap_program_step(self)
        return add_hook(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Any) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        wrap_program_step(self)
        return add_hook(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` before ``state_dict`` is made."""
        return add_hook(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` after it is made; what it returns replaces it."""
        return add_hook(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer, state_dict)`` before it is loaded; what it returns replaces it."""
        return add_hook(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Any, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(optimizer)`` after a state was loaded."""
        return add_hook(self._optimizer_load_state_dict_post_hooks, hook, prepend)

    # -- its state ----------------------------------------------------------------------------------------------

    def state_dict(self) -> Group:
        """The state by the parameters' numbers, and the groups with these numbers."""
        for hook in list(self._optimizer_state_dict_pre_hooks.values()):
            hook(self)
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for param in group["params"]:
                numbers.setdefault(id(param), len(numbers))
            packed = {name: value for name, value in group.items() if name != "params"}
            packed["params"] = [numbers[id(param)] for param in group["params"]]
            groups.append(packed)
        values = {(numbers[id(k)] if isinstance(k, Tensor) else k): v for k, v in self.state.items()}
        made: Group = {"state": values, "param_groups": groups}
        for hook in list(self._optimizer_state_dict_post_hooks.values()):
            made = _or(hook(self, made), made)
        return made

    def load_state_dict(self, state_dict: Group) -> None:
        """Take over what ``state_dict`` gave. Raises ValueError for groups that differ."""
        state_dict = dict(state_dict)
        for hook in list(self._optimizer_load_state_dict_pre_hooks.values()):
            state_dict = _or(hook(self, state_dict), state_dict)
        groups = self.param_groups
        saved = [dict(group) for group in state_dict["param_groups"]]
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(own["params"]) != len(other["params"]) for own, other in zip(groups, saved)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        params = {
            number: param for own, other in zip(groups, saved) for number, param in zip(other["params"], own["params"])
        }
        fresh: dict[Any, Any] = defaultdict(dict)
        for number, values in state_dict["state"].items():
            if number in params and isinstance(values, dict):
                fresh[params[number]] = {name: _copied(value, name, params[number]) for name, value in values.items()}
            else:
                fresh[params.get(number, number)] = values
        for own, other in zip(groups, saved):
            other["params"] = own["params"]
        self.state = fresh
        self.param_groups = saved
        for hook in list(self._optimizer_load_state_dict_post_hooks.values()):
            hook(self)

    def __repr__(self) -> str:
        lines = [type(self).__name__ + " ("]
        for number, group in enumerate(self.param_groups):
            lines += ["", f"Parameter Group {number}"] if number else [f"Parameter Group {number}"]
            check_shown(group)
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join(lines) + "\n)"


def _or(found: Any, before: Group) -> Group:
    return before if found is None else found


def _copied(value: Any, name: str, param: Tensor) -> Any:
    if not isinstance(value, Tensor):
        return value
    kind = param.array.dtype if name != "step" and param.array.dtype.kind == "f" else value.array.dtype
    return wrap(value.array.astype(kind))


class Declared(Optimizer):
    """An optimizer of declared options and one rule: how a parameter changes by its gradient."""

    __module__ = "torch.optim.optimizer"

    fields: ClassVar[Fields] = {}
    order: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[Callable[[Group], tuple[Any, ...]]]
    rule: ClassVar[Rule]
    check: ClassVar[Callable[[Group], None]]
    begin: ClassVar[Callable[[Any, Group], None]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kind = type(self)
        values = bound(kind, args, kwargs)
        params = values.pop("params")
        kind.check(values)
        super().__init__(params, {name: values[name] for name in kind.order})
        for group in self.param_groups:
            kind.begin(self, group)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters by their gradients; a closure is called first, and its loss returned."""
        if plain(self):
            return self._take_step(closure)
        return with_hooks(self, self._take_step, (self,) if closure is None else (self, closure), {})

    def _take_step(self, closure: Callable[[], Any] | None = None) -> Any:
        own = self.__dict__
        loss = None
        if closure is not None:
            before, state.grad = state.grad, True
            try:
                loss = callee(closure)()
            finally:
                state.grad = before
        recorded = bool(own["defaults"].get("differentiable"))
        for group in self.param_groups:
            if group.get("capturable") or (recorded and group.get("foreach")):
                _check_kernels(type(self), group)
        if recorded:
            self._record_update()
        else:
            self._update(kernels)
        return loss

    def _update(self, F: Any) -> None:
        """Take the step, on what ``F`` computes with: ``kernels`` or ``recorded``."""
        rule, numbers = type(self).rule, type(self).numbers
        step, own = rule.step, F.own
        for group in self.param_groups:
            if not OPTIONS.issuperset(map(type, numbers(group))):
                check_options(group)
            params = checked_tensors(group["params"])
            together: list[tuple[list[Any], Group]] | None = None
            if rule.together and F is kernels and len(params) > 1 and _apart(params):
                together = []
            for param in params:
                grad = param.grad
                if grad is not None:
                    if grad.__class__ is not Tensor and F is kernels:
                        grad = _dense(type(self).__name__, grad, group)
                    g = own(grad)
                    if group.get("maximize"):
                        g = -g
                    kept = self.state.get(param)
                    values = {} if kept is None else kept
                    if values and not STATE.issuperset(map(type, values.values())):
                        check_options(values)
                    lines = None if together is None else rule.lines(param.array, g, values, group)
                    if together is not None and lines is not None:
                        together.append((lines, values))
                        rule.count_writes(param, group)
                        continue
                    try:
                        step(F, param, g, values, group)
                    except TypeError as error:
                        _check_kinds(param, values, error)
                        raise
                    if kept is None and values:
                        self.state[param] = values
                    if F is kernels:
                        rule.count_writes(param, group)
            if together:
                rule.step_together(F, together, group)

    def _record_update(self) -> None:
        """The update as recorded operations. Raises RuntimeError where a parameter is a leaf that requires grad."""
        from . import recorded

        before, state.grad = state.grad, True
        try:
            self._update(recorded)
        finally:
            state.grad = before


def _apart(params: list[Tensor]) -> bool:
    """Whether no two of the parameters share memory, so that it doesn't matter which is changed first."""
    arrays = [param.array for param in params]
    return all(x.flags.owndata for x in arrays) and len(set(map(id, arrays))) == len(arrays)


def _check_kinds(param: Tensor, values: Group, error: TypeError) -> None:
    """Raises RuntimeError where a step failed because a program put complex numbers into a real parameter's state."""
    for value in values.values():
        if isinstance(value, Tensor) and value.dtype.is_complex and not param.dtype.is_complex:
            raise RuntimeError(
                f"result type {value.dtype.type_name} can't be cast to the desired output type {param.dtype.type_name}"
            ) from error


def _check_kernels(kind: type[Declared], group: Group) -> None:
    """Raises AssertionError for a group with gradients that asks for what there is not on a CPU, or not while
    operations are recorded."""
    if not any(param.grad is not None for param in group["params"]):
        return
    if group.get("capturable"):
        raise AssertionError(
            f"If capturable=True, {kind.rule.captured} must be on supported "
            "devices: ['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']."
        )
    if kind.rule.counts:  # SGD, which doesn't, has several at once recorded as one at a time
        raise AssertionError("_foreach ops don't support autograd")


def _dense(optimizer: str, grad: Tensor, group: Group) -> Tensor:
    """The values of a gradient that may be sparse. Raises RuntimeError for an optimizer that takes no sparse ones."""
    if not isinstance(grad, SparseTensor):
        return grad
    if optimizer == "SparseAdam":
        kept = Tensor.__new__(Tensor)  # an array that knows its parts
        kept.array, kept.node, kept.meta, kept.counter = sparse_array(grad), None, None, None
        return kept
    if optimizer not in ("SGD", "Adagrad"):
        instead = ", please consider SparseAdam instead" if optimizer in ("Adam", "AdamW") else ""
        name = "Adam" if optimizer == "AdamW" else optimizer
        raise RuntimeError(f"{name} does not support sparse gradients{instead}")
    if group.get("weight_decay"):
        raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
    return wrap(grad.dense)


#: In the fields of an optimizer what is no option of a group. Pairs (``betas``) pass through ``number`` in a step.
_NO_OPTIONS = frozenset({"params", "*"})


def declare(
    name: str,
    home: str,
    fields: Fields,
    rule: Rule,
    check: Callable[[Group], None],
    order: str = "",
    begin: Callable[[Any, Group], None] | None = None,
) -> Any:
    """Declare ``torch.optim.name``. ``order`` is that of the options in a group, where not that of the fields."""
    names: dict[str, Any] = {
        "__module__": f"torch.optim.{home}",
        "fields": fields,
        "order": tuple(order.split()) or tuple(field for field in fields if field not in ("params", "*")),
        "numbers": itemgetter(*[n for n, usual in fields.items() if n not in _NO_OPTIONS and type(usual) is not tuple]),
        "rule": rule,
        "check": staticmethod(check),
        "begin": staticmethod(begin or _nothing),
        "__members__": {},
    }
    made = Kind(name, (Declared,), names)
    namespace("torch.optim")[name] = made
    return made


def _nothing(optimizer: Any, group: Group) -> None:
    """No state to begin with."""


namespace("torch.optim")["Optimizer"] = Optimizer
