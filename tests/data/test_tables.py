"""What the predictors read: numeric types, unified names, and the cleaning rules."""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest

from advisor.catalog.schemes import find_scheme
from advisor.data import folder
from advisor.documents.measurement import KINDS
from advisor.training.data.clean import (
    balance,
    clean,
    has_flag,
    reads_too_fast,
    repeated,
    split_unknown,
)
from advisor.training.data.scheme_names import canonical
from advisor.training.data.tables import load
from advisor.training.data.unify import device_name, model_basis, model_name


def _column(file: str, column: str) -> list[str]:
    with (folder("profiles") / file).open(newline="", encoding="utf-8") as handle:
        return [row[column] for row in csv.DictReader(handle)]


@pytest.mark.parametrize("kind", [*KINDS, "model_quality"])
def test_every_kind_loads(kind: str) -> None:
    """Every kind gives rows, no text column with NaN, and counts of at least one."""
    frame = load(kind)
    assert len(frame) > 0
    text = frame.select_dtypes(exclude="number")
    assert int(text.isna().sum().sum()) == 0
    if "n" in frame:
        assert frame["n"].min() >= 1


def test_an_unknown_kind_names_the_known_ones() -> None:
    """A wrong kind is an error that lists the kinds."""
    with pytest.raises(ValueError, match="one of accuracy, speed_local"):
        load("speed")


def test_loading_twice_gives_frames_of_their_own() -> None:
    """A caller may change its frame: the next load does not see it."""
    first = load("cpu_bench")
    first["threads"] = 0
    assert load("cpu_bench")["threads"].min() == 1


@pytest.mark.parametrize(
    ("kind", "column", "share"),
    [
        ("speed_local", "device", 0.93),
        ("speed_serving", "device", 0.92),
        ("kernel_gemm", "device", 1.0),
        ("speed_local", "model_name", 0.96),
        ("speed_serving", "model_name", 0.98),
        ("accuracy", "model_name", 0.87),
        ("speed_local", "scheme_name", 0.92),
        ("speed_serving", "scheme_name", 0.98),
        ("accuracy", "scheme_name", 0.9),
    ],
)
def test_names_are_unified(kind: str, column: str, share: float) -> None:
    """Nearly every row carries catalogue names; the rest is in profiles/unmatched.csv."""
    assert (load(kind)[column] != "").mean() >= share


def test_unified_devices_are_in_the_catalogues() -> None:
    """A device is a row of gpus.csv, or a brand string that a pattern of cpus.csv matches."""
    gpus, patterns = set(_column("gpus.csv", "name")), _column("cpus.csv", "name_pattern")
    for name in sorted(set(_column("device_aliases.csv", "catalog")) - gpus):
        assert any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns), name


def test_unified_models_are_in_the_catalogue() -> None:
    """A model name is a row of models.csv."""
    assert set(_column("model_aliases.csv", "catalog")) - set(_column("models.csv", "name")) == set()


def test_canonical_scheme_names_are_the_catalogue_s() -> None:
    """The catalogue resolves every scheme name of the tables to itself, but for three only papers use."""
    known_only_here = re.compile(r"VPTQ-|W4A8-INT-lqer$|Q3_K_XS$")
    for kind in ("accuracy", "speed_local", "speed_serving"):
        for name in sorted(set(load(kind)["scheme_name"]) - {""}):
            if not known_only_here.match(name):
                assert find_scheme(name).name == name


def test_what_matches_nothing_is_listed() -> None:
    """Every raw name without a catalogue row is in profiles/unmatched.csv with a reason."""
    listed = set(zip(_column("unmatched.csv", "what"), _column("unmatched.csv", "raw"), strict=True))
    for kind in ("speed_local", "speed_serving", "accuracy"):
        frame = load(kind)
        lost = {("model", name) for name in frame.loc[frame["model_name"] == "", "model"]}
        if "device" in frame:
            lost |= {("hardware", name) for name in frame.loc[frame["device"] == "", "hardware"]}
        assert lost - listed == set()
    assert "" not in _column("unmatched.csv", "reason")


