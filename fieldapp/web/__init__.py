"""The screens in an office's browsers: a page, a gate, and one process of the program for each browser session.

textual-serve carries the terminal between the browser and the process; it is imported here and nowhere else, and
nothing here imports Textual, so the server itself stays small.
"""
