"""Several requests at once in an engine made for one."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from advisor.data import folder
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.batched import AHEAD, BATCH_TOKENS, SAMPLING_S, shared

DECODE = Estimate(value=100.0, low=80.0, high=120.0, basis="measured")
PREFILL = Estimate(value=2000.0, low=1000.0, high=3000.0, basis="measured")
TOGETHER = Estimate(value=320.0, low=160.0, high=400.0, basis="interpolated")
ALONE = Speed(decode_tokens_per_s=DECODE, prefill_tokens_per_s=PREFILL)


def test_decode_is_each_ones_part_of_what_all_write():
    """Four answers written at 320 tokens/s together are 80 tokens/s each, as llama-batched-bench counts."""
    found = shared(Load(prompt_tokens=128, output_tokens=256, concurrency=4), ALONE, TOGETHER, 4)
    decode = found.decode_tokens_per_s
    assert (decode.low, decode.value, decode.high) == (40.0, 80.0, 100.0)
    assert decode.basis == "interpolated"


def test_answers_wait_for_each_others_prompts_and_sampling():
    """A request's answer of 256 tokens takes its steps, the sampling of four, and of the three other prompts
    those that were not read before its own first token.
    """
    found = shared(Load(prompt_tokens=128, output_tokens=256, concurrency=4), ALONE, TOGETHER, 4)
    latency, ttft = found.request_latency_s.value, found.time_to_first_token_s.value
    per_token = 4 / 320 + 4 * SAMPLING_S + (3 - 3 * AHEAD) * 0.064 / 256
    assert ttft == pytest.approx(0.064 * (1 + 3 * AHEAD))
    assert latency - ttft == pytest.approx(255 * per_token)
    assert found.throughput_tokens_per_s.value == pytest.approx(4 * 256 / latency)


@pytest.mark.parametrize(("requests", "ahead"), [(2, 1), (5, 4), (50, 4), (100, 4)])
def test_a_first_token_waits_for_two_batches_of_prompts_however_many_are_in_flight(requests, ahead):
    """Two steps of 2048 tokens hold four prompts of 1024: at best none of them is read before one's own, at
    worst all."""
    load = Load(prompt_tokens=1024, output_tokens=256, concurrency=requests)
    found = shared(load, ALONE, TOGETHER, requests).time_to_first_token_s
    expected = (1024 / 3000, 0.512 * (1 + AHEAD * ahead), 1.024 * (1 + ahead))
    assert (found.low, found.value, found.high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("requests", "measured_s"),
    [(1, 0.073), (2, 0.12), (4, 0.227), (8, 0.442), (16, 0.585), (32, 0.892), (64, 0.966)],
)
def test_a_real_servers_first_tokens(requests, measured_s):
    """llama-server, Qwen3-4B Q6_K on an RTX A5000, prompts of 240 tokens: within two fifths from the first
    token of one alone.
    """
    reading = Estimate(value=240 / 0.073, low=1.0, high=9999.0, basis="measured")
    alone = Speed(decode_tokens_per_s=DECODE, prefill_tokens_per_s=reading)
    load = Load(prompt_tokens=240, output_tokens=256, concurrency=requests)
    assert shared(load, alone, TOGETHER, requests).time_to_first_token_s.value == pytest.approx(
        measured_s, rel=0.4
    )


def test_what_memory_cannot_hold_waits():
    """Two of eight held: requests per second are those of two, and the wait is four times as long."""
    load = Load(prompt_tokens=128, output_tokens=256, concurrency=8)
    found = shared(load, ALONE, TOGETHER, 2)
    alone = shared(Load(prompt_tokens=128, output_tokens=256, concurrency=2), ALONE, TOGETHER, 2)
    assert found.requests_per_s.value == pytest.approx(alone.requests_per_s.value)
    assert found.request_latency_s.value == pytest.approx(4 * alone.request_latency_s.value)
    assert "memory holds 2 of 8 requests; the others wait" in found.decode_tokens_per_s.evidence


def test_a_rate_without_a_lower_bound_takes_times_without_an_upper_one():
    """Nothing measured says how slow it may be: the time of a request has no end either."""
    open_ended = Estimate(value=320.0, low=0.0, high=400.0, basis="extrapolated")
    found = shared(Load(prompt_tokens=128, output_tokens=256, concurrency=4), ALONE, open_ended, 4)
    assert found.request_latency_s.high == math.inf
    assert found.throughput_tokens_per_s.low == 0.0


def test_unknown_prompts_are_not_guessed():
    """Where the speed of prompts is not known, sharing the machine is not either."""
    with pytest.raises(NotMeasuredError, match="prompts"):
        shared(Load(concurrency=4), Speed(decode_tokens_per_s=DECODE), TOGETHER, 4)


def test_the_share_read_ahead_is_the_one_with_the_least_error():
    """Over the server's own rows, each against the first token of one request alone under its scheme."""
    table = pd.read_csv(folder("measurements") / "speed_serving" / "ehzawad-a5000.csv")
    rows = table[(table.engine == "llama.cpp") & (table.ttft_ms > 0) & (table.prompt_tokens > 0)]
    rows = rows.drop_duplicates(["scheme", "concurrency", "ttft_ms"])
    alone = rows[rows.concurrency == 1].groupby("scheme").ttft_ms.median()
    several = rows[rows.concurrency > 1]
    ratio = several.ttft_ms / several.scheme.map(alone)
    ahead = np.minimum(several.concurrency - 1, 2 * BATCH_TOKENS / several.prompt_tokens)
    shares = np.arange(0.05, 1.0, 0.01)
    errors = [float(np.abs(np.log((1 + share * ahead) / ratio)).mean()) for share in shares]
    assert pytest.approx(float(shares[np.argmin(errors)]), abs=0.03) == AHEAD
