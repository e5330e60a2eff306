"""What may be asked of ``plot``."""

from __future__ import annotations

from ..arguments import Option

#: The optimizers of a descent.
WAYS = (
    *("sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "radam", "rprop"),
    "asgd",
)
OPTIONS = (
    Option("path", "Draw a descent by this optimizer too; may be given several times.", "OPTIMIZER", WAYS, many=True),
    Option("start", "Where descents begin, a number for each interval; else near the first corner.", "NUMBER,..."),
    Option("lr", "The learning rate of descents; 0.1 if it isn't given.", "RATE"),
    Option("steps", "The steps of descents; 50 if it isn't given.", "N"),
    Option("svg", "Write an SVG file in place of text; - is the standard output.", "FILE"),
    Option("png", "Write a PNG file.", "FILE"),
    Option("html", "Write an HTML page.", "FILE"),
)