def test_no_figure_is_lost() -> None:
    """Every transcribed figure is in a table, alone or in a median: 13,137, 6,587, 12,786; 90 are our own."""
    assert {kind: int(load(kind)["n"].sum()) for kind in ("speed_local", "speed_serving", "accuracy")} == {
        "speed_local": 13137 + 90,
        "speed_serving": 6587,
        "accuracy": 12786,
    }


def test_matched_models_have_the_size_the_source_states() -> None:
    """The source's parameter count is within a factor of two of the catalogue's (rounding, embeddings)."""
    counts = zip(_column("models.csv", "name"), _column("models.csv", "params_b"), strict=True)
    sizes = {name: float(count) for name, count in counts if count}
    for kind in ("speed_local", "speed_serving", "accuracy"):
        frame = load(kind)
        ratio = frame["params_b"] / frame["model_name"].map(sizes)
        wrong = frame.loc[(ratio > 2) | (ratio < 0.5), ["model", "model_name"]].drop_duplicates()
        assert wrong.to_numpy().tolist() == [], kind


def test_apple_variants_are_told_apart_by_their_cores() -> None:
    """M3 Max has 30 or 40 GPU cores at 307 or 410 GB/s; without the count the full chip is meant."""
    assert device_name("Apple M3 Max", 30.0) == "Apple M3 Max (30-core GPU)"
    assert device_name("Apple M3 Max") == "Apple M3 Max (40-core GPU)"


def test_model_names_find_their_shapes() -> None:
    """Prequantized repositories and fine-tunes map to the model whose shapes they have, and say so."""
    assert model_name("Qwen3.6-35B-A3B-GPTQ-Int4") == "Qwen3.6-35B-A3B"
    assert model_basis("Qwen3.6-35B-A3B-GPTQ-Int4") == "prequantized"
    assert (model_name("Vicuna-7B-v1.5"), model_basis("Vicuna-7B-v1.5")) == ("Llama-2-7B", "fine-tune")
    assert model_name("LLaMA-65B") == ""


@pytest.mark.parametrize(
    ("raw", "group", "engine", "expected"),
    [
        ("Q4_K_M", float("nan"), "llama.cpp", "Q4_K_M"),
        ("Q4_K", float("nan"), "llama.cpp", "Q4_K_M"),
        ("Q4_K_R4", float("nan"), "ik_llama.cpp", "Q4_K_S"),
        ("IQ4_KS_R4", float("nan"), "ik_llama.cpp", "IQ4_KS"),
        ("Q4_K-pure", float("nan"), "ik_llama.cpp", "Q4_K-pure"),
        ("MXFP4", float("nan"), "llama.cpp", "MXFP4_MOE"),
        ("MXFP4", 32.0, "transformers", "MXFP4"),
        ("UD-Q4_K_XL+KV-q8_0", float("nan"), "llama.cpp", "UD-Q4_K_XL"),
        ("W4A16-RTN-perchannel", -1.0, "transformers", "W4A16-INT-rtn-perchannel"),
        ("W4A16-INT", 128.0, "vllm", "W4A16-INT-gptq-g128"),
        ("AWQ-4bit", float("nan"), "vllm", "W4A16-INT-awq-g128"),
        ("W4A16-HQQ-g128", 128.0, "transformers", "HQQ-4bit-g128"),
        ("MLX-4bit", float("nan"), "mlx", "MLX-4bit-g64"),
        ("EXL3-4.0BPW-MUL1", float("nan"), "exllamav3", "EXL3-4.0bpw"),
        ("FP8-DYNAMIC", float("nan"), "vllm", "W8A8-FP-dynamic"),
        ("W4A4KV4-SpinQuant-GPTQ", float("nan"), "transformers", "W4A4-INT-spinquant-gptq-perchannel"),
        ("Thireus-mix", float("nan"), "ik_llama.cpp", ""),
    ],
)
def test_scheme_spellings(raw: str, group: float, engine: str, expected: str) -> None:
    """The sources' spellings reach one canonical name; mixtures have none."""
    assert canonical(raw, group, engine=engine) == expected


