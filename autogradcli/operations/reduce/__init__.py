"""Reductions, running ones, order, softmax."""
