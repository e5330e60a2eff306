"""Reading, assigning and deleting variables, by what ``scopes.py`` found them to be."""

from __future__ import annotations

import ast
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from ..read.scopes import CELL, CLASS, FUNCTION, GLOBAL, LOCAL
from ..read.syntax import Place
from ..values.kinds import UNBOUND, Frame, Run
from .context import Context, compiles

Store = Callable[[Frame, Any], None]


def undefined(name: str) -> NameError:
    return NameError(f"name '{name}' is not defined", name=name)


def unassigned(name: str) -> UnboundLocalError:
    return UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def unassigned_free(name: str) -> NameError:
    return NameError(f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope")


@compiles(ast.Name)
def _name(node: ast.Name, c: Context) -> Run:
    return load(node.id, c, c.place(node))


def load(name: str, c: Context, at: Place) -> Run:
    """A function that reads a variable."""
    kind, slot = c.scope.where(name)
    if kind == GLOBAL and (c.scope.kind != CLASS or name in c.scope.globals):
        return _load_global(name, c, at)
    if kind == LOCAL:
        owner = c.scope.owner(name)
        if owner is not None and name in owner.parameters and name not in owner.deleted:
            return itemgetter(slot)

        def local(f: Frame, place: Place = at) -> Any:
            value = f[slot]
            if value is UNBOUND:
                raise unassigned(name)
            return value

        return local
    if kind == CELL:
        owner = c.scope.owner(name)
        own = owner is not None and owner.host is c.scope.host

        def shared(f: Frame, place: Place = at) -> Any:
            value = f[slot][0]
            if value is UNBOUND:
                raise unassigned(name) if own else unassigned_free(name)
            return value

        return shared
    outer = _outside_class(name, c, at)

    def member(f: Frame, place: Place = at) -> Any:
        members = f[0]
        return members[name] if name in members else outer(f)

    return member


def _outside_class(name: str, c: Context, at: Place) -> Run:
    """A name that a class's members haven't, those with which its body begins among them: a global, as in Python."""
    return _load_global(name, c, at)


def _load_global(name: str, c: Context, at: Place) -> Run:
    variables = c.variables
    if name in c.prelude:
        get, fallback = variables.get, c.prelude[name]
        return lambda f: get(name, fallback)

    def load_global(f: Frame, place: Place = at) -> Any:
        try:
            return variables[name]
        except KeyError:
            raise undefined(name) from None

    return load_global


def store(name: str, c: Context) -> Store:
    """A function that assigns a variable."""
    kind, slot = c.scope.where(name)
    if kind == GLOBAL:
        return _store_global(name, c.variables)
    if kind == LOCAL:

        def store_local(f: Frame, value: Any) -> None:
            f[slot] = value

        return store_local
    if kind == CELL:

        def store_shared(f: Frame, value: Any) -> None:
            f[slot][0] = value

        return store_shared

    def store_member(f: Frame, value: Any) -> None:
        f[0][name] = value

    return store_member


def _store_global(name: str, variables: dict[str, Any]) -> Store:
    def store_global(f: Frame, value: Any) -> None:
        variables[name] = value

    return store_global


def delete(name: str, c: Context, at: Place) -> Run:
    """A function that deletes a variable. Raises NameError if it has no value."""
    kind, slot = c.scope.where(name)
    if kind == GLOBAL:
        variables = c.variables

        def delete_global(f: Frame, place: Place = at) -> None:
            try:
                del variables[name]
            except KeyError:
                raise undefined(name) from None

        return delete_global
    if kind == LOCAL:

        def delete_local(f: Frame, place: Place = at) -> None:
            if f[slot] is UNBOUND:
                raise unassigned(name)
            f[slot] = UNBOUND

        return delete_local
    if kind == CELL:

        def delete_shared(f: Frame, place: Place = at) -> None:
            if f[slot][0] is UNBOUND:
                raise unassigned(name) if c.scope.kind == FUNCTION else unassigned_free(name)
            f[slot][0] = UNBOUND

        return delete_shared

    def delete_member(f: Frame, place: Place = at) -> None:
        try:
            del f[0][name]
        except KeyError:
            raise undefined(name) from None

    return delete_member
