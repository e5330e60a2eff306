"""Texts with examples: where they stand, what they show now, and whether that is what stands there."""
