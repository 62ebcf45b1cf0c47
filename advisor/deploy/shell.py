"""Commands as shell text: the only place that quotes words for a POSIX shell."""

from __future__ import annotations

import re
import shlex

from advisor.documents.deployment import Command, TextFile

_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\udc80-\udcff]")
"""Control characters, marks that turn a line round (Unicode TR 36, section 3.2), and bytes of a file's name
that are no UTF-8."""


def word(text: str) -> str:
    """One word exactly as the program shall receive it; what steers a terminal by its bytes ($'\\x0a')."""
    if _STEERING.search(text):
        # No quote stands raw: a shell that does not know $'…' reads a plain quoted word, and nothing runs.
        escaped = "".join(_bytes(c) if _STEERING.match(c) or c in "\\'" else c for c in text)
        return f"$'{escaped}'"
    return shlex.quote(text)


def _bytes(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def line(command: Command) -> str:
    """One command line with its environment in front."""
    env = [f"{name}={word(value)}" for name, value in command.env.items()]
    return " ".join([*env, *(word(part) for part in command.argv)])


def written(file: TextFile) -> str:
    """The lines that write a small file: a here-document whose end no line of the text can be."""
    text = file.text.rstrip("\n")
    end = "EOF"
    while end in text.split("\n"):
        import hashlib  # loads OpenSSL, a hundredth of an answer, for a text that hardly exists

        end = "EOF_" + hashlib.sha256((end + text).encode()).hexdigest()[:8]
    return f"cat > {word(file.name)} <<'{end}'\n{text}\n{end}"


def comment(text: str) -> str:
    """One comment line, whatever the text holds."""
    return f"# {_STEERING.sub(' ', text)}"


def block(command: Command) -> str:
    """A command with its note as a comment and the files it reads."""
    notes = [comment(command.note)] if command.note else []
    return "\n".join([*notes, *(written(file) for file in command.files), line(command)])
