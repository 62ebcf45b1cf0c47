"""A scheme's name in large letters, three rows high, for terminals wide enough."""

from __future__ import annotations

from textual.widgets import Static

# Three columns by five rows of pixels a character, one octal digit a row, left pixel = 4.
_GLYPHS = {
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553",
    "H": "55755", "I": "72227", "J": "11152", "K": "55655", "L": "44447", "M": "57755", "N": "65555",
    "O": "25552", "P": "65644", "Q": "25573", "R": "65655", "S": "34216", "T": "72222", "U": "55557",
    "V": "55552", "W": "55775", "X": "55255", "Y": "55222", "Z": "71247", "0": "25552", "1": "26227",
    "2": "61247", "3": "61216", "4": "55711", "5": "74616", "6": "34652", "7": "71222", "8": "25252",
    "9": "25316", "_": "00007", "-": "00700", ".": "00002", "#": "57575", "+": "02720",
}  # fmt: skip
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def large(text: str) -> list[str]:
    """*text* as three lines of half blocks; [] when a character has no large form."""
    glyphs = [_GLYPHS.get(c.upper()) for c in text]
    if None in glyphs:
        return []
    rows = [" ".join(f"{int(glyph[row]):03b}" for glyph in glyphs) for row in range(5)]
    rows = [[int(c == "1") for c in row] for row in (*rows, " " * len(rows[0]))]
    return [
        "".join(_HALVES[pair] for pair in zip(rows[top], rows[top + 1], strict=True)).rstrip()
        for top in (0, 2, 4)
    ]


class Large(Static):
    """The name in large letters where they fit, else in bold."""

    def __init__(self, text: str, width: int) -> None:
        lines = large(text)
        fits = bool(lines) and 4 * len(text) <= width
        super().__init__("\n".join(lines) if fits else text, markup=False, classes="large")
