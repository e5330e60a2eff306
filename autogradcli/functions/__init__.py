"""The names that users call. Importing this package fills the tables of ``registry``."""

from . import (  # noqa: F401 - each fills the tables
    activations,
    arithmetic,
    attributes,
    autograd,
    comparisons,
    complex_numbers,
    creation,
    custom_function,
    elementwise,
    graph_nodes,
    modes,
    operators,
    output,
    random,
    reductions,
    running,
    selection,
    sorting,
    special_functions,
)
