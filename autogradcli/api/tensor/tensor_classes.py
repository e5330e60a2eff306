"""Classes that programs derive from ``torch.Tensor`` and ``nn.Parameter``.

Their objects are tensors of a class of ``Kind``: Python's class has the engine's slots and no others, what a program
puts on a tensor is kept where other tensors have it, and the members of its class stand in the table of members, where
the engine, which reads ``t.array`` and ``t.shape``, never looks. Functions find no plan for such a class, so they ask
its ``__torch_function__``; unless a program writes one it is PyTorch's: run the function as on ordinary tensors and
give its results the class.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from ...engine.callbacks import callee
from ...engine.deferred import settled
from ...engine.leaves import require_grad
from ...engine.state import state
from ...engine.tensor import STANDS_FOR, Parameter, Tensor
from ...numerics import dtypes
from ...operations.shape.view import alias
from ..calls.argument_types import type_name
from ..calls.class_kind import METHODS, Kind, is_visible, members_of
from ..calls.getters import getter
from ..calls.overridden import NAME, DisabledSubclass, ask, asked, disabled, is_asked
from ..calls.program_classes import NOTHING, bound, defines, member_of, property_of, put_property, told_of
from ..calls.python_function import renamed
from ..calls.registry import ATTRIBUTES, Method, Property, namespace
from ..calls.return_types import ReturnType
from .conversion import new_parameter, new_tensor
from .operator_names import OPERATORS, PLAIN, asking, iterate_by_methods

#: Attributes whose values are no results: they come as they are.
_AS_THEY_ARE = frozenset({"grad", "_grad", "_base"})


class TensorClass(Tensor, metaclass=Kind):
    """``torch.Tensor`` as a base."""

    __slots__ = ()
    __members__: ClassVar[dict[str, Any]] = {}
    __hash__ = object.__hash__

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return _new(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What a program's ``__new__`` was given means nothing here."""

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        """What the program put on the tensor."""
        return attributes_of(self)

    @classmethod
    def _complete(cls, members: dict[str, Any]) -> None:
        if "__torch_dispatch__" in members:
            raise TypeError(
                f"{cls.__name__}.__torch_dispatch__: operations have no dispatcher of PyTorch's below them here; "
                "__torch_function__ is told of every function that a program calls"
            )

        for member, value in members.items():
            if not is_visible(member) and type(value) in METHODS:
                raise TypeError(f"a class can't define {member} here")

    # -- its attributes, past those that its class has from the program -------------------------------------

    def _native(self, name: str) -> Any:
        """An attribute or method of tensors; NOTHING where there is none."""
        entry = ATTRIBUTES[Tensor].get(name)
        if isinstance(entry, Property) and name != "*":
            if is_asked(type(self)) and state.asks:
                return ask(f"torch.Tensor.{name}.__get__", getter(name, entry), [self], (self,), {})
            return entry.get(self)
        if isinstance(entry, Method):
            return _bound(self, name, entry.call)
        return _special(self, name)

    def _put(self, name: str, new: Any, plainly: bool = False) -> None:
        """``self.name = new``, with ``plainly`` past the program's ``__setattr__``."""
        kind = type(self)
        found = property_of(kind, name)
        entry = ATTRIBUTES[Tensor].get(name)
        if not plainly and defines(kind, "__setattr__"):
            callee(bound(member_of(kind, "__setattr__"), self))(name, new)
        elif found is not None:
            put_property(found, self, name, new)
        elif (told := told_of(self, name, "__set__")) is not None:
            told(self, new)
        elif isinstance(entry, Property):
            write = getter(name, entry, "__set__")
            if is_asked(kind) and state.asks:
                ask(f"torch.Tensor.{name}.__set__", write, [self], (self, new), {})
            else:
                write(self, new)
        else:
            attributes_of(self)[name] = new

    def _copied(self) -> Any:
        """``copy.copy``: a leaf of the class on the same memory, with what the program put on it."""
        made = _make_subclass(type(self), self, self.requires_grad)
        attributes_of(made).update(attributes_of(self))
        return made

    def _remove(self, name: str) -> None:
        own = attributes_of(self)
        if name not in own:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)
        del own[name]


class ParameterClass(TensorClass, Parameter):
    """``nn.Parameter`` as a base: functions give ordinary tensors of it."""

    __slots__ = ()
    __members__: ClassVar[dict[str, Any]] = {}
    __hash__ = object.__hash__


def attributes_of(tensor: Tensor) -> dict[str, Any]:
    """What a program put on a tensor, to be changed."""
    entry = ATTRIBUTES[Tensor]["*"]
    assert isinstance(entry, Property)
    own: dict[str, Any] = entry.get(tensor)
    return own


def _bound(value: Any, name: str, call: Callable[..., Any]) -> Any:
    def method(*args: Any, **kwargs: Any) -> Any:
        return call(value, *args, **kwargs)

    method.__name__ = name
    return method


def _special(value: Any, name: str) -> Any:
    """A special method past the program's: ``super().__add__``."""
    if name not in OPERATORS and name != "__iter__":
        return NOTHING
    return _bound(value, name, getattr(TensorClass, name))


# -- making ------------------------------------------------------------------------------------------------


def as_class(tensor: Tensor, kind: Any) -> Any:
    """A tensor that was just made, as one of that class."""
    made: Any = settled(tensor)
    if type(made) not in (Tensor, Parameter):
        raise TypeError(f"a tensor of layout or device {type_name(made)} can't be of class {kind.__name__} here")
    if kind not in STANDS_FOR:
        Tensor.__setattr__(made, "__class__", kind)
    return made


