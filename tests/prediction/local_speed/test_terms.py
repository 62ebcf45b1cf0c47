"""Which terms make up the time of one token."""

from __future__ import annotations

import math

import pytest

from advisor.prediction.local_speed.terms import TILE, decode_terms, log_time, prefill_terms


def sizes(terms) -> dict[str, float]:
    """Name -> physical size in seconds, the devices' terms added up."""
    found: dict[str, float] = {}
    for name, log, _ in terms:
        found[name] = found.get(name, 0.0) + math.exp(log)
    return found


def test_decoding_reads_every_weight_and_the_cache_once(work):
    """4 GB and 0.1 GB at 1 TB/s, and 16 billion operations at the vector rate."""
    found = sizes(decode_terms(work()))
    assert (found["read"], found["kv"]) == (pytest.approx(4e-3), pytest.approx(1e-4))
    assert found["compute"] == pytest.approx(16e9 / 80e12)


def test_a_prompt_loads_the_weights_once_a_micro_batch(work):
    """512 tokens share the 4 ms; arithmetic is at the matrix rate."""
    found = sizes(prefill_terms(work(prompt_tokens=2048, batch=512)))
    assert (found["load"], found["matmul"]) == (pytest.approx(4e-3 / 512), pytest.approx(16e9 / 160e12))


def test_sequences_written_together_share_the_weights_and_not_their_caches(work):
    """Four read four caches and the weights once."""
    one, four = (sizes(decode_terms(work(sequences=n))) for n in (1, 4))
    assert (four["read"], four["kv"]) == (pytest.approx(one["read"]), pytest.approx(4 * one["kv"]))


def test_sequences_of_a_mixture_touch_more_experts(work, share):
    """A tenth of the weights for one token; of many together never more than all."""
    sparse = work(share(read_bytes=4e8), active_share=0.1)
    read = [sizes(decode_terms(sparse._replace(sequences=n)))["read"] for n in (1, 2, 8)]
    assert read == sorted(read)
    assert read[0] == pytest.approx(4e-4)
    assert read[1] == pytest.approx(4e-3 * (1 - 0.9**2))


def test_experts_compute_columns_that_no_token_fills(work, share):
    """Ten times the parameters are touched in a batch of 512, each for TILE columns more; a dense model has
    no such term."""
    sparse = work(share(read_bytes=4e8), active_share=0.1, experts=128.0, experts_used=8.0, batch=512)
    found = sizes(prefill_terms(sparse._replace(prompt_tokens=512.0)))
    assert found["fill"] / found["matmul"] == pytest.approx(10.0 * TILE / 512.0)
    assert "fill" not in sizes(prefill_terms(work()))


def test_devices_in_a_row_add_up(work, share, card, desktop):
    """Half on each: half of each one's time."""
    half = {"read_bytes": 2e9, "held_bytes": 2e9, "active_params": 4e9, "layers": 16.0, "kv_bytes": 0.0}
    found = sizes(decode_terms(work(share(card, **half), share(desktop, **half))))
    assert found["read"] == pytest.approx(2e9 / 1e12 + 2e9 / 8e10)
    assert "kv" not in found


def test_matrices_shared_by_two_are_read_twice_as_fast(work):
    """Tensor parallelism divides bytes and operations."""
    one, two = (sizes(decode_terms(work(tensor_parallel=n))) for n in (1, 2))
    assert (two["read"], two["compute"]) == (
        pytest.approx(one["read"] / 2),
        pytest.approx(one["compute"] / 2),
    )


def test_weights_in_main_memory_are_uploaded_once_a_micro_batch(work):
    """A fifth of a second for 512 tokens."""
    assert sizes(prefill_terms(work(upload_s=0.2)))["upload"] == pytest.approx(0.2 / 512)


def test_a_device_of_unknown_arithmetic_has_no_term_of_it(work, share, card):
    """Nothing is made up for it."""
    dumb = work(share(card._replace(matrix_flops=0.0, vector_flops=0.0)))
    assert "compute" not in sizes(decode_terms(dumb))
    assert "matmul" not in sizes(prefill_terms(dumb))


def test_a_coefficient_is_a_factor_of_its_terms():
    """Logs add: one second twice as slow and three seconds are five, two fifths of them the first."""
    log_s, parts = log_time([("a", 0.0, [("x", 1.0)]), ("b", math.log(3), [])], {"x": math.log(2)})
    assert math.exp(log_s) == pytest.approx(5)
    assert parts == [pytest.approx(0.4), pytest.approx(0.6)]


def test_nothing_to_add_is_an_error():
    """A device that does nothing has no time."""
    with pytest.raises(ValueError, match="empty"):
        log_time([], {})
