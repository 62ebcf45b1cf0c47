"""The physics of one step."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from advisor.prediction.serving_speed.step import (
    Kinds,
    Work,
    coefficient_keys,
    matrices_s,
    sequences_s,
    under_load,
)

KINDS = Kinds(engine="vllm", body="bf16", expert="bf16", arch="hopper", link="nvlink")


def dense(**changes: float) -> Work:
    """An 8 B model on one card of 1 TB/s and 100 Tflop/s."""
    about = {
        "n_layers": 32, "hidden": 4096, "body_bytes": 14e9, "body_params": 7e9, "expert_bytes": 0.0,
        "expert_params": 0.0, "expert_share": 0.0, "head_bytes": 1e9, "head_params": 0.5e9,
        "attention_width": 4096, "bandwidth": 1e12, "body_rate": 1e14, "expert_rate": 1e14, "half_rate": 1e14,
    }  # fmt: skip
    return Work(**{**about, **changes})


def ones(**changes: float) -> SimpleNamespace:
    """Coefficients without overheads: kernels reach everything."""
    found = {name: 1.0 for name in coefficient_keys(KINDS)}
    free = ("layer_s", "step_s", "sequence_s", "first_s", "first_step", "between", "burst", "interleave")
    found |= dict.fromkeys(free, 0.0)
    return SimpleNamespace(**{**found, "likeness": 0.0, "expert_padding": 0.0, **changes})


def overlap(bluntness: float) -> dict[str, float]:
    """The same bluntness of every kernel."""
    return dict.fromkeys(("body_bluntness", "expert_bluntness", "head_bluntness"), bluntness)


def test_one_request_reads_the_weights_once():
    """With perfect kernels a step is bytes over bandwidth and a little arithmetic, never less."""
    found = under_load(1.0, 1.0, 1.0, 0.0, dense(), ones(**overlap(0.05)))
    assert found.step_s == pytest.approx(15e9 / 1e12, rel=1e-3)


def test_a_step_is_between_the_larger_part_and_the_sum():
    """Reading and multiplying overlap at best whole, at worst not at all."""
    read, multiplied = 14e9 / 1e12, 2 * 7e9 * 100 / 1e14
    for bluntness in (0.05, 1.0, 1e3):
        assert max(read, multiplied) <= matrices_s(100.0, dense(), ones(**overlap(bluntness))) * 1.000001
        assert matrices_s(100.0, dense(), ones(**overlap(bluntness))) <= (read + multiplied) * 1.000001


def test_one_token_reads_its_own_experts_only():
    """Eight of 128 experts are a sixteenth of their bytes; likeness changes nothing for one token."""
    mixture = dense(
        expert_bytes=64e9, expert_params=32e9, expert_share=1 / 16, body_bytes=0.0, body_params=0.0
    )
    found = matrices_s(1.0, mixture, ones(**overlap(0.05), likeness=0.3))
    assert found == pytest.approx(4e9 / 1e12, rel=1e-3)


def test_the_host_s_part_of_a_crowd_is_half_hidden_at_a_crowding_of_one():
    """Sixteen sequences cost four times what one does, and without crowding sixteen times."""
    one, many = (ones(sequence_s=1e-5, crowding=crowding) for crowding in (1.0, 0.0))
    assert (sequences_s(16.0, one), sequences_s(16.0, many)) == pytest.approx((4e-5, 16e-5))


def test_two_devices_halve_the_work_and_add_an_exchange():
    """Tensor parallelism divides bytes, and pays per layer."""
    one, two = (under_load(1.0, 1.0, 1.0, 0.0, dense(n=n), ones(link=1e12, reduce_s=1e-5)) for n in (1, 2))
    assert one.step_s / 2 < two.step_s < one.step_s


def test_an_eager_engine_pays_per_launch_and_transformers_shares_nothing():
    """Without graphs a layer has a factor more; transformers has names of its own."""
    eager = coefficient_keys(
        Kinds(engine="vllm", body="bf16", expert="bf16", arch="a", link="pcie", eager=True)
    )
    alone = coefficient_keys(
        Kinds(engine="transformers", alone=True, body="bf16", expert="bf16", arch="a", link="pcie")
    )
    assert "graphless" in eager["layer_s"]
    assert alone["step_s"] == ("step-eager",)
