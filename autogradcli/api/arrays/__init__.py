"""NumPy for programs: values around real arrays, and a closed table of functions over them.

- ``values``      what a program has: arrays, scalars, dtypes; none of them is an object of NumPy's
- ``gate``        what of a program's values NumPy may see
- ``calls``       a call of NumPy's: through the gate, its costs charged, its warnings and errors handed on
- ``costs``       how much a call will make
- ``operators``   what Python's operators, subscripts and conversions do with arrays and scalars
- ``functions``, ``linear``, ``draws``, ``members``   the tables
"""
