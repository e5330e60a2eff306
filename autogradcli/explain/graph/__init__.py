"""The graph below a tensor, read into a picture that a text, a drawing or a page is written from.

graph_picture.py  what a picture consists of: boxes, edges, modules
boxes.py          the nodes of a graph as boxes, with what a recording of the program knows of them
skeleton.py       the bare graph as numbers, and which of it is drawn
rolling.py        chains of one kind, and modules that follow one another, as one
summaries.py      values, and the gradients that arrive, in a few words
"""
