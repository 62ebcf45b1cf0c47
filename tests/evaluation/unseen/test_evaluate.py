"""The installed artifact on tables of new rows: what is judged is what people are told."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from advisor.data import folder
from advisor.errors import BadFileError, UsageError
from advisor.evaluation.unseen.evaluate import evaluate
from advisor.prediction.case import Case

DECODE = {
    "hardware": "RTX 4090",
    "hardware_kind": "gpu",
    "n_devices": "1",
    "backend": "cuda",
    "engine": "llama.cpp",
    "model": "Llama-3.1-8B",
    "params_b": "8.03",
    "scheme": "Q4_K_M",
    "phase": "decode",
    "gen_tokens": "128",
    "unit": "tok/s",
    "value": "131",
}
SERVED = DECODE | {
    "hardware": "H100 SXM",
    "engine": "vllm",
    "scheme": "W8A8-FP-dynamic",
    "phase": "serving",
    "prompt_tokens": "1024",
    "gen_tokens": "256",
    "concurrency": "16",
    "value": "1500",
}
SCORE = {
    "model": "Llama-3.1-8B",
    "params_b": "8.03",
    "family": "llama-3.1",
    "variant": "instruct",
    "method": "gguf-k",
    "scheme": "Q3_K_M",
    "weight_bits": "3",
    "metric": "accuracy_pct",
    "task_category": "knowledge",
    "dataset": "MMLU",
    "value": "64",
    "baseline_value": "68",
    "baseline_precision": "BF16",
}


def _table(tmp_path: Path, *rows: dict[str, str]) -> Path:
    path = tmp_path / "sent-in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _lines(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["figure"]: line for line in found["rows"]}


def _told(**changes: Any) -> Any:
    """What the advisor answers to the case of these words."""
    from advisor.prediction.outcome import predict

    return predict(Case(**changes))


def test_a_row_of_a_local_engine_is_held_against_the_answer(tmp_path: Path) -> None:
    """The error is that of the figure `advisor predict` gives for the same machine, model and scheme."""
    from advisor.catalog.models import find_model
    from advisor.catalog.resolve import resolve_hardware
    from advisor.catalog.schemes import find_scheme
    from advisor.documents.requirements import Load

    found = _lines(evaluate([_table(tmp_path, DECODE)]))["decode, GPU, dense"]
    told = _told(
        hardware=resolve_hardware("RTX 4090"),
        model=find_model("Llama-3.1-8B"),
        scheme=find_scheme("Q4_K_M"),
        engine="llama.cpp",
        backend="cuda",
        loads=(Load(prompt_tokens=0, output_tokens=128),),
    ).decode_tokens_per_s
    assert (found["rows"], found["sources"]) == (1, 1)
    assert found["median"] == pytest.approx(abs(told.value / 131 - 1), abs=0.005)
    assert found["covered"] == float(told.low <= 131 <= told.high)


def test_a_score_is_held_against_the_expected_loss(tmp_path: Path) -> None:
    """64 of 68 points kept is a loss of 5.9 %; the line says how far from that the prediction is."""
    from advisor.catalog.models import find_model
    from advisor.catalog.resolve import resolve_hardware
    from advisor.catalog.schemes import find_scheme

    found = _lines(evaluate([_table(tmp_path, SCORE)]))["loss on tasks, 3.5 to 4.7 bits"]
    told = _told(
        hardware=resolve_hardware("RTX 4090"),
        model=find_model("Llama-3.1-8B"),
        scheme=find_scheme("Q3_K_M"),
        engine="llama.cpp",
        backend="cuda",
        categories=("knowledge",),
        imatrix=True,
    ).retained_accuracy_pct["knowledge"]
    assert found["median"] == pytest.approx(abs(100 - told.value - 100 * (1 - 64 / 68)), abs=0.2)


def test_a_serving_engine_s_row_goes_to_its_predictor(tmp_path: Path) -> None:
    """One table may hold rows of local and of serving engines; each counts once."""
    found = evaluate([_table(tmp_path, SERVED, DECODE | dict.fromkeys(("prompt_tokens", "concurrency"), ""))])
    lines = _lines(found)
    assert lines["requests/s at a fixed number in flight"]["rows"] == 1
    assert lines["decode, GPU, dense"]["rows"] == 1
    assert found["rows_left_out"] == {}


def test_rows_the_fit_has_seen_are_not_judged(tmp_path: Path) -> None:
    """A table of measurements/ is refused: an artifact tried on its own rows would look better than it is."""
    path = sorted((folder("measurements") / "speed_local").glob("llama*.csv"))[0]
    with pytest.raises(UsageError, match="fitted on"):
        evaluate([path])
    renamed = tmp_path / "renamed.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).assign(source_id="mine").to_csv(renamed, index=False)
    with pytest.raises(UsageError, match="quoted"):
        evaluate([renamed])


def test_a_table_without_what_is_needed_says_so(tmp_path: Path) -> None:
    """The missing column is named."""
    without = {key: cell for key, cell in DECODE.items() if key != "unit"}
    with pytest.raises(BadFileError, match="missing column 'unit'"):
        evaluate([_table(tmp_path, without)])


def test_a_model_of_the_catalogue_needs_no_size(tmp_path: Path) -> None:
    """What the table leaves unsaid is the model's own parameter count; a model nobody knows is left out."""
    known = evaluate([_table(tmp_path, DECODE | {"params_b": ""})])
    assert _lines(known)["decode, GPU, dense"]["rows"] == 1
    with pytest.raises(UsageError, match="no parameter count"):
        evaluate([_table(tmp_path, DECODE | {"params_b": "", "model": "Nobody-Knows-It"})])
