"""Pictures of graphs, written as a tree of text, DOT, Mermaid, SVG, a page of HTML and JSON.

graph_options.py  what may be asked of ``graph``: one table for the command's options and for those at the prompt
answer.py         from a program to what is wanted of its graph
box_text.py       a box in words
tree.py dot.py mermaid.py json_event.py svg.py page.py   a picture in each form
layout.py         where the boxes of a drawing lie; order.py and lines_up.py are parts of it
"""
