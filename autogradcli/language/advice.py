"""What to type in place of what people bring along: from mathematics, from NumPy, from other calculators.

The words stand here alone; ``hints`` says them beside an error. What isn't sure is not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import kwlist

#: Names that have another one here.
NAMES = {
    "ln": "`log` is the natural logarithm",
    "lg": "`log10` is the logarithm to base 10, `log2` that to base 2",
    "tg": "`tan` is the tangent",
    "arctg": "`atan` is the inverse of the tangent",
    "sgn": "`sign` is the sign",
    "cosec": "the cosecant is 1 / sin(x)",
    "sec": "the secant is 1 / cos(x)",
    "cot": "the cotangent is 1 / tan(x)",
    "ctg": "the cotangent is 1 / tan(x)",
    "grad": "`autogradcli grad EXPR NAME=VALUE` differentiates; in a program it is torch.autograd.grad(y, x)",
    "globals": "a program's variables are in no dict: keep one of your own",
    "locals": "a program's variables are in no dict: keep one of your own",
    "__file__": "a program here doesn't know its file",
    "bytearray": "bytes are not changed here: a list of integers, or a tensor of uint8, is",
    "quit": "the prompt ends with quit() or Ctrl-D, a program with sys.exit()",
    "exit": "the prompt ends with exit() or Ctrl-D, a program with sys.exit()",
}
_NUMPY = "PyTorch's functions stand for NumPy's here: torch.tensor([1., 2.]), torch.sin(x), torch.linspace(0, 1, 5)"
#: Modules that people import or use and that are not there.
MODULES = {
    "np": "NumPy's arrays come with `import numpy as np`; gradients go through torch's functions: torch.sin(x)",
    "numpy": "NumPy's arrays come with `import numpy as np`; gradients go through torch's functions: torch.sin(x)",
    "jnp": _NUMPY,
    "jax": "torch.func has grad, vmap and jacrev",
    "tf": "the language is PyTorch's: torch.tensor([1., 2.])",
    "tensorflow": "the language is PyTorch's: torch.tensor([1., 2.])",
    "plt": "autogradcli plot draws a function, and :plot does at the prompt",
    "matplotlib": "autogradcli plot draws a function, and :plot does at the prompt",
    "pd": "a table is read by --var x=@FILE.csv:COLUMN",
    "pandas": "a table is read by --var x=@FILE.csv:COLUMN",
    "scipy": "torch.special and torch.linalg have much of it",
    "sympy": "autogradcli derive gives a gradient as a formula",
}
#: Attributes of tensors that are NumPy's or TensorFlow's.
ATTRIBUTES = {
    "astype": "another dtype is x.to(torch.float64), or x.double(), x.float(), x.long()",
    "copy": "a copy is x.clone()",
    "concatenate": "torch.cat([x, y])",
    "tofile": "--save FILE.npz writes variables",
    "assign": "x.copy_(y) writes into x",
}
_SYMBOLS = {
    "√": "a square root is sqrt(x)",
    "×": "a product is x * y",
    "·": "a product is x * y",
    "⋅": "a product is x * y",
    "÷": "a quotient is x / y",
    "−": "the minus of the keyboard is -",
    "–": "the minus of the keyboard is -",
    "≤": "less or equal is <=",
    "≥": "greater or equal is >=",
    "≠": "unequal is !=",
    "∑": "a sum is sum(x)",
    "∞": "infinity is inf",
    "∂": "a derivative is `autogradcli grad EXPR NAME=VALUE`",
    "‘": "a text stands between ' or \"",
    "’": "a text stands between ' or \"",
    "“": "a text stands between ' or \"",
    "”": "a text stands between ' or \"",
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile(r"([\w)\]]*)([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)")
#: A number with a name right behind it, where no name begins before.
_PRODUCT = re.compile(r"(?<![\w.])(\d+(?:\.\d*)?|\.\d+)([A-Za-z_]\w*|\()")
_CALL = re.compile(r"([A-Za-z_]\w*)[ \t]+([\d.]+|[A-Za-z_]\w*)\s*$")
_RECTANGLES = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")


def of_syntax(message: str, line: str, column: int, is_function: Callable[[str], bool]) -> str:
    """What to type in place of what is no syntax; "" where that isn't clear. ``column`` counts from 1."""
    character = line[column - 1 : column]
    if "invalid character" in message or "invalid non-printable" in message:
        found = next((f for f in _SUPERSCRIPT.finditer(line) if f.start(2) == column - 1), None)
        if found is not None:
            power = found[2].translate(_SUPERSCRIPTS)
            return f"a power is {found[1] or 'x'} ** {power if power[0] != '-' else f'({power})'}"
        return _SYMBOLS.get(character, "")
    if "invalid decimal literal" in message or "invalid imaginary literal" in message:
        product = next((f for f in _PRODUCT.finditer(line) if f.start() <= column <= f.end()), None)
        return f"a product needs its sign: {product[1]} * {product[2]}" if product else ""
    if message.startswith("invalid syntax"):
        before = _CALL.search(line[: _end(line, column)])
        if before is not None and before[2] not in kwlist and is_function(before[1]):
            return f"a call needs parentheses: {before[1]}({before[2]})"
        if character == "!" and line[column : column + 1] != "=":
            return "a factorial is math.factorial(n)"
        if character == "|" and line.count("|") >= 2:
            return "an absolute value is abs(x)"
    if message.startswith("cannot assign to function call") and "(" in line and "=" in line:
        head, _, body = line.partition("=")
        name, _, parameters = head.strip().partition("(")
        if name.isidentifier() and body.strip():
            return f"a function is {name} = lambda {parameters.rstrip(') ')}: {body.strip()}"
    return ""


def _end(line: str, column: int) -> int:
    """Where the word ends that stands at a column."""
    at = column - 1
    while at < len(line) and (line[at].isalnum() or line[at] in "._"):
        at += 1
    return at


def of_shapes(message: str) -> str:
    """Which transpose makes a product of these matrices, or that none does."""
    found = _RECTANGLES.match(message)
    if found is None:
        return ""
    m, k, p, q = map(int, found.groups())
    ways = [("x @ y.T", k == q), ("x.T @ y", m == p), ("x.T @ y.T", m == q)]
    fitting = [text for text, fits in ways if fits]
    rule = "the columns of the first must be as many as the rows of the second"
    if fitting:
        return f"{rule}; the shapes fit as {' or '.join(fitting)}"
    return f"{rule}; no transpose makes these fit"


def of_operator(message: str) -> str:
    """What the operator is for that was not meant."""
    if message.startswith(("unsupported operand type(s) for ^", '"bitwise_xor_cpu" not implemented')):
        return "^ is the exclusive or of integers; a power is x ** 2"
    if message in ("'torch.Size' object is not callable", "'Size' object is not callable"):
        return "shape is no method: leave out its parentheses, or call x.size()"
    return ""
