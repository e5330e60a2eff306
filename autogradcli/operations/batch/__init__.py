"""Operations for all rows of a ``vmap`` at once: what the words mean that declarations give as ``rows``."""
