"""Data-parallel attention: what each GPU reads, and that nobody measured it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import FIGURES, Speed
from advisor.prediction.serving_speed.predict import predict
from advisor.prediction.serving_speed.shared_experts import each_its_requests, one_reads
from advisor.prediction.serving_speed.step import Work
from advisor.sizing.weights import weigh

STEP = Work(
    n_layers=10,
    hidden=1000,
    body_bytes=8e9,
    body_params=8e9,
    expert_bytes=64e9,
    expert_params=64e9,
    expert_share=0.1,
    head_bytes=1e9,
    head_params=1e9,
    attention_width=1000,
    bandwidth=1e12,
    body_rate=1e15,
    expert_rate=1e15,
    half_rate=1e15,
)


def served(requests: int, **place) -> Speed:
    """DeepSeek-V3.1 on eight H200, requests of 8 k."""
    model, scheme = find_model("DeepSeek-V3.1"), find_scheme("W8A8-FP-block")
    case = Case(
        hardware=resolve_hardware("8x H200 SXM"),
        model=model,
        scheme=scheme,
        engine="vllm",
        backend="cuda",
        context_tokens=8192,
    )
    placement = Placement(n_gpus=8, max_concurrency=1024, **place)
    load = Load(prompt_tokens=7000, output_tokens=1000, concurrency=requests)
    return predict(case, load, Sized(weights=weigh(model, scheme), placement=placement))


def shared(requests: int) -> Speed:
    """Every card with its own requests."""
    return served(requests, kind="data-parallel", data_parallel=8, expert_parallel=True)


def test_all_but_the_experts_is_read_by_every_gpu():
    """As bytes of all GPUs together; the cache once."""
    found = each_its_requests(STEP, 8)
    assert (8, 8, 64e9, 8e9, 64e9) == (
        found.n,
        found.cache_split,
        found.body_bytes,
        found.head_bytes,
        found.expert_bytes,
    )


def test_a_prompt_is_multiplied_by_one_gpu():
    """Its first token comes later than if all shared its matrices, every figure by the same time."""
    step, before = (
        each_its_requests(STEP, 8),
        SimpleNamespace(ttft_s=1.0, service_s=2.0, prompt_s=3.0, tpot_s=4.0),
    )
    coefficients = SimpleNamespace(
        **dict.fromkeys(
            (
                *("body_read", "body_math", "expert_read", "expert_math", "attention_math"),
                *("body_bluntness", "expert_bluntness", "likeness", "expert_padding", "between"),
                *("layer_s", "step_s", "reduce_s", "link"),
            ),
            1.0,
        )
    )
    after = one_reads(before, 4096.0, step, coefficients)
    added = {name: getattr(after, name) - getattr(before, name) for name in vars(before)}
    assert added["ttft_s"] > 0
    assert added == pytest.approx(
        {"ttft_s": added["ttft_s"], "service_s": added["ttft_s"], "prompt_s": added["ttft_s"], "tpot_s": 0.0}
    )


def test_many_long_requests_go_faster_than_with_a_copied_cache():
    """And a single one slower: one card reads its prompt."""
    together = {"kind": "tensor-parallel", "tensor_parallel": 8}
    assert shared(256).throughput_tokens_per_s.value > served(256, **together).throughput_tokens_per_s.value
    assert shared(1).time_to_first_token_s.value > served(1, **together).time_to_first_token_s.value


def test_every_figure_is_extrapolated_and_says_why():
    """No row names such a plan."""
    found = [figure for name in FIGURES if (figure := getattr(shared(64), name)) is not None]
    assert {("extrapolated", True)} == {
        (figure.basis, "data-parallel attention" in figure.evidence[-1]) for figure in found
    }
