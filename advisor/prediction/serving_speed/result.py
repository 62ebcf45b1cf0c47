"""What users and operators see under a steady load."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.documents.outcome import Estimate
from advisor.prediction.figures import Speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Requests kept up, and how many of them memory holds at once; the others wait until one is done."""

    held: int
    wanted: int
    output_tokens: int


def steady(
    ttft: Estimate, tpot: Estimate, prefill: Estimate, flight: Flight, terms: dict[str, float | str]
) -> Speed:
    """All figures from the time to first token and per token of the requests in flight, in seconds.

    Waiting adds to times and nothing to rates. Both times are slow together or fast together.
    """
    wait = max(1.0, flight.wanted / flight.held)
    ends = [(ttft.value, tpot.value), (ttft.low, tpot.low), (ttft.high, tpot.high)]
    service = [first + (flight.output_tokens - 1) * each for first, each in ends]
    latency = Estimate.of((wait * s for s in service), tpot.basis, tpot.evidence)
    first = [t + (wait - 1.0) * s for (t, _), s in zip(ends, service, strict=True)]
    done = wait * flight.held
    return Speed(
        decode_tokens_per_s=tpot.dividing(1.0),
        prefill_tokens_per_s=prefill,
        time_to_first_token_s=Estimate.of(first, ttft.basis, ttft.evidence),
        request_latency_s=latency,
        throughput_tokens_per_s=latency.dividing(done * flight.output_tokens),
        requests_per_s=latency.dividing(done),
        terms={**terms, "requests_in_flight": float(flight.held)},
    )