def _check_class(name: str, kind: Any) -> None:
    if not (isinstance(kind, type) and issubclass(kind, Tensor)):
        given = kind.__name__ if isinstance(kind, type) else type_name(kind)
        raise TypeError(f"{name}: cls must be a type that derives from torch.Tensor, not {given}")


def _make_subclass(cls: Any, data: Any, require_grad_: Any = False, **options: Any) -> Any:
    """A leaf of a class on the data's memory."""
    _check_class("_make_subclass()", cls)
    if not isinstance(data, Tensor):
        raise TypeError(f"_make_subclass(): argument 'data' (position 2) must be Tensor, not {type_name(data)}")
    requires_grad = options.pop("require_grad", require_grad_)
    if options:
        raise TypeError(f"_make_subclass() got an unexpected keyword argument '{next(iter(options))}'")
    if not isinstance(requires_grad, bool):
        raise TypeError(
            f"_make_subclass(): argument 'require_grad' (position 3) must be bool, not {type_name(requires_grad)}"
        )
    with DisabledSubclass():
        leaf = _method("detach")(data)
    made = leaf if cls is Tensor else _as_parameter(leaf) if issubclass(cls, Parameter) else leaf
    if cls is not Tensor and cls is not Parameter:
        made = as_class(made, cls)
    if requires_grad:
        if made.dtype.category < dtypes.FLOATING:
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        require_grad(made)
    return made


def _as_parameter(leaf: Tensor) -> Parameter:
    made = Parameter(settled(leaf).array)
    made.counter = leaf.counter
    return made


def _as_subclass(self: Tensor, cls: Any) -> Any:
    """The same values, memory and history as a tensor of a class."""
    _check_class("as_subclass()", cls)
    with DisabledSubclass():
        made = alias(self)
    return made if cls is Tensor else as_class(made, cls)


def _new(cls: Any, *data: Any, **options: Any) -> Any:
    """What the class gives of what ``torch.Tensor`` is called with."""
    _check_class("Tensor.__new__()", cls)
    if issubclass(cls, Parameter):
        return _new_parameter(cls, *data, **options)
    options.pop("device", None)
    if options:
        raise TypeError(f"new(): got an unexpected keyword argument '{next(iter(options))}'")
    with DisabledSubclass():
        made = new_tensor(*data)
    return made if cls is Tensor else as_class(made, cls)


def _new_parameter(cls: Any, data: Any = None, requires_grad: Any = True) -> Any:
    with DisabledSubclass():
        made = new_parameter(data, requires_grad)
    return made if cls is Parameter else as_class(made, cls)


def _method(name: str) -> Callable[..., Any]:
    entry = ATTRIBUTES[Tensor][name]
    assert isinstance(entry, Method)
    return entry.call


# -- what functions are answered ---------------------------------------------------------------------------


def _torch_function(cls: Any, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
    """What ``torch.Tensor`` says: run the function as on ordinary tensors, and give its results the class."""
    if type(types) not in (tuple, list) or not all(isinstance(kind, type) for kind in types):
        raise TypeError("__torch_function__(): types must be a tuple of classes")
    if type(args) not in (tuple, list) or not (kwargs is None or type(kwargs) is dict):
        raise TypeError("__torch_function__(): args must be a tuple, and kwargs a dict")
    if not all(issubclass(cls, STANDS_FOR.get(kind, kind)) for kind in types):
        return NotImplemented
    with DisabledSubclass():
        result = callee(func)(*args, **(kwargs or {}))
        if getattr(func, "attribute", None) in _AS_THEY_ARE:
            return result
        return _converted(result, cls)


def _converted(result: Any, cls: Any) -> Any:
    if cls is Tensor:
        return result
    if isinstance(result, Tensor):
        return result if isinstance(result, cls) else _as_subclass(result, cls)
    if isinstance(result, ReturnType):
        return tuple.__new__(type(result), [_converted(each, cls) for each in result])
    if type(result) in (tuple, list):
        return type(result)([_converted(each, cls) for each in result])
    return result


_MEMBERS = {
    "__new__": staticmethod(_new),
    "_make_subclass": staticmethod(_make_subclass),
    NAME: classmethod(_torch_function),
}
members_of(TensorClass).update(_MEMBERS)
members_of(ParameterClass)[NAME] = staticmethod(disabled)
for _dunder in OPERATORS:
    if _dunder in PLAIN:
        type.__setattr__(TensorClass, _dunder, asking(_dunder))


def _iterate(self: Any) -> Any:
    """Its parts, each of the class."""
    if not (state.asks and is_asked(type(self))):
        return PLAIN["__iter__"](self)
    return iterate_by_methods(self)


type.__setattr__(TensorClass, "__iter__", _iterate)
for _kind, _stands_for in ((TensorClass, Tensor), (ParameterClass, Parameter)):
    STANDS_FOR[_kind] = _stands_for
    _kind.__name__ = _kind.__qualname__ = _stands_for.__name__
    _kind.__module__ = _stands_for.__module__


def _lists_ask(values: Any) -> bool:
    return bool(asked(values if type(values) in (list, tuple) else tuple(values)))


state.lists_ask = _lists_ask

#: What programs derive from -> what stands for it as a base.
BASES: dict[type, type] = {Tensor: TensorClass, Parameter: ParameterClass}

# What ``torch.Tensor`` itself has: a namespace, so that this module is loaded for it.
_of_tensor = namespace("torch._C.TensorBase")
_of_tensor["_make_subclass"] = _make_subclass
_of_tensor["__new__"] = _new
_of_tensor[NAME] = partial(_torch_function, Tensor)
ATTRIBUTES[Tensor]["as_subclass"] = Method(
    renamed(_as_subclass, "as_subclass"), "The same values, memory and history as a tensor of a class."
)
