"""Other tools' formulas for serving speed, on the same inputs: what they would have said of a measured
row."""

from __future__ import annotations

from collections.abc import Callable

from advisor.training.serving_speed.cases import Case


def roofline(case: Case) -> float:
    """aiconfigurator's speed of light: max(arithmetic at peak, bytes / (0.8 x bandwidth)) per step, prompts
    between.

    From its documentation of modelled mode (https://github.com/ai-dynamo/aiconfigurator); 3 us per operation,
    seven operations per layer.
    """
    w = case.work
    bandwidth = 0.8 * w.bandwidth * w.n

    def matrices(tokens: float) -> float:
        read = w.body_bytes + w.expert_bytes * (1 - (1 - w.expert_share) ** tokens) + w.head_bytes
        multiplied = w.body_params / w.body_rate + w.expert_params * w.expert_share / w.expert_rate
        arithmetic = 2 * tokens * multiplied / w.n
        return float(max(read / bandwidth, arithmetic) + 7 * w.n_layers * 3e-6)

    step = matrices(case.batch) + case.batch * case.kv_bytes / bandwidth
    prompt = matrices(case.row.prompt)
    return _figure(case, step, prompt, step + (case.batch - 1) * prompt / case.row.output)


def chimeraforge(case: Case) -> float:
    """chimeraforge 0.76: one stream at 0.84 of the bandwidth times a multiplier per scheme, a batch slowed
    by its cache.

    Prefill at 0.4 of the 16-bit rate (https://github.com/Sahil170595/Chimeraforge, planner/models.py).
    """
    w = case.work
    params = w.body_params + w.expert_params * w.expert_share + w.head_params
    multiplier = {"bf16": 1.0, "w8a8-fp": 1.3, "w8a8-int": 1.3, "w8a16": 1.3}.get(case.family, 1.9)
    single = 0.84 * w.bandwidth * w.n / (2 * params) * multiplier
    moved = 0.84 * w.bandwidth * w.n
    total = case.batch * moved / (moved / single + case.batch * case.kv_bytes)
    total = min(total, 0.5 * w.half_rate * w.n / (2 * params))
    prompt = 2 * params * case.row.prompt / (0.4 * w.half_rate * w.n)
    return _figure(case, case.batch / total, prompt, case.batch / total)


def _figure(case: Case, step: float, prompt: float, tpot: float) -> float:
    service = prompt + (case.row.output - 1) * tpot
    of = {
        "ttft": prompt,
        "prompt": prompt,
        "tpot": tpot,
        "step": step,
        "service": max(service, step),
        "flow": service / (case.batch * case.row.output),
    }
    return of[case.row.metric]


PEERS: dict[str, Callable[[Case], float]] = {
    "aiconfigurator roofline": roofline,
    "chimeraforge": chimeraforge,
}
