"""The first ExLlama."""

from __future__ import annotations

from advisor.engines.exllama import ENGINE


def test_it_is_measured_and_never_offered():
    """The plain name, typed by a person, means the generation in use; its rows stay its own."""
    assert (ENGINE.measured, ENGINE.offered, ENGINE.backend, ENGINE.outside_gpu) == (
        "exllama",
        False,
        "cuda",
        "",
    )
