"""One JSON object -> the case it asks for."""

from __future__ import annotations

import pytest

from advisor.errors import AdvisorError, BadFileError, UnknownNameError, UsageError
from advisor.prediction.case import MAX_CONCURRENCY
from advisor.recommendation.batch.read import NO_MACHINE, read_case, ways

CASE = {"hardware": "RTX 4090", "model": "Llama-3.1-8B", "scheme": "Q4_K_M"}


def case(**changes):
    """The case of CASE with *changes*."""
    return read_case({**CASE, **changes})[0]


def test_model_and_scheme_are_enough():
    """Without a machine there is none, and the engine is the format's."""
    found = case(hardware=None)
    assert (found.hardware, found.engine, found.context_tokens) == (NO_MACHINE, "llama.cpp", 1280)


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"model": None}, UsageError, "model is missing"),
        ({"model": "  "}, UsageError, "model is missing"),
        ({"model": "Qwen3-8C"}, UnknownNameError, "unknown model 'Qwen3-8C'"),
        ({"scheme": None}, UsageError, "scheme is missing"),
        ({"scheme": "Q9_K"}, UnknownNameError, "unknown scheme"),
        (
            {"workload": {"context_tokens": 1048576}},
            UsageError,
            "reads at most .* --context asks for 1048576",
        ),
        ({"hardware": " "}, UsageError, "hardware must be a name"),
        ({"hardware": None, "n_devices": 2}, UsageError, "name its hardware"),
        ({"hardware": {"name": "x", "nodes": -1}}, BadFileError, "nodes is -1"),
        ({"backend": "gpu"}, UsageError, "unknown backend 'gpu'; choose one of cuda"),
        ({"backend": "rocm"}, UsageError, "backend rocm needs a GPU of AMD; RTX 4090 has"),
        ({"engine": "vlm"}, UnknownNameError, "nearest: .*vllm"),
        ({"kv_type": "int2"}, UsageError, "unknown kv_type 'int2'; choose one of f16"),
        ({"kv_bits": 7}, UsageError, "kv_bits 7.* is not one of 16, 8, 5, 4"),
        ({"memory": {"rate_mt_per_s": 6000}}, UsageError, "give channels beside rate_mt_per_s"),
        ({"task": "gardening"}, AdvisorError, "gardening"),
        ({"colour": 1}, UsageError, "unknown field 'colour'; see `advisor schema batch-case`"),
    ],
)
def test_the_key_at_fault_is_named(changes, kind, words):
    """In the words of the other commands."""
    with pytest.raises(kind, match=words):
        case(**changes)


@pytest.mark.parametrize(
    ("changes", "kv_type"),
    [
        ({}, "f16"),
        ({"kv_type": "FP8_E4M3"}, "fp8"),
        ({"kv_type": "auto"}, "f16"),
        ({"kv_bits": 8}, "q8_0"),
        ({"kv_bits": 8, "engine": "vllm", "scheme": "BF16"}, "fp8"),
        ({"kv_bits": 4.5}, "q4_0"),
    ],
)
def test_eight_bits_of_cache_are_the_engines(changes, kv_type):
    """Blocks of ggml, floats of serving engines."""
    assert case(**changes).kv_type == kv_type


@pytest.mark.parametrize(
    ("scheme", "hardware", "engine"),
    [
        ("BF16", "RTX 4090", "llama.cpp"),
        ("BF16", "2x RTX 4090", "vllm"),
        ("EXL3-4.0bpw", "RTX 4090", "exllamav3"),
    ],
)
def test_an_engine_nobody_names_is_the_formats(scheme, hardware, engine):
    """Full precision on several cards is served."""
    assert case(scheme=scheme, hardware=hardware).engine == engine


def test_an_engine_that_only_measurements_know_is_taken():
    """A case describes a run, and somebody ran it."""
    assert case(engine="llamafile").engine == "llamafile"


def test_a_model_of_no_catalogue_is_any_of_its_size():
    """With a note; a slip of the pen is none."""
    found = case(model="acme/Brand-New-9B").model
    assert (found.name, found.n_params) == ("acme/Brand-New-9B", 9_000_000_000)
    assert "is in no catalogue: answered as any model of 9B parameters" in found.notes[-1]
    with pytest.raises(UnknownNameError):
        case(model="Llama-3.1-8BB")


def test_room_is_what_a_request_takes():
    """Depth, prompt and answer; more where more is stated; `max` is as many as there may be."""
    load = {"prompt_tokens": 100, "output_tokens": 50}
    assert case(depth=1000, workload=load).context_tokens == 1150
    assert case(workload={**load, "context_tokens": 4096}).context_tokens == 4096
    assert case(workload={"concurrency": "max"}).loads[0].concurrency == MAX_CONCURRENCY


def test_modules_say_the_bandwidth():
    """Two channels of DDR5-6000 have 96 GB/s, whatever was measured."""
    memory = {"kind": "DDR5", "rate_mt_per_s": 6000, "channels": 2, "total_bytes": 2**36}
    found = case(hardware="Ryzen 9 7950X", memory=memory).hardware.memory
    assert (found.bandwidth_bytes_per_s, found.total_bytes, found.kind) == (96e9, 2**36, "DDR5")


def test_who_runs_a_scheme_is_looked_up_once():
    """None where the machine cannot."""
    asked = case()
    assert [way.backend for way in ways(asked.scheme, "llama.cpp", asked.hardware)][:1] == ["cuda"]
    assert ways(asked.scheme, "exllamav3", asked.hardware) == ()
