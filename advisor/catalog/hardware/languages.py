"""Sizes and words of other languages as the grammar of machines reads them: '16 Go de RAM', '32 ГБ'."""

from __future__ import annotations

import re
from functools import partial

from advisor.catalog.names import compiled

_SIZES = (
    (r"(?<![\w.])(\d+)(?:[.,](\d+))?\s*(?:go|gio|gi|gigs?|gigas?|gigabytes?|гб|гиб)\b(?:\s+de\b)?", "GB"),
    (r"(?<![\w.])(\d{1,2})(?:[.,](\d+))?\s*(?:to|tio|terabytes?|тб|тиб)\b(?:\s+de\b)?", "TB"),
    (r"(?<![\w.])(\d+)(?:[.,](\d+))?\s*(?:mo|mio|megabytes?|мб|миб)\b(?:\s+de\b)?", "MB"),
)
"""Bytes are octets in French; the number stands alone: 'Legion Go' and 'Ryzen Z2 Go' are names."""
_WORDS = (
    (r"mémoire vidéo|grafikspeicher|memoria de v[ií]deo|видеопамят[ьи]|显存|顯存|ビデオメモリ", "VRAM"),
    (
        r"(?:de )?(?:mémoire vive|mémoire|memoria ram|memória ram|memória)|arbeitsspeicher|hauptspeicher"
        r"|оперативной памяти|оперативная память|озу|内存|記憶體|メモリ|메모리",
        "RAM",
    ),
    (r"ordinateur portable|pc portable|portátil|ноутбук|笔记本(?:电脑)?|ノートパソコン|노트북", "laptop"),
    (r"carte graphique|grafikkarte|tarjeta gráfica|placa de vídeo|видеокарта|显卡|顯卡", ""),
    (r"\b(?:avec|mit)\b", "with"),
    (r"\b(?:et|und|и)\b", "and"),
)
"""What people write around the parts, most of them in the shops and forums of their language."""
_FOREIGN = r"\b(?:avec|mit|et|und|\w+speicher|\w+karte|carte|tarjeta)\b"


def in_english(text: str) -> str:
    """*text* with sizes and words of other languages in English; what is English already stays as it is."""
    for pattern, unit in _SIZES:
        text = compiled(pattern).sub(partial(_size, unit), text)
    if not text.isascii() or compiled(_FOREIGN).search(text):
        for pattern, word in _WORDS:
            text = compiled(pattern).sub(f" {word} ", text)
    return text


def _size(unit: str, found: re.Match[str]) -> str:
    whole, part = found.groups()
    return f"{whole}.{part} {unit}" if part else f"{whole} {unit}"
