"""The words of the figures, each in a sentence with the user's own numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from advisor.documents.recommendation import Plan
from advisor.report.figures import number


def _both(found: re.Match[str]) -> str:
    names = {"ram": "RAM", "vram": "VRAM", "bandwidth": "bandwidth"}
    return f"{names[found[1]]} {found[2]} {names[found[3]]} on the machine's page"


IN_PLACE: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"`advisor probe --measure` measures it", "F6 on the machine's page measures it"),
    (r"(?:, )?e\.g\. --ram (\w+)", r": RAM \1 on the machine's page"),
    (r"(?:, )?e\.g\. --vram (\w+)", r": VRAM \1 on the machine's page"),
    (r"--(ram|vram) (or|and) --(vram|bandwidth)\b", _both),
    (r"--params (\w+) works for any model of that size", r"\1 alone stands for any model of that size"),
    (r"--params (\w+)", r"a size such as \1"),
    (r"--ram\b", "RAM on the machine's page"),
    (r"--vram\b", "VRAM on the machine's page"),
    (r"--bandwidth\b", "the bandwidth on the machine's page"),
)
"""What a document says in words of the command line -> what does it here."""


def in_place(text: str) -> str:
    """*text* with what the TUI can do in place of the options that do the same."""
    for pattern, words in IN_PLACE:
        text = re.sub(pattern, words, text)
    return text


def words(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Word and sentence, for the figures of *plan*."""
    return (*_memory(plan), *_speed(plan), *_accuracy(plan), *BASES)


BASES = (
    ("exact", "computed from the shapes of the model; nothing is estimated"),
    ("measured", "someone ran this; measured-here: you did, on this machine"),
    ("interpolated", "between measurements of like models and machines"),
    ("extrapolated", "beyond what was measured: the interval is wider for it"),
    ("(a to b)", "the interval in which the figure is expected"),
)


def _memory(plan: Plan) -> tuple[tuple[str, str], ...]:
    out = plan.predicted
    devices = out.placement.devices if out.placement else ()
    cache_bytes = sum(device.kv_cache_bytes for device in devices)
    file = out.file_size_bytes.value
    bits = f"{out.bpw.value:.2f} instead of 16" if out.bpw else "16 when unquantized"
    return (
        ("fits", "the share of the fullest device's memory that the plan takes"),
        (
            "KV cache",
            f"what the model keeps of the {plan.context_tokens} tokens of context, in memory beside the "
            f"weights: {cache_bytes / 2**30:.2f} GiB as {plan.kv_type}; it grows with the context",
        ),
        ("bits per weight", f"the file in bits, divided by the weights: {bits}"),
        (
            "GB and GiB",
            "files are counted in 10^9 bytes, memory in 2^30: "
            f"{file / 1e9:.2f} GB are {file / 2**30:.2f} GiB",
        ),
    )


def _speed(plan: Plan) -> tuple[tuple[str, str], ...]:
    out = plan.predicted
    decode, prefill, first = out.decode_tokens_per_s, out.prefill_tokens_per_s, out.time_to_first_token_s
    return (
        (
            "decode",
            "tokens written a second, for one request" + (f": {number(decode.value)}" if decode else ""),
        ),
        (
            "prefill",
            "tokens of the prompt read a second, before the first word of the answer"
            + (f": {number(prefill.value)}" if prefill else ""),
        ),
        ("first token", "the wait for the first word" + (f": {number(first.value)} s" if first else "")),
    )


def _accuracy(plan: Plan) -> tuple[tuple[str, str], ...]:
    ratio, loss = plan.predicted.perplexity_ratio, plan.loss_pct
    return (
        (
            "loss",
            "the share of the unquantized model's score on your tasks that quantization costs"
            + (f": {loss.value:.2f} %" if loss else ": not measured"),
        ),
        (
            "perplexity ratio",
            "how much less sure of running text the quantized model is; 1 is no change"
            + (f", here {ratio.value:.4f}" if ratio else ""),
        ),
        (
            "imatrix",
            "an importance matrix: sample text shows which weights matter, and those are kept more exactly"
            + ("; this scheme uses one" if plan.imatrix else ""),
        ),
    )
