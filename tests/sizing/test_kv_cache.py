"""The KV cache of every attention kind, to the digit."""

from __future__ import annotations

import csv
import re

import pytest

from advisor.catalog.models import find_model
from advisor.data import folder
from advisor.documents.model import ModelProfile
from advisor.engines.kv_types import BYTES_PER_VALUE
from advisor.errors import UsageError
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_bytes_per_token_read, kv_cache_bytes, unusable_cache

MIB = 1 << 20

# Printed by llama.cpp: dry runs (0c1e57098 and the build in cyllama 0.2.18), public logs of the hybrids.
PRINTED_MIB = [
    ("Llama-3.1-8B", 8192, 1, "f16", 1024.0),
    ("Llama-2-13B", 2048, 1, "f16", 1600.0),
    ("Falcon-7B", 8192, 1, "f16", 64.0),
    ("Qwen3-8B", 8192, 1, "f16", 1152.0),
    ("Qwen3-30B-A3B", 8192, 1, "f16", 768.0),
    ("Phi-3-mini-4k", 2048, 1, "f16", 768.0),
    ("Gemma-2-2B", 8192, 1, "f16", 650.0),
    ("gpt-oss-20b", 8192, 1, "q8_0/f16", 160.78),
    ("DeepSeek-V2-Lite", 8192, 1, "f16", 243.0),
    ("DeepSeek-V3", 32768, 1, "q8_0", 1166.63),
    ("Mistral-7B-v0.3", 8192, 1, "q8_0/q4_0", 416.0),
    ("Qwen3.5-27B", 512, 1, "f16", 181.62),
    ("Falcon-H1-0.5B", 8192, 1, "f16", 171.74),
    ("Nemotron-Nano-9B-v2", 4096, 4, "f16", 811.19),
    ("Granite-4.0-H-Micro", 8192, 1, "f16", 137.79),
    ("Mistral-Large-3-675B", 4096, 4, "q8_0", 583.31),
    ("GLM-5", 8192, 1, "f16", 702.0),
    ("Command-R7B", 4096, 4, "q8_0", 1088.0),
    ("Qwen3-Next-80B-A3B", 34048, 1, "f16", 873.38),
    ("Qwen3.6-35B-A3B", 132352, 1, "f16", 2647.81),
]


@pytest.mark.parametrize(("name", "context", "n_seq", "kv_type", "mib"), PRINTED_MIB)
def test_equals_what_the_engine_printed(name, context, n_seq, kv_type, mib):
    """Dense, grouped, latent, sliding-window and hybrid caches are within print rounding of the log."""
    assert kv_cache_bytes(
        find_model(name), ContextParams(context, n_seq, kv_type)
    ).value / MIB == pytest.approx(mib, rel=1e-4)


