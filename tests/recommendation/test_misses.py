"""What a plan misses, how far, and what to ask for instead."""

from dataclasses import replace
from math import inf

from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.documents.outcome import Estimate
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.misses import disk_misses, loss_misses, unusable


def _outcome(need_of):
    """Of Llama-3.1-8B in Q4_K_M on an RTX 4090."""
    model, need = need_of("Llama-3.1-8B", scheme=("Q4_K_M",), engine=("llama.cpp",))
    return evaluate(need, resolve_hardware("RTX 4090"), model)[0][0].outcome


def test_a_file_larger_than_the_disk_misses_by_their_ratio(need_of):
    """4.9 GB on a disk with 1 GB free: short by the quotient of both."""
    outcome = _outcome(need_of)
    machine = replace(resolve_hardware("RTX 4090"), disk_free_bytes=10**9)
    (miss,) = disk_misses(outcome.file_size_bytes.value, machine, resolve_model("Llama-3.1-8B"))
    assert (miss.kind, miss.shortfall) == ("disk", outcome.file_size_bytes.value / 10**9)


def test_a_disk_nobody_stated_is_no_limit(need_of):
    """Unknown is not full."""
    outcome = _outcome(need_of)
    machine = replace(resolve_hardware("RTX 4090"), disk_free_bytes=None)
    assert [] == disk_misses(outcome.file_size_bytes.value, machine, resolve_model("Llama-3.1-8B"))


def test_a_loss_nobody_measured_is_missed_without_end(need_of):
    """A limit on what was never measured cannot be met by asking for less."""
    _, need = need_of("Llama-3.1-8B", max_loss="3%")
    (miss,) = loss_misses(need, {one.task: None for one in need.tasks}, None)
    assert ("not-measured", inf, None) == (miss.kind, miss.shortfall, miss.relaxed)


def test_what_is_asked_for_instead_of_a_loss_is_met_by_the_plan(need_of):
    """A bound of 4.21 % is offered as 4.3 %, which it keeps."""
    _, need = need_of("Llama-3.1-8B", max_loss="3%")
    (miss,) = loss_misses(need, {one.task: None for one in need.tasks}, 4.21)
    assert ("--max-loss 4.3%", 4.3) == (miss.relax, miss.relaxed(need).max_loss_pct)


def test_no_loss_is_unusable_where_a_limit_was_stated(need_of):
    """Who states a limit has said what is usable."""
    loss = Estimate(value=50.0, low=40.0, high=60.0, basis="measured")
    _, stated = need_of("Llama-3.1-8B", max_loss="80%")
    _, silent = need_of("Llama-3.1-8B")
    assert ([], ["unusable"]) == (
        unusable(stated, 60.0, loss, 10.0),
        [miss.kind for miss in unusable(silent, 60.0, loss, 10.0)],
    )
