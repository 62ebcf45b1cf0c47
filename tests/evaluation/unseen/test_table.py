"""A table of new rows: what it must hold, and what of it is new."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from advisor.errors import BadFileError
from advisor.evaluation.unseen.table import read, unseen
from advisor.training.data import tables

HEAD = "model,family,variant,method,scheme,metric,value,baseline_value\n"
ROW = "Llama-3.1-8B,,instruct,gguf-k,Q3_K_M,accuracy_pct,64,68\n"


def test_a_column_called_metric_makes_it_a_table_of_accuracy(tmp_path: Path) -> None:
    """Source and count may be left out: the file's name, and one. Size and family are the catalogue's."""
    path = tmp_path / "mine.csv"
    path.write_text(
        HEAD.replace("family,", "").replace("model,", "model,weight_bits,task_category,dataset,")
        + ROW.replace(",,", ",").replace("8B,", "8B,3,knowledge,MMLU,", 1)
    )
    found = read(path)
    assert list(found) == ["accuracy"]
    row = found["accuracy"].iloc[0]
    assert (row["source_id"], row["n"], row["model_name"]) == ("mine", 1.0, "Llama-3.1-8B")
    assert row["params_b"] == pytest.approx(8.03, abs=0.01)


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(BadFileError, match=r"none\.csv is no table that can be read"):
        read(tmp_path / "none.csv")


def test_known_sources_and_quoted_figures_are_not_new() -> None:
    """Three rows: of a source held, a held figure under another source, and one that is new."""
    held = tables.load("accuracy").head(1)
    quoted = held.assign(source_id="elsewhere")
    reasons: Counter[str] = Counter()
    new = held.assign(source_id="elsewhere", value=held["value"] + 1.234)
    found = [len(unseen("accuracy", frame, reasons)) for frame in (held, quoted, new)]
    assert found == [0, 0, 1]
    assert set(reasons.values()) == {1}
