"""What users and operators see under a steady load."""

from typing import Any, NamedTuple

from advisor.documents.outcome import Estimate
from advisor.prediction.figures import Speed


class Flight(NamedTuple):
    """Requests kept up, and how many of them memory holds at once; the others wait until one is done."""

    held: int
    wanted: int
    output_tokens: int


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

    Waiting adds to times and nothing to rates.
    """
    wait = max(1.0, flight.wanted / flight.held)
    pairs = ((ttft.value, service.value), (ttft.low, service.low), (ttft.high, service.high))
    first = [own + (wait - 1.0) * others for own, others in pairs]
    return Speed(
        decode_tokens_per_s=tpot.dividing(1.0),
        prefill_tokens_per_s=prefill,
        time_to_first_token_s=Estimate.of(first, ttft.basis, ttft.evidence),
        request_latency_s=Estimate.of((wait * s for _, s in pairs), service.basis, service.evidence),
        throughput_tokens_per_s=service.dividing(flight.held * flight.output_tokens),
        requests_per_s=service.dividing(flight.held),
        terms={**terms, "requests_in_flight": float(flight.held)},
    )


def after(ttft: Estimate, tpot: Estimate, output_tokens: int) -> Estimate:
    """First to last token from both times, slow together or fast together."""
    pairs = ((ttft.value, tpot.value), (ttft.low, tpot.low), (ttft.high, tpot.high))
    return Estimate.of((t + (output_tokens - 1) * p for t, p in pairs), tpot.basis, tpot.evidence)
