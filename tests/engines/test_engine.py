"""The record of an engine."""

from __future__ import annotations

from advisor.engines.engine import Engine, gguf_files


def test_nothing_is_assumed_of_an_engine():
    """By default: one request at a time, layers in main memory, no tensor parallelism, nothing reserved."""
    bare = Engine(name="new")
    assert (
        bare.serves,
        bare.paged,
        bare.outside_gpu,
        bare.splits_matrices,
        bare.memory_share,
        bare.start,
    ) == (
        False,
        False,
        "layers",
        False,
        None,
        None,
    )


def test_an_engine_is_measured_under_its_own_name():
    """Unless another's measurements stand for it."""
    assert [Engine(name="a").measured, Engine(name="a", measured_as="b").measured] == ["a", "b"]


def test_kept_weights_are_gguf_files_below_the_folder(tmp_path):
    """At any depth, and nothing else."""
    (tmp_path / "deep").mkdir()
    for name in ("a.gguf", "deep/b.gguf", "c.bin"):
        (tmp_path / name).touch()
    assert sorted(gguf_files(tmp_path)) == ["a.gguf", "b.gguf"]
