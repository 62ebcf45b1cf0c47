"""Shell text: quoted words, flags, here-documents."""

from __future__ import annotations

import shlex


def command(*words: object) -> str:
    """One command line, every word quoted where the shell needs it; None drops out."""
    return " ".join(shlex.quote(str(word)) for word in words if word is not None)


def flags(**pairs: object) -> list[object]:
    """`max_model_len=8192` -> ['--max-model-len', 8192]; None drops out, True leaves the bare flag."""
    found: list[object] = []
    for name, value in pairs.items():
        if value is None or value is False:
            continue
        found.append("--" + name.replace("_", "-"))
        if value is not True:
            found.append(value)
    return found


def document(program: str, text: str) -> str:
    """*program* with *text* on its standard input."""
    return f"{program} <<'EOF'\n{text.rstrip()}\nEOF"
