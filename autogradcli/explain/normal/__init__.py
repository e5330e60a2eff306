"""The normal form of a gradient: sums of products over indices, read from expressions and written as a person would.

    forms           texts of the language as trees, with their number of operations
    terms           sums of terms: coefficient * product of atoms to powers, over indices (Ricci's calculus, einsum)
    index_notation  expressions of a derivation to sums
    chains          one term as matrix text: which factors are multiplied how
    choosing        of several ways to write a sum the one with the fewest operations

The way is that of Laue, Mitterreiter and Giesen, "Computing Higher Order Derivatives of Matrix and Tensor Expressions"
(NeurIPS 2018): what is hard in matrix notation is bookkeeping in index notation.
"""
