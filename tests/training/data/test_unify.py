"""Devices and models as the sources spell them, in the catalogues."""

from __future__ import annotations

import csv
import re

from advisor.data import folder
from advisor.training.data.tables import load
from advisor.training.data.unify import device_name, model_name


def _column(file: str, column: str) -> list[str]:
    with (folder("profiles") / file).open(newline="", encoding="utf-8") as handle:
        return [row[column] for row in csv.DictReader(handle)]


def test_unified_devices_are_in_the_catalogues() -> None:
    """A device is a row of gpus.csv, or a brand string that a pattern of cpus.csv matches."""
    gpus, patterns = set(_column("gpus.csv", "name")), _column("cpus.csv", "name_pattern")
    for name in sorted(set(_column("device_aliases.csv", "catalog")) - gpus):
        assert any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns), name


def test_unified_models_are_in_the_catalogue() -> None:
    """A model name is a row of models.csv."""
    assert set(_column("model_aliases.csv", "catalog")) - set(_column("models.csv", "name")) == set()


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


def test_apple_variants_are_told_apart_by_their_cores() -> None:
    """M3 Max has 30 or 40 GPU cores at 307 or 410 GB/s; without the count the full chip is meant."""
    assert device_name("Apple M3 Max", 30.0) == "Apple M3 Max (30-core GPU)"
    assert device_name("Apple M3 Max") == "Apple M3 Max (40-core GPU)"


def test_model_names_find_their_shapes() -> None:
    """Prequantized repositories and fine-tunes map to the model whose shapes they have."""
    assert model_name("Qwen3.6-35B-A3B-GPTQ-Int4") == "Qwen3.6-35B-A3B"
    assert model_name("Vicuna-7B-v1.5") == "Llama-2-7B"
    assert model_name("LLaMA-65B") == ""


def test_matched_models_have_the_size_the_source_states() -> None:
    """The source's parameter count is within a factor of two of the catalogue's (rounding, embeddings)."""
    counts = zip(_column("models.csv", "name"), _column("models.csv", "params_b"), strict=True)
    sizes = {name: float(count) for name, count in counts if count}
    for kind in ("speed_local", "speed_serving", "accuracy"):
        frame = load(kind)
        ratio = frame["params_b"] / frame["model_name"].map(sizes)
        wrong = frame.loc[(ratio > 2) | (ratio < 0.5), ["model", "model_name"]].drop_duplicates()
        assert wrong.to_numpy().tolist() == [], kind