def test_rows_that_quantize_only_the_cache_are_unquantized_weights() -> None:
    """A 2-bit KV cache beside 16-bit weights is F16 as far as weights go."""
    assert canonical("KV2", 128.0, 16.0, "transformers") == "F16"


def test_a_third_of_all_rows_does_not_become_a_third_of_the_weight() -> None:
    """The most measured machine carries the root of its weight."""
    frame = clean("speed_local", load("speed_local"))
    kept = frame[frame["excluded_reason"] == ""]
    share = kept.groupby("device")["weight"].sum().max() / kept["weight"].sum()
    assert share < (kept["device"].value_counts().max() / len(kept)) / 2


def test_weights_are_positive_where_kept_and_zero_elsewhere() -> None:
    """Every row is either kept with a weight or left out with a reason."""
    frame = clean("speed_local", load("speed_local"))
    kept = frame["excluded_reason"] == ""
    assert bool((frame.loc[kept, "weight"] > 0).all())
    assert frame.loc[~kept, "weight"].sum() == 0
    assert frame.loc[kept, "weight"].mean() == pytest.approx(1.0)
    assert kept.mean() > 0.75


def test_balance_gives_each_group_the_root_of_its_total() -> None:
    """Four rows of one device weigh twice one row of another."""
    weight = balance(pd.Series([1.0] * 5), pd.Series(["a"] * 4 + ["b"]))
    assert weight.tolist() == pytest.approx([0.5, 0.5, 0.5, 0.5, 1.0])


def test_a_median_of_many_counts_at_most_twice() -> None:
    """Repetitions of one source shrink its own noise, not what separates sources."""
    assert repeated(pd.Series([1.0, 3.0, 1e9])).tolist() == pytest.approx([1.0, 1.5, 2.0])


def _local(**cells: object) -> pd.DataFrame:
    row: dict[str, object] = {
        "phase": "decode",
        "unit": "tok/s",
        "value": 100.0,
        "concurrency": 1.0,
        "active_params_b": 8.0,
        "params_b": 8.0,
        "file_gib": float("nan"),
        "scheme": "Q4_K_M",
        "device": "GeForce RTX 4090",
        "n_devices": 1.0,
        "flags": "",
        "on_cpu": "",
        "ngl": "99",
    }
    return pd.DataFrame([{**row, **cells}])


def test_decode_above_the_bandwidth_is_impossible() -> None:
    """An 8B model at 16 bits is read at most 63 times a second on an RTX 4090; 100 needs four bits."""
    assert reads_too_fast(_local()).tolist() == [False]
    assert reads_too_fast(_local(scheme="F16")).tolist() == [True]
    assert reads_too_fast(_local(scheme="F16", concurrency=8.0)).tolist() == [False]
    assert reads_too_fast(_local(scheme="F16", n_devices=2.0)).tolist() == [False]


def test_an_offloaded_row_needs_its_layer_count() -> None:
    """Part of the weights on the CPU is usable only when the source says how many layers, or which part."""
    assert split_unknown(_local(flags="offloaded", ngl="partial")).tolist() == [True]
    assert split_unknown(_local(flags="offloaded", ngl="24")).tolist() == [False]
    assert split_unknown(_local(flags="offloaded", ngl="99", on_cpu="experts")).tolist() == [False]


def test_flags_are_matched_as_whole_words() -> None:
    """`pure` is not found in a longer flag."""
    assert has_flag(pd.DataFrame({"flags": ["impure;x", "pure", ""]}), "pure").tolist() == [
        False,
        True,
        False,
    ]
