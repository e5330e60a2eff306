"""What ``:help NAME`` says: texts by families (``texts/``), and what the declarations and a trial run say themselves.

``texts`` reads the families, ``names`` finds out which entry is meant by a name, ``facts`` adds dtypes and gradients.
"""
