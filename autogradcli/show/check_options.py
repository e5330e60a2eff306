"""What may be asked of ``check``: for a help text, which is to come at once."""

from __future__ import annotations

from .arguments import Option

OPTIONS = (
    Option(
        "claim", "A formula of a gradient that is compared too; may be given several times.", "NAME=FORMULA", many=True
    ),
    Option("order", "2 for the second derivatives: the Hessian.", "ORDER", ("1", "2")),
    Option("forward", "Forward mode in place of the backward pass."),
)
