"""Rows meet the catalogues."""

from __future__ import annotations

import pytest

from advisor.training.serving_speed.cases import as_gpu, cases
from advisor.training.serving_speed.rows import Row
from advisor.training.serving_speed.sample import sample


def row(**changes: object) -> Row:
    """One decoded row."""
    line: dict[str, object] = {
        "source": "x",
        "hardware": "H100 SXM5 80 GB",
        "devices": 1,
        "engine": "vllm",
        "version": "0.12.0",
        "model": "Llama-3.1-8B",
        "scheme": "BF16",
        "metric": "flow",
        "prompt": 512.0,
        "output": 256.0,
        "batch": 8.0,
        "seconds": 0.001,
        "kv_type": "f16",
        "publisher": "x",
        "protocol": "",
    }
    return Row(**{**line, **changes})  # type: ignore[arg-type]


def test_what_no_catalogue_knows_is_counted():
    """An unknown device and an unknown model leave a reason each, and no case."""
    reasons: dict[str, int] = {}
    found = cases([row(), row(hardware="Abacus 9"), row(model="Nobody-7B-of-nowhere")], reasons)
    assert (len(found), sum(reasons.values())) == (1, 2)


def test_a_queue_is_as_long_as_the_engine_and_memory_allow():
    """vLLM keeps 1,024 in flight on an H100 unless memory holds fewer or the run states its limit."""
    queue = row(batch=float("inf"), protocol="queue:x")
    limited = row(batch=float("inf"), protocol="queue:x", most=64.0)
    long = row(batch=float("inf"), protocol="queue:x", prompt=30000.0)
    found = cases([queue, limited, long], {})
    assert [found[0].batch, found[1].batch] == [min(1024.0, found[0].room), 64.0]
    assert found[2].batch == found[2].room < 20


def test_memory_holds_what_weights_activations_and_libraries_leave():
    """An RTX 4090 of 24 GB and 8 B in 16 bits: 6.3 GB are left, 2.3 GB of them the step's own."""
    found = cases([row(hardware="RTX 4090", prompt=280.0, output=310.0)], {})[0]
    assert 40 < found.room < 70


FIRST = {"metric": "ttft", "prompt": 1024.0, "output": 1024.0, "writing_s": 10.0}


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"seconds": 0.5}, False),
        ({"seconds": 0.5, "batch": 5000.0}, True),
        ({"seconds": 6.0, "batch": 128.0}, True),
        ({"seconds": 4.0, "batch": 128.0}, False),
        ({"seconds": 4.0}, True),
        ({"seconds": 4.0, "batch": 1.0}, True),
        ({"seconds": 1.05, "batch": 1.0}, False),
        ({"seconds": 6.0, "metric": "flow"}, False),
    ],
    ids=["soon", "memory", "a place", "prompts", "start", "start, alone", "slow", "another figure"],
)
def test_a_first_token_that_waited_says_nothing_about_prompts(changes, waits):
    """It waited for memory, for half as long as an answer takes, or longer than all prompts take at a tenth
    of an H100's arithmetic (0.17 s for each of 1,024 tokens) and a second: then kernels were compiled.
    """
    assert [waits] == [case.waits for case in cases([row(**{**FIRST, **changes})], {})]


def test_prompts_eight_times_as_long_as_answers_may_take_half_as_long():
    """20,000 tokens to read and 256 to write: the first comes late without waiting for anybody."""
    long = {"prompt": 20000.0, "output": 256.0, "writing_s": 8.0, "seconds": 5.0, "batch": 4.0}
    assert [False] == [case.waits for case in cases([row(metric="ttft", **long)], {})]


def test_pipeline_stages_share_the_devices_and_the_batch():
    """Four devices in two stages work in pairs, each stage on half of the requests."""
    case = cases([row(devices=4, stages=2)], {})[0]
    assert (case.work.n, case.batch) == (2, 4.0)


def test_unknown_names_are_no_gpu():
    """A name nobody knows is None, not a guess."""
    assert as_gpu("Abacus 9") is None


def test_no_measured_step_beats_the_bus():
    """Where one request is written, no figure is faster than twice the speed the active bytes allow."""
    alone = [case for case in sample().cases if case.row.metric in ("tpot", "step") and case.batch == 1]
    assert alone
    for case in alone:
        w = case.work
        read = (w.body_bytes + w.expert_bytes * w.expert_share) / (w.n * w.bandwidth)
        assert case.row.seconds > 0.5 * read, case
