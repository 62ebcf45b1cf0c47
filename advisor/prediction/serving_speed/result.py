"""What users and operators see under a steady load."""

from typing import Any, NamedTuple

from advisor.documents.outcome import Estimate
from advisor.prediction.figures import Speed


class Flight(NamedTuple):
    """Requests kept up, and how many of them memory holds at once; the others wait until one is done."""

    held: int
    wanted: int
    output_tokens: int
    unfilled: float = 1.0
    """What a run of many requests takes beside one that is always full, as a factor (`step.under_load`)."""


def steady(
    ttft: Estimate,
    tpot: Estimate,
    service: Estimate,
    prefill: Estimate,
    flight: Flight,
    terms: dict[str, Any],
) -> Speed:
    """All figures from the time to first token, per token, and from first to last token of the requests in
    flight, in seconds.

    Waiting adds to times and nothing to rates; a run that is not always full loses in rates alone.
    """
    wait = max(1.0, flight.wanted / flight.held)
    pairs = ((ttft.value, service.value), (ttft.low, service.low), (ttft.high, service.high))
    busy = flight.held / flight.unfilled
    first = [own + (wait - 1.0) * others for own, others in pairs]
    return Speed(
        decode_tokens_per_s=tpot.dividing(1.0),
        prefill_tokens_per_s=prefill,
        time_to_first_token_s=Estimate.of(first, ttft.basis, ttft.evidence),
        request_latency_s=Estimate.of((wait * s for _, s in pairs), service.basis, service.evidence),
        throughput_tokens_per_s=service.dividing(busy * flight.output_tokens),
        requests_per_s=service.dividing(busy),
        terms={**terms, "requests_in_flight": float(flight.held)},
    )


def after(ttft: Estimate, tpot: Estimate, output_tokens: int) -> Estimate:
    """First to last token from both times, slow together or fast together."""
    pairs = ((ttft.value, tpot.value), (ttft.low, tpot.low), (ttft.high, tpot.high))
    return Estimate.of((t + (output_tokens - 1) * p for t, p in pairs), tpot.basis, tpot.evidence)
