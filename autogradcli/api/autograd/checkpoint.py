"""``torch.utils.checkpoint``: keep nothing between, compute it again for the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...engine.backward import current_pass, running_pass
from ...engine.callbacks import callee
from ...engine.custom import CustomNode, Definition
from ...engine.custom_forward import apply
from ...engine.leaves import require_grad
from ...engine.modes import SavedTensorsHooks
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.naming import shown_as
from ...numerics.random.generator import default_generator
from ..calls.argument_types import Value
from ..calls.python_function import define_python
from ..calls.registry import namespace
from ..tensor.attributes import _detach
from ..tensor.placement import CPU
from . import backward_and_grad
from .checkpoint_settings import EARLY_STOP, Nothing, check_backward_validity, contexts, within
from .functional_derivatives import grad_mode

Function = Callable[..., Any]

_LATER = (
    "use_reentrant=False is recommended, but if you need to preserve the current default behavior, you can pass "
    "use_reentrant=True. Refer to docs for more details on the differences between the two variants."
)
UNSAID = (
    "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
    f"checkpoint without use_reentrant will raise an exception. {_LATER}"
)
UNSAID_SEQUENTIAL = (
    "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version "
    f"2.9 we will raise an exception if use_reentrant is not passed. {_LATER}"
)
NOT_WITH_GRAD = (
    "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to "
    ".backward(). To resolve this error, you can either set use_reentrant=False, or call .backward() without passing "
    "the `inputs` argument."
)
TIP = """

Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint\u2011debug mode globally.

If this error occurs under torch.compile with automatic_dynamic_shapes enabled,
it may be because the recomputation selected a different compiled graph than the
forward pass (e.g., a dynamic graph instead of the original static graph).
To fix this, either:
  - Use torch._dynamo.mark_dynamic() to explicitly mark varying dimensions as
    dynamic upfront, avoiding the static-to-dynamic transition.
  - Call torch._C._dynamo.eval_frame._set_lru_cache(False) to disable LRU cache
    reordering, which can change which graph is checked first between forward
    and recompute.
