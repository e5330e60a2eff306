"""``matplotlib.pyplot``: what a program draws is written down as data, which ``show/`` draws."""
