"""The language: text to calls. Python's grammar over a closed set of values, names and attributes.

In the order in which a program meets them: ``syntax`` parses, ``analysis`` and ``statement_rules`` check every
node and enter the names into ``scopes``, ``expressions``, ``call_expressions``, ``comprehensions``,
``assignment``, ``statements``, ``control``, ``functions`` and ``imports`` compile it to closures, ``program``
puts these together, ``shapes`` and ``slots`` keep it from doing so again for each of many lines that are alike,
``errors`` says where one failed. What names mean is in ``prelude`` and ``builtins``, what
values have in ``attributes`` and ``python_types``, what may be called in ``calls``, what it may cost in
``budget``. Python's own ``eval``, ``exec`` and ``getattr`` have no part in any of it.
"""
