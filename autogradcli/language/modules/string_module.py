"""``string``: the constants, and ``capwords``."""

from __future__ import annotations

import string
from typing import Any

from ...api.calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from ...numerics.naming import shown_as
from ..values.budget import check_text
from ..values.text_format import to_str
from .entries import entering

_table = namespace("string")
for _name in (
    "ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "printable",
    "punctuation", "whitespace",
):  # fmt: skip
    _table[_name] = vars(string)[_name]


@shown_as("string.Template")
class Template:
    """A text in which ``$name`` stands for a value."""

    __slots__ = ("template",)

    def __init__(self, template: Any) -> None:
        if type(template) is not str:
            raise TypeError(f"a template is a text, not {type(template).__name__}")
        check_text(len(template))
        self.template = template

    def filled(self, safe: bool, mapping: Any, given: dict[str, Any]) -> str:
        """The text with its values. Raises KeyError and ValueError in Python's words unless ``safe``."""
        values = {**(mapping if isinstance(mapping, dict) else {}), **given}
        texts = {name: to_str(value) for name, value in values.items() if type(name) is str}
        check_text(len(self.template) + self.template.count("$") * max(map(len, texts.values()), default=0))
        made = string.Template(self.template)
        return made.safe_substitute(texts) if safe else made.substitute(texts)


attributes_of(Template)["substitute"] = Method(
    lambda made, mapping=None, /, **given: made.filled(False, mapping, given)
)
attributes_of(Template)["safe_substitute"] = Method(
    lambda made, mapping=None, /, **given: made.filled(True, mapping, given)
)
attributes_of(Template)["template"] = Property(lambda made: made.template, doc="The text.")
CONSTRUCTORS[Template] = Template
_table["Template"] = Template


@entering("string")
def capwords(s: Any, /) -> str:
    """Each word with a capital, one space between two."""
    if type(s) is not str:
        raise TypeError(f"capwords() takes a string, not {type(s).__name__}")
    return " ".join(word.capitalize() for word in s.split())
