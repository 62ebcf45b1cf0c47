"""llama-perplexity logs, with and without --kl-divergence
(https://github.com/ggml-org/llama.cpp/tree/master/tools/perplexity)."""

from __future__ import annotations

import re

from advisor.measuring.importers._common import gguf_in_log, number
from advisor.measuring.rows import Row

TITLE = "llama-perplexity"
_PM = r"\s*:?\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*%?(?:\s*(?:±|\+/-)\s*([\d.]+(?:e[+-]?\d+)?))?"
_FIGURES = (
    ("ppl", r"Final estimate: PPL = ([\d.]+)(?:\s*\+/-\s*([\d.]+))?"),
    ("ppl", r"^Mean PPL\(Q\)" + _PM),
    ("ppl_ratio", r"^Mean PPL\(Q\)/PPL\(base\)" + _PM),
    ("kld_mean", r"^Mean\s+KLD" + _PM),
    ("kld_99", r"^99\.0%\s+KLD" + _PM),
    ("top1_agreement_pct", r"^Same top p" + _PM),
    ("delta_p_rms", r"^RMS Δp" + _PM),
)


def recognise(text: str) -> bool:
    """Whether the end of a perplexity run is there."""
    return "Final estimate: PPL =" in text or ("Mean PPL(Q)" in text and "KLD" in text)


def read(text: str) -> list[Row]:
    """One row per figure. A log that was cut off before its end holds none."""
    tokens = re.search(r"(?:computing|calculating perplexity) over (\d+) chunks.*?n_ctx[ =]+(\d+)", text)
    scored = (
        int(tokens[1]) * (int(tokens[2]) // 2) if tokens else 1
    )  # only the second half of a chunk is scored
    build = re.search(r"build(?:: | = )(\d+) \((\w+)\)", text)
    facts = {"n_ctx": int(tokens[2]), "chunks": int(tokens[1])} if tokens else {}
    model = gguf_in_log(text)
    rows, seen = [], set()
    for metric, pattern in _FIGURES:
        found = re.search(pattern, text, re.MULTILINE)
        if not found or metric in seen:
            continue
        seen.add(metric)
        rows.append(
            Row(
                kind="accuracy",
                metric=metric,
                value=float(found[1]),
                sd=number(found[2]),
                n=scored,
                model=model,
                engine="llama.cpp",
                task="language-modelling",
                dataset=_dataset(text),
                tool="llama-perplexity",
                tool_version=f"b{build[1]} ({build[2]})" if build else "",
                facts=dict(facts),
            )
        )
    return rows


def _dataset(text: str) -> str:
    """The text file, when the command line is in the log."""
    found = re.search(r"(?:^|\s)(?:-f|--file)\s+(\S+)", text)
    return found[1].replace("\\", "/").rpartition("/")[2] if found else "text"
