"""The table of rules for all rows of a ``vmap`` at once, by the words that operations declare as ``rows``.

They are for speed, for views (which must stay windows on the batched memory) and for graph names that are PyTorch's;
an operation without a rule runs row by row, and so does one whose operands a rule can't take.
"""

from ...engine.levels.vmap import BATCH_RULES
from . import layers, places, products, shapes

for _rules in (shapes.RULES, products.RULES, places.RULES, layers.RULES):
    BATCH_RULES.update(_rules)
