"""Decoding the serving tables: one rule by columns for every source."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from advisor.training.data.tables import Record, load
from advisor.training.serving_speed.rows import Undecodable, decode, decode_one

NAN = float("nan")


def raw(**changes: Any) -> Record:
    """A line of the serving table."""
    line = {
        "source_id": "some-benchmark",
        "hardware": "NVIDIA H100 80GB HBM3",
        "device": "H100 SXM5 80 GB",
        "n_devices": 1.0,
        "engine": "vllm",
        "engine_version": "0.12.0",
        "model": "Llama-3.1-8B-Instruct",
        "model_name": "Llama-3.1-8B",
        "scheme": "BF16",
        "scheme_name": "BF16",
        "phase": "serving",
        "test": "run_c8_output",
        "prompt_tokens": 280.0,
        "gen_tokens": 310.0,
        "depth": NAN,
        "concurrency": 8.0,
        "value": 500.0,
        "unit": "tok/s",
        "flags": "",
        "ttft_ms": NAN,
        "attention_dp": NAN,
        "pipeline_parallel": NAN,
        "context_parallel": NAN,
        "kv_type": "",
        "run_by": "",
        "max_num_seqs": NAN,
        "request_rate_per_s": NAN,
        "n": 1.0,
    }
    return {**line, **changes}


def test_total_rates_become_seconds_per_token_of_all_requests_together():
    """500 tokens/s at eight in flight are 2 ms per token, whoever they belong to."""
    row = decode_one(raw())[0]
    assert (row.metric, row.batch, row.seconds) == ("flow", 8.0, 0.002)


def test_rates_per_gpu_are_multiplied_by_the_gpus():
    """1,000 tokens/s per GPU on two GPUs are 2,000."""
    row = decode_one(raw(n_devices=2.0, value=1000.0, flags="per_gpu_rate"))[0]
    assert row.seconds == 1 / 2000


def test_prompt_tokens_are_taken_out_of_a_total_rate():
    """Of 2,080 tokens of prompt and output together, 2,048 were written."""
    row = decode_one(raw(flags="total_rate", prompt_tokens=32.0, gen_tokens=2048.0, value=2080.0))[0]
    assert row.seconds == pytest.approx(1 / 2048)


def test_requests_per_second_count_whole_answers():
    """Two requests of 310 tokens a second are 620 tokens."""
    row = decode_one(raw(unit="req/s", value=2.0))[0]
    assert (row.metric, row.seconds) == ("flow", pytest.approx(1 / 620))


@pytest.mark.parametrize(
    ("test", "metric"), [("run_c8_ttft", "ttft"), ("latency_b8", "service"), ("sync_chat", "service")]
)
def test_seconds_are_a_latency_unless_the_first_token_s(test, metric):
    """A time in seconds is from first to last token, but where the test names the time to the first."""
    assert decode_one(raw(unit="s", value=2.0, test=test))[0].metric == metric


def test_first_token_times_come_from_their_column():
    """A line with a time per token carries the time to the first one beside it."""
    found = decode_one(raw(unit="ms/token", value=20.0, ttft_ms=150.5))
    assert [(r.metric, r.seconds) for r in found] == [("tpot", 0.02), ("ttft", 0.1505)]


@pytest.mark.parametrize(
    ("figure", "writing_s"),
    [
        ({"unit": "ms/token", "value": 20.0}, 6.2),
        ({"unit": "tok/s", "value": 400.0}, 6.2),
        ({"unit": "s", "value": 5.0}, 5.0),
    ],
)
def test_a_first_token_knows_what_its_runs_answers_took(figure, writing_s):
    """310 tokens of 20 ms, eight times 310 at 400 a second, or a latency of its own."""
    line = raw(**figure, gen_tokens=310.0, concurrency=8.0, ttft_ms=150.5)
    assert [writing_s] == [pytest.approx(r.writing_s) for r in decode_one(line) if r.metric == "ttft"]


def test_a_prompt_s_rate_is_its_time():
    """1,024 tokens at 2,048 tokens/s take half a second."""
    row = decode_one(
        raw(phase="prefill", test="x_pp_c1", prompt_tokens=1024.0, concurrency=1.0, value=2048.0)
    )
    assert (row[0].metric, row[0].seconds) == ("prompt", 0.5)


def test_decode_at_a_depth_reads_the_cache_of_that_depth():
    """A rate at 16,384 tokens of context is a step with that cache, and nothing is prefilled."""
    row = decode_one(raw(depth=16384.0, prompt_tokens=NAN, gen_tokens=NAN, value=80.0))[0]
    assert (row.metric, row.prompt, row.seconds) == ("step", 16384.0, 0.1)


def test_how_requests_are_handed_over_is_a_protocol():
    """A fixed number in flight needs none; all at once, or as many as queue, have one of their publisher."""
    kept = decode_one(raw())[0]
    burst = decode_one(raw(flags="queued_at_once", concurrency=1000.0))[0]
    queue = decode_one(raw(concurrency=NAN, run_by="somebody"))[0]
    assert [(r.protocol, r.batch) for r in (kept, burst, queue)] == [
        ("", 8.0),
        ("at-once:some-benchmark", 1000.0),
        ("queue:somebody", float("inf")),
    ]


def test_the_cache_s_type_is_stated_or_named_in_the_scheme():
    """FP8 caches are FP8 whichever cell says so; a silent line has 16 bits."""
    named = raw(scheme="FP16+KV-FP8", scheme_name="F16")
    found = [decode_one(line)[0].kv_type for line in (raw(), raw(kv_type="fp8"), named)]
    assert found == ["f16", "fp8", "fp8"]


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": "speculative"},
        {"flags": "doubtful"},
        {"flags": "open_loop"},
        {"request_rate_per_s": 5.0},
        {"n_devices": NAN},
        {"engine": "tinychat"},
        {"flags": "counts_prompt_tokens"},
        {"attention_dp": 8.0},
        {"unit": "req/s", "value": 0.1},
        {"prompt_tokens": NAN},
        {"value": 0.0},
    ],
)
def test_figures_without_one_meaning_are_left_out_with_a_reason(changes):
    """Speculation, open arrival rates, rates that count prompts, rounded and doubtful figures are not
    fitted."""
    with pytest.raises(Undecodable) as why:
        decode_one(raw(**changes))
    assert len(str(why.value)) > 10


def test_every_figure_is_used_or_counted_with_its_reason():
    """No figure of the tables is dropped silently."""
    table = load("speed_serving")
    rows, reasons = decode(table)
    again = reasons.pop("the same figure of the same run again")
    beside = int(((table["ttft_ms"] > 0) & (table["unit"] != "s")).sum())
    dropped = sum(reasons.values())
    assert len(table) <= len(rows) + again + dropped <= len(table) + beside


def lines(**columns: Any) -> pd.DataFrame:
    """A serving table of as many lines as the *columns* have cells."""
    n = len(next(iter(columns.values())))
    return pd.DataFrame([raw(**{k: v[i] for k, v in columns.items()}) for i in range(n)])


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({"value": [512.123456, 512.123456], "model_name": ["DeepSeek-V3", "DeepSeek-R1"]}, ["DeepSeek-R1"]),
        (
            {"value": [512.0, 512.0], "model_name": ["DeepSeek-V3", "DeepSeek-R1"]},
            ["DeepSeek-V3", "DeepSeek-R1"],
        ),
        ({"value": [512.123456, 512.123456], "concurrency": [8.0, 16.0]}, ["Llama-3.1-8B"] * 2),
        ({"value": [512.123456, 512.123456], "engine_version": ["", "0.12.0"]}, ["Llama-3.1-8B"]),
    ],
)
def test_a_figure_told_twice_counts_once(columns, kept):
    """A figure of many digits is one run's, whatever model or version a second line names, and the later
    line stands; one of three digits may be two runs', and at another load it is another run's."""
    assert [row.model for row in decode(lines(**columns))[0]] == kept


def test_most_sources_are_read():
    """Of some fifty sources, those left out whole run other engines, draft tokens, or state no lengths."""
    table = load("speed_serving")
    read = {row.source for row in decode(table)[0]}
    assert len(read) >= 28
