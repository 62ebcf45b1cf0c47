"""The scripts that make and seal the tables, on small inputs."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from advisor.documents.origin import digest, read_origin

SCRIPTS = Path(__file__).parents[2] / "scripts"
pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason="the scripts are not part of an installation")


@pytest.fixture(autouse=True)
def scripts_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts import each other by bare name, as when run from their folder."""
    monkeypatch.syspath_prepend(str(SCRIPTS))


def test_sealing_writes_the_digest_and_the_rows(tmp_path: Path) -> None:
    """After a table changed, seal.py puts the new SHA-256 and row count into its origin, and nothing else."""
    seal = import_module("seal")

    data = tmp_path / "tasks.csv"
    data.write_text("a\n1\n2\n", encoding="utf-8")
    origin = tmp_path / "tasks.origin.toml"
    origin.write_text(
        'title = "t"\nproducer = "p"\nurl = ""\ndate_published = ""\ndate_accessed = "2026-11-21"\n'
        'licence = "MIT"\nderivation = "As transcribed."\nrows = 1\nsha256 = "0"\n',
        encoding="utf-8",
    )
    assert seal.seal(data) is True
    assert read_origin(data).sha256 == digest(data)
    assert read_origin(data).rows == 2
    assert seal.seal(data) is False
    assert len(tomllib.loads(origin.read_text(encoding="utf-8"))) == 9


def test_reduction_gives_one_median_per_configuration_without_words() -> None:
    """Three runs of one configuration become a median with n and spread; remarks stay behind, flags stay."""
    reduce = import_module("reduce")

    row = {"source_id": "s", "scheme": "Q4_K_M", "threads": "", "flags": "f", "notes": "fast!", "stderr": ""}
    other = row | {"scheme": "Q8_0"}
    table = reduce.reduced(
        pd.DataFrame([*(row | {"value": v} for v in ("10", "12", "20")), other | {"value": "7"}])
    )
    assert list(table.columns) == [
        "source_id",
        "scheme",
        "threads",
        "flags",
        "stderr",
        "value",
        "n",
        "spread",
    ]
    assert table["value"].tolist() == [12.0, 7.0]
    assert table["n"].tolist() == [3, 1]
    assert table["spread"].round(9).fillna(0.0).tolist() == [0.208333333, 0.0]
    assert table["flags"].tolist() == ["f", "f"]