def test_every_dry_run_is_within_a_tenth_of_a_percent():
    """All 611 caches that the engine allocated in its dry runs are met within 0.1 %."""
    names = {"codellama-7b": "CodeLlama-7B", "phi-3-mini": "Phi-3-mini-4k"}
    worst = 0.0
    with (folder("measurements") / "memory" / "own-no-alloc.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        short = re.sub(" shape$", "", row["model"])
        model, n_seq = find_model(names.get(short, short)), int(float(row["n_seq_max"]))
        v_type = row["type_v"] if row["type_v"] in BYTES_PER_VALUE else row["type_k"]
        params = ContextParams(
            int(float(row["n_ctx"])) // n_seq,
            n_seq,
            f"{row['type_k']}/{v_type}",
            int(float(row["n_ubatch"])),
            unified=row["kv_unified"] == "True",
            swa_full=row["swa_full"] == "True",
        )
        found = kv_cache_bytes(model, params).value
        worst = max(worst, abs(found / MIB / float(row["kv_total_mib"]) - 1))
    assert len(rows) == 611
    assert worst < 0.001


@pytest.mark.parametrize(
    ("ubatch", "n_seq", "unified", "cells"),
    [
        (512, 1, False, 1536),
        (64, 1, False, 1280),
        (2048, 1, False, 3072),
        (512, 4, True, 4608),
    ],
)
def test_sliding_window_padding(ubatch, n_seq, unified, cells):
    """gemma-3-4b's sliding layers hold its window of 1024 plus a ubatch, rounded up to 256."""
    model, context = find_model("Gemma-3-4B"), 32768
    row = 4 * 256 * 2 * 2
    full = 5 * context * n_seq * row
    assert (
        kv_cache_bytes(model, ContextParams(context, n_seq, "f16", ubatch, unified=unified)).value
        == full + 29 * cells * row
    )


def test_swa_full_keeps_the_whole_context():
    """With swa_full the sliding layers are as large as the full ones."""
    assert (
        kv_cache_bytes(find_model("Gemma-3-4B"), ContextParams(32768, swa_full=True)).value
        == 34 * 32768 * 4096
    )


@pytest.mark.parametrize("name", ["Mistral-7B-v0.1", "Phi-3-mini-4k", "StarCoder2-3B", "Ministral-8B-2410"])
def test_windows_llama_cpp_ignores(name):
    """llama.cpp keeps the whole context for these; a paged cache keeps the window."""
    model = find_model(name)
    row = model.n_kv_heads * model.head_dim * 4
    assert kv_cache_bytes(model, ContextParams(131072)).value == model.n_layers * 131072 * row
    assert kv_cache_bytes(model, ContextParams(131072, paged=True)).value < model.n_layers * 131072 * row


@pytest.mark.parametrize(
    ("name", "full", "sliding"),
    [
        ("Gemma-2-9B", 21, 21),
        ("Gemma-3-27B", 10, 52),
        ("gpt-oss-120b", 18, 18),
        ("OLMo-3-7B", 8, 24),
        ("Command-R7B", 8, 24),
        ("EXAONE-4.0-32B", 16, 48),
        ("Llama-4-Scout-17B-16E", 12, 36),
        ("Trinity-Mini-26B", 8, 24),
    ],
)
def test_full_layers_of_each_pattern(name, full, sliding):
    """Full attention in one layer of two, four or six, as llama.cpp's set_swa_pattern counts them."""
    model, context = find_model(name), 131072
    row = model.n_kv_heads * model.head_dim * 4
    cells = -(-(model.sliding_window + 512) // 256) * 256
    assert kv_cache_bytes(model, ContextParams(context)).value == (full * context + sliding * cells) * row


def test_gemma_4_has_other_heads_in_full_layers():
    """Gemma-4-31B: 50 sliding layers of 16 x 256, 10 full ones of 4 x 512 (log: 3520 MiB)."""
    assert kv_cache_bytes(find_model("Gemma-4-31B"), ContextParams(4096, swa_full=True)).value == 3520 * MIB


def test_shared_layers_keep_no_cache():
    """Gemma-3n-E4B: the last 15 of 35 layers read earlier caches."""
    model = find_model("Gemma-3n-E4B")
    assert kv_cache_bytes(model, ContextParams(8192, swa_full=True)).value == 20 * 8192 * 2 * 256 * 4


def test_recurrent_state_is_per_sequence():
    """Qwen3-Next: 36 layers of Gated DeltaNet keep 75.38 MiB for each sequence, whatever the context."""
    model = find_model("Qwen3-Next-80B-A3B")
    one, four = (kv_cache_bytes(model, ContextParams(1024, n)).value for n in (1, 4))
    attention = 12 * 1024 * 2 * 256 * 4
    assert (one - attention) / MIB == pytest.approx(75.375)
    assert four == 4 * one


@pytest.mark.parametrize(
    ("name", "attention_layers", "state_values"),
    [
        ("Granite-4.0-H-Micro", 4, 36 * (128 * 4096 + 3 * (4096 + 2 * 128))),
        ("Nemotron-Nano-9B-v2", 4, 27 * (128 * 10240 + 3 * (10240 + 2 * 8 * 128))),
        ("LFM2-1.2B", 6, 10 * 2 * 2048),
    ],
)
def test_mamba_and_convolution_states(name, attention_layers, state_values):
    """State x inner plus the convolution's taps, in F32, beside the cache of the attention layers."""
    model = find_model(name)
    row = model.n_kv_heads * model.head_dim * 4
    assert (
        kv_cache_bytes(model, ContextParams(4096)).value == attention_layers * 4096 * row + 4 * state_values
    )


def test_context_rounds_up_to_256_per_sequence():
    """llama.cpp rounds each sequence's context up to 256 cells."""
    model = find_model("Llama-3.1-8B")
    assert (
        kv_cache_bytes(model, ContextParams(1000, 3)).value
        == kv_cache_bytes(model, ContextParams(1024, 3)).value
    )


def test_paged_cache_rounds_up_to_a_page():
    """A paged cache holds whole pages of 16 tokens, and FP8 halves it."""
    model = find_model("Llama-3.1-8B")
    assert kv_cache_bytes(model, ContextParams(1001, 2, "f16", paged=True)).value == 32 * 2 * 1008 * 4096
    assert kv_cache_bytes(model, ContextParams(1001, 2, "fp8", paged=True)).value == 32 * 2 * 1008 * 2048


def test_unified_cache_equals_separate_streams_without_a_window():
    """One stream of n x context cells is as large as n streams."""
    model = find_model("Qwen3-8B")
    assert kv_cache_bytes(model, ContextParams(4096, 4, "f16", unified=True)) == kv_cache_bytes(
        model, ContextParams(4096, 4)
    )


def test_unknown_shapes_give_a_wide_interval():
    """`--params 13B` takes catalogue models of its size; the interval holds Llama-2-13B's cache."""
    found = kv_cache_bytes(
        ModelProfile(name="13B", source="user", n_params=13_000_000_000), ContextParams(4096)
    )
    assert found.basis == "interpolated"
    assert found.low < found.value < found.high
    assert found.low <= kv_cache_bytes(find_model("Llama-2-13B"), ContextParams(4096)).value <= found.high


def test_unknown_kv_type_names_the_known_ones():
    """A KV type no engine has is a usage error."""
    with pytest.raises(UsageError, match="q8_0"):
        kv_cache_bytes(find_model("Qwen3-8B"), ContextParams(4096, 1, "q9_9"))


@pytest.mark.parametrize(
    ("name", "kv_type", "flash", "reason"),
    [
        ("EXAONE-3.5-2.4B", "q8_0", True, "heads of 80"),
        ("EXAONE-3.5-2.4B", "f16", True, ""),
        ("DeepSeek-V3", "q8_0/f16", True, "latent attention"),
        ("Llama-3.1-8B", "f16/q8_0", False, "flash attention"),
        ("Llama-3.1-8B", "q8_0/f16", False, ""),
    ],
)
def test_caches_the_engine_refuses(name, kv_type, flash, reason):
    """llama.cpp refuses heads no multiple of 32, mixed latent types, quantized V without flash attention."""
    found = unusable_cache(find_model(name), kv_type, flash)
    assert reason in found
    assert bool(found) == bool(reason)


def test_read_per_token_honours_windows():
    """Decoding at 32 k reads the whole context in full layers and the window in sliding ones."""
    model = find_model("Gemma-3-4B")
    assert kv_bytes_per_token_read(model, 32768, "f16") == (5 * 32768 + 29 * 1024) * 4096
    assert kv_bytes_per_token_read(find_model("Llama-3.1-8B"), 1000, "f16") == 32 * 1000 * 4096


@pytest.mark.parametrize(
    "name", ["Llama-3.1-8B", "Gemma-3-12B", "DeepSeek-V3", "Qwen3-Next-80B-A3B", "gpt-oss-20b"]
)
def test_monotone_in_context_and_sequences(name):
    """More context or more sequences never need less."""
    model = find_model(name)
    by_context = [kv_cache_bytes(model, ContextParams(n, 2)).value for n in (256, 1000, 4096, 5000, 65536)]
    by_sequences = [kv_cache_bytes(model, ContextParams(4096, n)).value for n in (1, 2, 5, 16)]
    assert by_context == sorted(by_context)
    assert by_sequences == sorted(by_sequences)
