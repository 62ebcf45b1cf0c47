"""How far off a local speed may be."""

from __future__ import annotations

import math

import pytest

from advisor.prediction.local_speed.spread import (
    MANY,
    NARROWEST,
    WIDEST,
    evidence_keys,
    knowledge_sign,
    scale,
    spread_features,
)


def test_the_scale_of_an_error_is_bounded():
    """Exponential of the features' sum, between a repeated run's spread and a factor of e."""
    features = [("", 1.0), ("moe", 1.0)]
    assert scale(features, {"": math.log(0.2), "moe": math.log(2)}) == pytest.approx(0.4)
    assert scale(features, {"": -9.0}) == NARROWEST
    assert scale(features, {"": 9.0}) == WIDEST


def test_measurements_are_counted_by_device_generation_scheme_and_engine(work):
    """Each on its backend: what CUDA shows says nothing of Vulkan."""
    assert evidence_keys(work()) == {
        "device": "device:GeForce RTX 4090|cuda",
        "generation": "generation:Ada Lovelace|cuda",
        "family": "family:Q4_K|cuda",
        "engine": "engine:llama.cpp|cuda",
    }


def test_counts_stop_where_one_more_teaches_nothing(work):
    """A card measured by a thousand is as well known as one measured by twenty."""
    key = evidence_keys(work())["device"]
    found = [dict(spread_features("decode", work(), {key: n}))["log-device"] for n in (0, MANY, 1000)]
    assert found == [0.0, math.log1p(MANY), math.log1p(MANY)]


def test_what_makes_a_speed_doubtful_has_a_feature(work, share, card, desktop):
    """A device nobody measured, a mixture, several devices, a part in main memory, memory not stated."""
    plain = dict(spread_features("decode", work(), {"device:GeForce RTX 4090|cuda": 3}))
    split = work(share(card), share(desktop), active_share=0.1, n_devices=2, hybrid=True, averaged=True)
    doubtful = dict(spread_features("decode", split, {}))
    assert set(doubtful) - set(plain) == {"device-unknown", "moe", "devices", "split", "averaged", "hybrid"}
    assert "ram-not-stated" in dict(spread_features("decode", work(share(desktop)), {}))


def test_small_models_and_short_prompts_are_less_sure(work, share):
    """Launches and the host count there; at the usual size and length nothing is added."""
    small = dict(spread_features("decode", work(share(read_bytes=5e8)), {}))["small"]
    assert small == pytest.approx(math.log(4))
    found = [dict(spread_features("prefill", work(prompt_tokens=n), {})) for n in (128, 512, 2048)]
    assert [(one["short"], one["long"]) for one in found] == [
        (pytest.approx(math.log(4)), 0.0),
        (0.0, 0.0),
        (0.0, pytest.approx(math.log(4))),
    ]


def test_knowledge_narrows_and_ignorance_widens():
    """Counts of measurements may only narrow, memory or a device not known may only widen."""
    found = [knowledge_sign(name) for name in ("log-device", "device-unknown", "ram-not-stated", "moe")]
    assert found == [-1, 1, 1, 0]
