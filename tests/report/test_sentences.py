"""The terms behind a figure in sentences."""

import json
from pathlib import Path

import pytest

from advisor.report.sentences import plain_source, sentences

SECTIONS = json.loads((Path(__file__).parent.parent / "tui" / "golden" / "evidence.json").read_text("utf-8"))
MB, GIB = 1e6, 2**30


def estimate(value, low=None, high=None, basis="interpolated", evidence=()):
    """A figure as `explain` writes it."""
    return {
        "value": value,
        "low": value if low is None else low,
        "high": value if high is None else high,
        "basis": basis,
        "evidence": list(evidence),
    }


def test_size_says_what_the_file_is_made_of():
    """The file, its tensors, the largest parts, and what is read a token."""
    section = {
        "file": estimate(500 * MB, basis="exact", evidence=["the published file"]),
        "bpw": 4.5,
        "tensors by type": {"Q4_K": 3, "F32": 1},
        "bytes by role": {"ffn_up": 300 * MB, "attn_q": 100 * MB, "output": 75 * MB, "norm": 25 * MB},
        "bytes read per token": 480 * MB,
        "images": "text only",
    }
    assert [
        "The file takes 0.50 GB: 4.50 bits a weight on average.",
        "- from the published file",
        "Its tensors are stored as Q4_K (3) and F32 (1).",
        "The largest parts are ffn_up 60 %, attn_q 20 % and output 15 %.",
        "0.48 GB of it are read for every token written, which bounds the speed.",
        "text only.",
    ] == sentences("size", section)


def test_memory_says_what_every_device_holds():
    """Parts that are nothing are not named; of a memory nobody knows no share is said."""
    device = {
        "device": "GPU 0",
        "weights_bytes": 6 * GIB,
        "kv_cache_bytes": 2 * GIB,
        "compute_bytes": 0,
        "overhead_bytes": 0,
        "planned_bytes": 8 * GIB,
        "available_bytes": 16 * GIB,
    }
    section = {"largest context": 9000, "most requests": 4, "GPU 0": device}
    assert [
        "GPU 0 holds 8.0 GiB of 16.0 GiB (50 %): 6.00 of weights and 2.00 of KV cache.",
        "A context of up to 9000 tokens fits, asked for by one request.",
        "With the context asked for, 4 requests fit at once.",
    ] == sentences("memory", section)
    nobody_knows = {"CPU": device | {"device": "CPU", "available_bytes": None}}
    assert ["CPU holds 8.0 GiB: 6.00 of weights and 2.00 of KV cache."] == sentences("memory", nobody_knows)


def test_speed_says_where_the_time_of_a_token_goes():
    """The steps of a token, what the device reads, and what the figure rests on."""
    found = sentences("speed", SECTIONS["speed"])
    assert found[:5] == [
        "One request is written at 134 tokens/s (78.5 to 149, interpolated).",
        "A token takes 7.48 ms: reading the weights 5.22 ms, reading the KV cache 0.184 ms, starting kernels "
        "1.77 ms, unpacking and multiplying 0.231 ms and choosing the token 79 µs.",
        "GeForce RTX 4090 reads 5.67 GB a token; its memory gives at most 1010 GB/s.",
        "Together that is 75 % of what the memory could give.",
        "What was measured on it is 1.03 times as fast as its specifications say.",
    ]
    assert "A whole request takes 2.06 s (1.8 to 3.54, interpolated)." in found


def test_speed_of_many_requests_says_what_a_step_takes():
    """An engine that serves many writes a token of each in a step."""
    section = {
        "figures": {"decode_tokens_per_s": estimate(20.0, 10.0, 40.0), "requests_per_s": None},
        "terms": {
            "weights_read_ms": 12.0,
            "experts_read_ms": 0,
            "step_ms": 34.0,
            "tpot_ms": 50.0,
            "prompt_ms": 700.0,
            "device_correction": 1.5,
            "requests_in_flight": 16,
        },
    }
    assert [
        "One request is written at 20 tokens/s (10 to 40, interpolated).",
        "A step writes a token of each of 16 requests in 34 ms, or 50 ms with the prompts read meanwhile: "
        "reading the weights 12 ms.",
        "A prompt is read in 700 ms.",
        "On this device it was measured to take 1.50 times that.",
    ] == sentences("speed", section)


def test_accuracy_says_what_is_lost_and_for_what_it_was_estimated():
    """A task whose score nobody knows says so; the schemes measured of the model are named."""
    terms = SECTIONS["accuracy"]["terms"] | {"measured": []}
    section = {
        "figures": {"math": estimate(99.5, 98.0, 99.9, evidence=["3 rows"]), "code": None},
        "loss_upper_pct": {"math": 1.25},
        "perplexity_ratio": estimate(1.0068, 1.0018, 1.0208),
        "kl_divergence": None,
        "terms": terms,
    }
    assert [
        "Of the score in math, 0.5 % (0.10 to 2, interpolated) is lost; at the confidence asked for it is at "
        "most 1.25 %.",
        "- from 3 rows",
        "Nothing is known of the score in code.",
        "On running text its perplexity is 1.0068 (1.0018 to 1.0208, interpolated) times that of the "
        "unquantized model.",
        "Estimated for 6.03 bits a weight (gguf-legacy, calibrated), 16 bits activations and a KV cache of "
        "16 bits, in a model of 8.03 billion weights (llama-3, 2025).",
        "Nothing of this model was measured.",
    ] == sentences("accuracy", section)
    assert sentences("accuracy", section | {"terms": SECTIONS["accuracy"]["terms"]})[-1].startswith(
        "Measured of this model: Q5_K_M calibrated"
    )


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_is_told_in_whole_sentences(name):
    """What is no source ends with a full stop."""
    assert {True} == {line.startswith("- ") or line.endswith(".") for line in sentences(name, SECTIONS[name])}


def test_what_is_not_predicted_says_why():
    """A plan without a speed has no terms, but a reason."""
    assert ["Not predicted: it does not fit."] == sentences("speed", {"why not": "it does not fit"})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("0 rows of 0 sources: gguf-k × code", "from no rows of gguf-k on code: what like ones lose"),
        ("210 rows of 1 sources: gguf-k × code", "from 210 rows of 1 source: gguf-k × code"),
        ("measured: 1 rows (ik_llama_prs)", "from measured: 1 row (ik_llama_prs)"),
        (
            "interval from 22 sources on known devices left out (gpu|moe|NVIDIA)",
            "interval from 22 sources on known devices left out (GPUs, mixtures of experts, NVIDIA)",
        ),
        (
            "interval from 13 devices left out (cpu|dense)",
            "interval from 13 devices left out (processors, dense models)",
        ),
        ("Ryzen 9 (2x6): 21 rows (localscore)", "from Ryzen 9 (2x6): 21 rows (localscore)"),
    ],
)
def test_evidence_is_said_in_words(source, words):
    """Neither a count of nothing nor the key of a group is left; names stay as they are."""
    assert words == plain_source(source)
