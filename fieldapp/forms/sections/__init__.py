"""The questions, one module a section of the form."""
