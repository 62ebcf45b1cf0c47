"""Documents made readable: `text` and `tradeoffs` for terminals, `page` as one HTML file, `pictures` as
plots; `figures` is the one form of numbers. Whatever strangers named is cleaned in `terminal`.
"""
