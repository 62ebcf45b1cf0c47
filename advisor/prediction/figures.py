"""The figures of one load, as every speed predictor gives them."""

from typing import Any, NamedTuple

from advisor.documents.kinds import weakest
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load

TIMES = ("time_to_first_token_s", "request_latency_s")
FIGURES = (
    "decode_tokens_per_s",
    "prefill_tokens_per_s",
    "time_to_first_token_s",
    "request_latency_s",
    "throughput_tokens_per_s",
    "requests_per_s",
)


class Speed(NamedTuple):
    """The figures of one load. Decode is per request; throughput counts the output of all requests."""

    decode_tokens_per_s: Estimate | None = None
    prefill_tokens_per_s: Estimate | None = None
    """Prompt tokens per second of a prompt alone on the machine."""
    time_to_first_token_s: Estimate | None = None
    """From sending the request, waiting in line included."""
    request_latency_s: Estimate | None = None
    """From sending the request to its last token, waiting in line included."""
    throughput_tokens_per_s: Estimate | None = None
    requests_per_s: Estimate | None = None
    terms: dict[str, Any] = {}  # noqa: RUF012  (an empty default, never filled)
    """What the figures are made of, for `advisor explain`."""
    why_not: str = ""
    """Why there are no figures, when there are none."""


def single_stream(
    decode: Estimate | None, prefill: Estimate | None, load: Load, terms: dict[str, Any] | None = None
) -> Speed:
    """One request after another: TTFT is the prompt's time, and latency adds the answer's."""
    prefill = _at_least(prefill, decode)
    ttft = _over(load.prompt_tokens, prefill)
    answer = _over(load.output_tokens, decode)
    latency = None
    if ttft is not None and answer is not None:
        latency = Estimate(
            value=ttft.value + answer.value,
            low=ttft.low + answer.low,
            high=ttft.high + answer.high,
            basis=weakest(ttft.basis, answer.basis),
            evidence=("prompt time + output time",),
        )
    throughput = _over(load.output_tokens, latency) if load.output_tokens else None
    return Speed(
        decode_tokens_per_s=decode,
        prefill_tokens_per_s=prefill,
        time_to_first_token_s=ttft,
        request_latency_s=latency,
        throughput_tokens_per_s=throughput,
        requests_per_s=_over(1, latency),
        terms=terms or {},
    )


def _at_least(prefill: Estimate | None, decode: Estimate | None) -> Estimate | None:
    """A prompt can always be read token by token, so prefill is never slower than decode."""
    if prefill is None or decode is None or prefill.value >= decode.value:
        return prefill
    ends = (max(getattr(prefill, end), getattr(decode, end)) for end in ("value", "low", "high"))
    return Estimate.of(ends, prefill.basis, (*prefill.evidence, "no slower than decode"))


def _over(amount: float, rate: Estimate | None) -> Estimate | None:
    """amount / rate; None where the rate may be zero."""
    if rate is None or min(rate.low, rate.value) <= 0:
        return None
    return rate.dividing(amount)


def mixture(results: list[tuple[Load, Speed]]) -> Speed:
    """Requests drawn from several loads by weight; the terms are the first load's.

    Rates are mixed by the time they take (harmonically), times linearly; lows go with lows and highs with
    highs, since the same machine and model are behind all of them and their errors move together.
    """
    mixed: dict[str, Any] = {
        name: _mixed(name, [(load, getattr(found, name)) for load, found in results]) for name in FIGURES
    }
    return results[0][1]._replace(**mixed)


def _mixed(name: str, parts: list[tuple[Load, Estimate | None]]) -> Estimate | None:
    known = [(load, part) for load, part in parts if part is not None]
    if len(known) < len(parts):
        return None
    mean = _mean if name in TIMES else _harmonic
    amounts = [load.weight * _amount(name, load) for load, _ in known]
    ends = [mean(amounts, [getattr(part, end) for _, part in known]) for end in ("value", "low", "high")]
    evidence = tuple(dict.fromkeys(line for _, part in known for line in part.evidence))
    return Estimate.of(ends, weakest(*(part.basis for _, part in known)), evidence)


def _amount(name: str, load: Load) -> float:
    if name in ("decode_tokens_per_s", "throughput_tokens_per_s"):
        return load.output_tokens
    return load.prompt_tokens if name == "prefill_tokens_per_s" else 1


def _mean(amounts: list[float], values: list[float]) -> float:
    return sum(a * v for a, v in zip(amounts, values, strict=True)) / sum(amounts)


def _harmonic(amounts: list[float], values: list[float]) -> float:
    if min(values) <= 0:
        return 0.0
    return sum(amounts) / sum(a / v for a, v in zip(amounts, values, strict=True))
