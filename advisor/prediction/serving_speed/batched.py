"""Several requests at once in an engine made for one (llama.cpp, Ollama, MLX): prompts and answers share its
steps.

How fast the answers alone are written together is handed in, and is the decode speed, as llama-batched-bench
measures it; in a server every answer also waits for the prompts of those that start while it is written, and
for the sampling of all.
"""

from __future__ import annotations

from math import exp, inf
from typing import NamedTuple

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.result import Flight, after, steady

SAMPLING_S = 4e-4
"""Of one token, on the processor, one sequence after another: what a further request adds to a step of
llama-server between 16 and 64 of them, less its prompt, its arithmetic and its cache
(measurements/speed_serving/ehzawad-a5000.csv, Qwen3-4B Q6_K: 1.1 ms, of which 0.7 ms are those)."""


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
        _times(load, getattr(prefill, end), getattr(together, end), held) for end in ("value", "high", "low")
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


def _times(load: Load, reading: float, writing: float, held: int) -> Times:
    """Times at *reading* tokens per second of a prompt and *writing* ones of all answers together."""
    if not reading or not writing:
        return Times(inf, inf)
    prompt_s, step_s = max(1, load.prompt_tokens) / reading, held / writing + held * SAMPLING_S
    burst = exp(load_artifact("serving_speed")["coefficients"]["burst"])
    return Times(
        prompt_s * (1 + burst * (held - 1)) + (step_s if held > 1 else 0.0),
        step_s + (held - 1) * prompt_s / max(1, load.output_tokens),
    )
