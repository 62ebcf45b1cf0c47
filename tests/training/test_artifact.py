"""The artifact's files: the same bytes for the same document, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor.errors import UnknownNameError
from advisor.prediction.artifacts import FOLDER
from advisor.sizing.fitted import FOLDER as SIZES_FOLDER
from advisor.training.artifact import PARTS, as_text, fit_all, home


def test_a_document_is_one_line_per_entry_in_order() -> None:
    """Keys sorted; NaN is refused, for it is no JSON."""
    text = as_text({"b": [1, 2], "a": {"d": 1, "c": "é"}})
    assert text == '{\n "a": {"c":"é","d":1},\n "b": [1,2]\n}\n'
    assert json.loads(text) == {"a": {"c": "é", "d": 1}, "b": [1, 2]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_text({"a": float("nan")})


def test_a_part_is_written_once_and_then_the_same(tmp_path: Path) -> None:
    """Without writing nothing appears; a second fit finds the same bytes."""
    assert fit_all(("quality",), tmp_path, write=False) == {"quality.json": "changed"}
    assert list(tmp_path.iterdir()) == []
    assert fit_all(("quality",), tmp_path, write=True) == {"quality.json": "written"}
    assert fit_all(("quality",), tmp_path, write=True) == {"quality.json": "same"}
    assert (tmp_path / "quality.json").read_bytes() == (FOLDER / "quality.json").read_bytes()


def test_parts_lie_where_they_are_read() -> None:
    """Sizes with the sizes, all else with the predictors; an unknown part is named."""
    assert (home("sizes"), home("accuracy")) == (SIZES_FOLDER, FOLDER)
    with pytest.raises(UnknownNameError, match="accuracy"):
        fit_all(("nothing",), write=False)
    assert set(PARTS) == {"sizes", "decision", "quality", "accuracy", "serving_speed", "local_speed"}
