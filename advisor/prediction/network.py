"""What the network between nodes adds to the time of a token.

Stages of a pipeline hand on the hidden state of every token of a step once at each border. Nodes that share
the matrices add their parts of it up twice a layer, behind the attention and behind the feed-forward
(https://arxiv.org/abs/1909.08053); what a message takes however small it is was not measured and is not
counted.
"""

from __future__ import annotations

from typing import Any

from advisor.documents.kinds import weakest
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import FIGURES, TIMES, Speed

_SERVED_BYTES, _LOCAL_BYTES = 2, 4
"""Of one value of a hidden state: serving engines send the model's dtype, llama.cpp computes in F32."""
_UNMEASURED = "no measurement of several nodes is among the rows: one node's speed carried over"


def nodes_used(case: Case, sized: Sized) -> int:
    """Nodes that the plan's GPUs are spread over."""
    per_node = len(case.hardware.gpus)
    if case.hardware.nodes <= 1 or not per_node:
        return 1
    return min(case.hardware.nodes, -(-sized.placement.n_gpus // per_node))


def over_network(case: Case, load: Load, sized: Sized, alone: Speed) -> Speed:
    """*alone* with the network's part; the same for a plan on one node."""
    nodes = nodes_used(case, sized)
    if nodes == 1 or alone.why_not:
        return alone
    hidden, rate = case.model.hidden_size, case.hardware.network_bytes_per_s
    times, size = _exchanges(case, sized, nodes), _SERVED_BYTES if case.serves else _LOCAL_BYTES
    token_s = times * hidden * size / rate if hidden and rate else 0.0
    said = (
        f"network: {times} x {hidden} x {size} bytes a token at {rate / 1e9:g} GB/s = {token_s * 1e6:.3g} us"
        if token_s and rate
        else "network: its rate is not stated (as in ', 400 Gb/s'), so it is taken to cost nothing"
    )
    running = max(1, load.concurrency)
    found = {name: getattr(alone, name) for name in FIGURES}
    changed: dict[str, Any] = {
        name: _slower(figure, _added_s(name, load, running, token_s), (said, _UNMEASURED), name in TIMES)
        for name, figure in found.items()
        if figure is not None
    }
    return alone._replace(**changed, terms={**alone.terms, "network_s_per_token": token_s, "nodes": nodes})


def _exchanges(case: Case, sized: Sized, nodes: int) -> int:
    """How often a token's hidden state passes the network; of a sum over n nodes each sends 2 (n - 1) / n of
    it."""
    if sized.placement.tensor_parallel <= len(case.hardware.gpus):
        return nodes - 1
    return round(2 * sized.placement.n_layers * 2 * (nodes - 1) / nodes)


def _added_s(name: str, load: Load, running: int, token_s: float) -> float:
    """Seconds the network adds to the time of one unit of figure *name*: a step sends every running
    request's token."""
    step, prompt = running * token_s, load.prompt_tokens * token_s
    answer = load.output_tokens * step
    return {
        "decode_tokens_per_s": step,
        "prefill_tokens_per_s": token_s,
        "time_to_first_token_s": prompt,
        "request_latency_s": prompt + answer,
        "throughput_tokens_per_s": token_s,
        "requests_per_s": (load.prompt_tokens + load.output_tokens) * token_s,
    }[name]


def _slower(figure: Estimate, added_s: float, said: tuple[str, ...], is_time: bool) -> Estimate:
    ends = (figure.value, figure.low, figure.high)
    moved = (end + added_s if is_time else end / (1 + end * added_s) for end in ends)
    return Estimate.of(moved, weakest(figure.basis, "extrapolated"), (*figure.evidence, *said))
