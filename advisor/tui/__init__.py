"""The questions, answers and what-ifs on a terminal (Textual): `app` and its `screens`, drawn with
`widgets`; `conversation` alone asks for figures. `here` gets files, runs engines and measures; `web` is the
same in a browser.
"""
