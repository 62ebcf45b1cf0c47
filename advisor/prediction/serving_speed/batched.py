"""Several requests at once in an engine made for one (llama.cpp, Ollama, MLX): prompts and answers share its
steps.

How fast the answers alone are written together is handed in, and is the decode speed, as llama-batched-bench
measures it; in a server every answer also waits for the prompts of those that start while it is written, and
for the sampling of all. A first token waits for the batch of prompts that is read when its own arrives, and
for the others in its own batch: how many requests there are beyond those of two batches does not matter.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.result import Flight, after, steady

SAMPLING_S = 4e-4
"""Of one token, on the processor, one sequence after another: what a further request adds to a step of
llama-server between 16 and 64 of them, less its prompt, its arithmetic and its cache
(measurements/speed_serving/ehzawad-a5000.csv, Qwen3-4B Q6_K: 1.1 ms, of which 0.7 ms are those)."""


BATCH_TOKENS = 2048
"""Prompt tokens read in one step (`--batch-size`, tools/server/README.md of llama.cpp)."""
AHEAD = 0.66
"""Of the prompts that two batches hold beside one's own, the share that is read before one's first token:
least error of its logarithm (0.13) over 23 loads of 2 to 128 requests, against the first token of one request
alone, to within 0.03 (measurements/speed_serving/ehzawad-a5000.csv, llama-server, BF16, Q6_K and Q4_K_M)."""
ENDS = {"value": AHEAD, "high": 0.0, "low": 1.0}
"""End of the prompts' speed -> that share: where prompts are fast nobody may be ahead, where they are slow
everybody."""


class Times(NamedTuple):
    """Of a request, in seconds."""

    ttft_s: float
    tpot_s: float


def shared(load: Load, alone: Speed, together: Estimate | None, held: int) -> Speed:
    """Speed of `load.concurrency` requests kept in flight, of which memory holds *held*; the others wait.

    *alone* is the speed of one request, *together* the answer tokens per second of all that are held. Raises
    NotMeasuredError where either is not known.
    """
    decode, prefill = alone.decode_tokens_per_s, alone.prefill_tokens_per_s
    if decode is None or prefill is None or together is None:
        raise NotMeasuredError(
            "the speed of prompts on this device was never measured, so neither was sharing it"
        )
    ends = [
        _times(load, getattr(prefill, end), getattr(together, end), held, share)
        for end, share in ENDS.items()
    ]
    evidence = together.evidence
    if held < load.concurrency:
        evidence = (*evidence, f"memory holds {held} of {load.concurrency} requests; the others wait")
    ttft, tpot = (
        Estimate.of((times[i] for times in ends), together.basis, evidence) for i in range(len(Times._fields))
    )
    output = max(1, load.output_tokens)
    flight = Flight(held=held, wanted=load.concurrency, output_tokens=output)
    terms = {**alone.terms, "answers_together_tokens_per_s": together.value}
    found = steady(ttft, tpot, after(ttft, tpot, output), prefill, flight, terms)
    each = (end / held for end in (together.value, together.low, together.high))
    return found._replace(decode_tokens_per_s=Estimate.of(each, together.basis, evidence))


def _times(load: Load, reading: float, writing: float, held: int, share: float) -> Times:
    """Times of one of *held* requests at *reading* tokens per second of a prompt and *writing* ones of all
    answers together, where *share* of the prompts of two batches is read before its own first token."""
    if not reading or not writing:
        return Times(inf, inf)
    prompt, others = max(1, load.prompt_tokens), held - 1
    ahead = share * min(others, 2 * BATCH_TOKENS / prompt)
    prompt_s, step_s = prompt / reading, held / writing + held * SAMPLING_S
    while_writing_s = (others - ahead) * prompt_s
    return Times(prompt_s * (1 + ahead), step_s + while_writing_s / max(1, load.output_tokens))
