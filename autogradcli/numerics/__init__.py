"""Arithmetic below autograd: element types, precision, random numbers, and bounds on what a call may cost.

    dtypes naming  the element types, which one two operands meet in, and what programs see of a class
    numbers        Python numbers as values of a dtype
    half           both formats of half precision: computed in single, rounded once
    exact          products and sums with one rounding
    summation      sums in PyTorch's order
    shapes layouts shapes that meet; how results lie in memory
    random/        the generator, draw for draw PyTorch's
    limits away    what one operation may make and cost; kernels that take long, where an interrupt is heard

Nothing here knows a tensor or a gradient.
"""
