"""What ``torch.utils.checkpoint`` has beside ``checkpoint``: its settings, contexts and policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Any

from ...engine.callbacks import callee
from ...engine.leaves import require_grad
from ...engine.modes import ContextMode
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ..calls.argument_types import Value, type_name
from ..calls.program_classes import Kind, defines, special
from ..calls.python_function import define_python
from ..calls.registry import Property, attributes_of, namespace
from ..tensor.attributes import _detach

EARLY_STOP, DEBUG = "checkpoint.early_stop", "checkpoint.debug"


@shown_as("contextlib._GeneratorContextManager")
class Setting(ContextMode):
    """A setting of checkpoints that holds within it."""

    __slots__ = ("before", "name", "value")

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value

    def __enter__(self) -> None:
        self.before = dict(state.flags)
        state.flags[self.name] = self.value

    def __exit__(self, *problem: object) -> None:
        state.flags = self.before


@shown_as("contextlib.nullcontext")
class Nothing(ContextMode):
    """A context in which all is as outside."""

    __slots__ = ()

    title = "contextlib.nullcontext"

    def __enter__(self) -> None:
        return None

    def __exit__(self, *problem: object) -> None:
        return None


def set_checkpoint_early_stop(enable: bool) -> Setting:
    """Whether a checkpoint computes again no more than it needs; a context in which that holds."""
    return Setting(EARLY_STOP, bool(enable))


def set_checkpoint_debug_enabled(enabled: Value) -> Setting:
    """Whether checkpoints tell more of an error; a context in which that holds, and changes nothing here."""
    return Setting(DEBUG, enabled)


def noop_context_fn() -> Any:
    """Two contexts for `checkpoint(context_fn=)` that change nothing."""
    return Nothing(), Nothing()


def contexts(context_fn: Any) -> Sequence[Any]:
    """What a program's ``context_fn`` gives: the context of the first computation and that of the second. Raises
    TypeError for what is none."""
    pair = tuple(callee(context_fn)())
    if len(pair) != 2:
        raise ValueError(f"context_fn gives two contexts, not {len(pair)}")
    for each in pair:
        kind = type(each)
        if not isinstance(each, ContextMode) and not (type(kind) is Kind and defines(kind, "__enter__")):
            raise TypeError(f"'{kind.__name__}' object does not support the context manager protocol")
    return pair


def within(context: Any) -> AbstractContextManager[Any]:
    """A program's context for our own ``with``. One of its own class is left without an error: ours are none of its."""
    if isinstance(context, ContextMode):
        return context
    stack = ExitStack()
    special(context, "__enter__")()
    stack.callback(lambda: special(context, "__exit__")(None, None, None))
    return stack


def detach_variable(inputs: Value) -> Any:
    """Tensors of a tuple as leaves that require grad as before; what is no tensor as it is. Raises RuntimeError for
    what is no tuple."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type:  {type_name(inputs)}")
    return tuple(_leaf(each) if isinstance(each, Tensor) else each for each in inputs)


def _leaf(tensor: Tensor) -> Tensor:
    leaf: Tensor = _detach(tensor)
    if tensor.node is not None:
        require_grad(leaf)
    return leaf


UNNEEDED = "None of the inputs have requires_grad=True. Gradients will be None"


def check_backward_validity(inputs: Value) -> None:
    """Warn where none of the inputs requires grad."""
    if not any(isinstance(each, Tensor) and each.node is not None for each in inputs):
        state.warn("UserWarning", UNNEEDED)


def get_device_states(*args: Value) -> Any:
    """The devices beside the CPU that the arguments lie on, and their generators: none."""
    return [], []


def set_device_states(devices: Value, states: Value, *, device_type: Value = None) -> None:
    """Nothing: there are no devices beside the CPU."""


_POLICIES = (
    "MUST_SAVE", "PREFER_SAVE", "MUST_RECOMPUTE", "PREFER_RECOMPUTE", "MUST_CPU_OFFLOAD", "PREFER_CPU_OFFLOAD",
)  # fmt: skip


@shown_as("torch.utils.checkpoint.CheckpointPolicy")
class Policy:
    """Whether a selective checkpoint keeps the result of an operation."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: int) -> None:
        self.name, self.value = name, value

    def __str__(self) -> str:
        return f"CheckpointPolicy.{self.name}"

    def __repr__(self) -> str:
        return f"<{self}: {self.value}>"


@shown_as("enum.EnumType")
class Policies:
    """``CheckpointPolicy``: its members by name, and in order."""

    __slots__ = ("members",)

    def __init__(self) -> None:
        self.members = {name: Policy(name, k) for k, name in enumerate(_POLICIES)}

    def __iter__(self) -> Any:
        return iter(self.members.values())

    def __len__(self) -> int:
        return len(self.members)

    def __repr__(self) -> str:
        return "<enum 'CheckpointPolicy'>"


def create_selective_checkpoint_contexts(policy_fn_or_list: Value, allow_cache_entry_mutation: Value = False) -> Any:
    """The contexts of a checkpoint that keeps the results of some operations: not here, where operations have no
    handles to choose by. Raises NotImplementedError."""
    raise NotImplementedError(
        "selective checkpoints aren't here: checkpoint a smaller function, or keep its results by returning them"
    )


def _constant(policy: Policy) -> Callable[[Any], Policy]:
    return lambda policies: policy


def _register() -> None:
    for function in (
        set_checkpoint_early_stop, set_checkpoint_debug_enabled, noop_context_fn, detach_variable,
        check_backward_validity, get_device_states, set_device_states, create_selective_checkpoint_contexts,
    ):  # fmt: skip
        define_python(function.__name__, function, into="checkpoint")
    policies = Policies()
    namespace("torch.utils.checkpoint")["CheckpointPolicy"] = policies
    table = attributes_of(Policies)
    for name, policy in policies.members.items():
        table[name] = Property(_constant(policy), doc="A policy of selective checkpoints.")
    attributes_of(Policy)["name"] = Property(lambda policy: policy.name, doc="The name of the policy.")
    attributes_of(Policy)["value"] = Property(lambda policy: policy.value, doc="The number of the policy.")


_register()
