"""Formulas as code of Python and of the libraries that its users have.

words       what each function of the language is called there
helpers     functions that a library lacks, written in it
writer      a form of the language as a form of the library
function    the function that gives the value and the gradients
"""
