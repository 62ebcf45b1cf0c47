"""What `ollama run MODEL --verbose` prints after each answer (https://github.com/ollama/ollama)."""

from __future__ import annotations

import re
from typing import Any

from advisor.measuring.rows import Row

TITLE = "ollama run --verbose"
_BLOCK = re.compile(
    r"prompt eval count:\s+(\d+) token.*?prompt eval rate:\s+([\d.]+) tokens/s\s+"
    r"eval count:\s+(\d+) token.*?eval rate:\s+([\d.]+) tokens/s",
    re.DOTALL,
)
_MODEL = re.compile(r"ollama run\s+(\S+)")


def recognise(text: str) -> bool:
    """Whether at least one answer's statistics are there."""
    return bool(_BLOCK.search(text))


def read(text: str) -> list[Row]:
    """Prefill and decode of every answer. Ollama says neither model nor machine, unless the command line is
    in the text."""
    named = _MODEL.search(text)
    rows = []
    for prompt, prefill, answer, decode in _BLOCK.findall(text):
        common: dict[str, Any] = {
            "kind": "speed",
            "metric": "tokens_per_s",
            "model": named[1] if named else "",
            "engine": "ollama",
            "prompt_tokens": int(prompt),
            "output_tokens": int(answer),
            "concurrency": 1,
            "tool": "ollama",
        }
        # A prompt that was answered before is in the cache: the rate then says nothing about prefill.
        if float(prefill) > 0 and int(prompt) >= 16:
            rows.append(Row(**common, phase="prefill", value=float(prefill), depth=0))
        if float(decode) > 0:
            rows.append(Row(**common, phase="decode", value=float(decode), depth=int(prompt)))
    return rows