See https://github.com/pytorch/pytorch/issues/166926 for more details and
workaround examples.
"""


@shown_as("torch.utils.checkpoint.CheckpointError")
class CheckpointError(RuntimeError):
    """The second computation was not the first one again."""


class _Enough(Exception):
    """Everything that was wanted has been computed again."""


def checkpoint(
    function: Function,
    *args: Value,
    use_reentrant: bool | None = None,
    context_fn: Value = None,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Value,
) -> Any:
    """Run ``function`` without keeping what its backward pass needs; that is computed again when it is needed.

    ``use_reentrant=False`` is the better form: it works with ``autograd.grad``, keywords and nested structures.
    Raises CheckpointError in the backward pass where the second computation differs from the first.
    """
    if use_reentrant is None:
        state.warn("UserWarning", UNSAID)
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs and use_reentrant:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if use_reentrant:
        if context_fn is not None or debug:
            raise ValueError(
                "Passing `context_fn`, `debug`, or `respect_saved_tensors_hooks` is only supported when use_reentrant="
                "False."
            )
        return _reentrant(function, preserve, args)
    early_stop = bool(state.flags.get(EARLY_STOP, early_stop))
    frame = _Frame(function, args, kwargs, preserve, early_stop, determinism_check == "default")
    first: Any = Nothing()
    if context_fn is not None:
        first, frame.context = contexts(context_fn)
    with within(first):
        if not state.grad:
            return function(*args, **kwargs)
        with SavedTensorsHooks(frame.pack, frame.unpack):
            return function(*args, **kwargs)


class _RandomState:
    """Random numbers as they were at the first computation."""

    __slots__ = ("before", "saved")

    def __init__(self, preserve: bool) -> None:
        self.saved = default_generator.get_state() if preserve else None

    def __enter__(self) -> None:
        self.before = None
        if self.saved is not None:
            self.before = default_generator.get_state()
            default_generator.set_state(self.saved)

    def __exit__(self, *problem: object) -> None:
        if self.before is not None:
            default_generator.set_state(self.before)


# -- without re-entering the backward pass -------------------------------------------------------------------


class _Frame:
    """One checkpointed call: which tensors it saved, by number, and these computed again for each backward pass."""

    __slots__ = (
        "again", "args", "checked", "context", "early_stop", "function", "kinds", "kwargs", "owner", "random",
    )  # fmt: skip

    def __init__(
        self, function: Function, args: Sequence[Any], kwargs: dict[str, Any], preserve: bool, stop: bool, check: bool
    ) -> None:
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.random = _RandomState(preserve)
        self.early_stop = stop
        self.checked = check
        self.kinds: list[str] = []
        self.again: list[Tensor | None] | None = None
        self.owner: Any = None
        self.context: Any = Nothing()

    def pack(self, t: Tensor) -> int:
        self.kinds.append(_kind(t))
        return len(self.kinds) - 1

    def unpack(self, number: int) -> Tensor:
        owner = running_pass()
        if self.again is None or owner is None or owner is not self.owner:
            self.again = list(self._recomputed())
            self.owner = owner
        found, self.again[number] = self.again[number], None  # each is read once, so memory is given back on the way
        if found is None:
            raise CheckpointError(
                "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. If you "
                "are calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise please open an "
                "issue with details on your use case."
            )
        return found

    def _recomputed(self) -> list[Tensor]:
        """Run the function again for the tensors that it saves. Raises CheckpointError where they differ."""
        found: list[Tensor] = []

        def collect(t: Tensor) -> Tensor:
            found.append(_detach(t))
            if self.early_stop and len(found) == len(self.kinds):
                raise _Enough
            return t

        try:
            with self.random, within(self.context), grad_mode(True), SavedTensorsHooks(collect, lambda t: t):
                self.function(*self.args, **self.kwargs)
        except _Enough:
            pass
        if len(found) != len(self.kinds):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                f"recomputation.\nNumber of tensors saved during forward: {len(self.kinds)}\nNumber of tensors saved "
                f"during recomputation: {len(found)}.{TIP}"
            )
        if self.checked:
            self._check_kinds(found)
        return found

    def _check_kinds(self, found: list[Tensor]) -> None:
        wrong = [
            f"tensor at position {k}:\nsaved metadata: {kind}\nrecomputed metadata: {_kind(t)}\n"
            for k, (kind, t) in enumerate(zip(self.kinds, found, strict=True))
            if kind != _kind(t)
        ]
        if wrong:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than "
                f"during the forward pass.\n{''.join(wrong)}.{TIP}"
            )


def _kind(t: Tensor) -> str:
    return f"{{'shape': {t.shape!r}, 'dtype': {t.dtype!r}, 'device': {CPU!r}}}"


# -- by a backward pass inside of the backward pass ---------------------------------------------------------------


def _reentrant(function: Function, preserve: bool, args: tuple[Any, ...]) -> Any:
    check_backward_validity(args)
    random = _RandomState(preserve)

    def forward(ctx: CustomNode, *given: Any) -> Any:
        ctx.to_save = tuple(a for a in given if isinstance(a, Tensor))
        return function(*given)

    def backward(ctx: CustomNode, *grads: Any) -> tuple[Any, ...]:
        if current_pass().targets is not None:
            raise RuntimeError(NOT_WITH_GRAD)
        kept = iter(ctx.saved_tensors)
        inputs = [_leaf(next(kept)) if isinstance(a, Tensor) else a for a in args]
        with random, grad_mode(True):
            outputs = function(*inputs)
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        live = [
            (out, g) for out, g in zip(several, grads, strict=True) if isinstance(out, Tensor) and out.node is not None
        ]
        if not live:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward_and_grad.backward([out for out, _ in live], [g for _, g in live])
        return tuple(a.grad if isinstance(a, Tensor) else None for a in inputs)

    return apply(Definition("CheckpointFunction", forward, None, backward, None, None), args)


def _leaf(t: Any) -> Tensor:
    leaf = _detach(t)
    if t.node is not None:
        require_grad(leaf)
    return leaf


def checkpoint_sequential(
    functions: Value, segments: int, input: Value, use_reentrant: bool | None = None, **kwargs: Value
) -> Any:
    """Run functions one after the other in ``segments``, all but the last checkpointed."""
    if use_reentrant is None:
        state.warn("UserWarning", UNSAID_SEQUENTIAL)
        use_reentrant = True
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    chain = [callee(function) for function in functions]
    size = len(chain) // segments

    def run(start: int, end: int) -> Function:
        def forward(value: Any) -> Any:
            for function in chain[start:end]:
                value = function(value)
            return value

        return forward

    end = 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        input = checkpoint(run(start, end), input, use_reentrant=use_reentrant, preserve_rng_state=preserve)
    return run(end, len(chain))(input)


def _register() -> None:
    table = namespace("torch.utils.checkpoint")
    table["CheckpointError"] = CheckpointError
    for function in (checkpoint, checkpoint_sequential):
        define_python(function.__name__, function, into="checkpoint")


_register()
