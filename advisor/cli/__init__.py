"""Arguments in, documents out: one module for each command, imported only when it runs. `main` finds it,
and `options` holds what several commands share. Standard output is the document, standard error everything
else.
"""
