"""``torch.autograd.Function`` itself, the class that programs derive their own from."""

from __future__ import annotations

from typing import Any, ClassVar

from ...engine.callbacks import callee
from ...engine.custom import Definition
from ...engine.custom_forward import apply as run
from ...engine.state import state
from ...numerics.naming import shown_as
from ..calls.class_kind import members_of
from ..calls.class_lookup import bound_to_class
from ..calls.program_classes import Object, member_of
from .function_arguments import bound, by_name

LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)
NO_SETUP = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override "
    "the setup_context staticmethod. For more details, please see "
    "https://pytorch.org/docs/main/notes/extending.func.html"
)
#: What a class that doesn't say otherwise answers.
_MISSING = {
    "forward": "You must implement the forward function for custom autograd.Function.",
    "backward": "You must implement either the backward or vjp method for your custom autograd.Function to use it "
    "with backward mode AD.",
    "jvp": "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.",
    "vmap": "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
    "generate_vmap_rule=True.",
    "setup_context": "setup_context is not implemented.",
}


@shown_as("torch.autograd.function.Function")
class Function(Object):
    """An operation whose forward and backward a program writes itself, in a class that derives from this one."""

    generate_vmap_rule = False
    #: What has been read off the classes so far; empty again when a program changes one.
    _definitions: ClassVar[dict[type, Definition]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        state.warn(
            "DeprecationWarning",
            f"{type(self)!r} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(LEGACY)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The results, from a context and what ``apply`` was given; without the context where there is a
        ``setup_context``."""
        raise NotImplementedError(_MISSING["forward"])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keep on the context what ``backward`` needs of the inputs and the output."""
        raise NotImplementedError(_MISSING["setup_context"])

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """A gradient, or None, for each input of ``forward``, from one for each of its results."""
        raise NotImplementedError(_MISSING["backward"])

    @staticmethod
    def vjp(ctx: Any, *grad_outputs: Any) -> Any:
        """Another name for ``backward``."""
        raise NotImplementedError(_MISSING["backward"])

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """A tangent for each result, from one for each input."""
        raise NotImplementedError(_MISSING["jvp"])

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The results for all rows at once, and the dimensions that the rows lie in."""
        raise NotImplementedError(_MISSING["vmap"])

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward, with this class as the history of the results."""
        definition = cls._definition()
        if definition.setup_context is not None:
            args = bound(definition.forward, args, kwargs)
        elif kwargs:
            args = by_name(definition.forward, args, kwargs)
        if not state.levels:
            return run(definition, args)
        if definition.setup_context is None:
            raise RuntimeError(NO_SETUP)
        from ..func.custom_transforms import apply_at_levels

        return apply_at_levels(cls, args)

    @classmethod
    def _changed(cls) -> None:
        Function._definitions.clear()

    @classmethod
    def _own(cls, name: str) -> Any:
        """A member that a program gave to its class, as the class has it; None for what stands in ``Function``."""
        member = member_of(cls, name)
        return None if member is members_of(Function).get(name) else bound_to_class(member, cls)

    @classmethod
    def _definition(cls) -> Definition:
        """What the engine has to know of the class, read off it once."""
        made = Function._definitions.get(cls)
        if made is None:
            forward = cls._own("forward") or Function.forward
            rest = [callee(cls._own(name)) for name in ("setup_context", "backward", "vjp", "jvp")]
            made = Function._definitions[cls] = Definition(cls.__name__, callee(forward), *rest)
        return made


@shown_as("torch.autograd.function.InplaceFunction")
class InplaceFunction(Function):
    """Another name for ``Function``, from the time when its objects were called."""
