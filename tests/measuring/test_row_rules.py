"""A row that would spoil later answers is refused by name, and nothing of its file is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.errors import BadFileError, ExitCode
from advisor.measuring.row_rules import fault
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

SOUND = {"kind": "speed", "metric": "tokens_per_s", "value": 50.0, "model": "Llama-3.1-8B"}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"value": 0.0}, "value is 0; no tokens_per_s is"),
        ({"value": -5.0}, "value is -5"),
        ({"value": float("inf")}, "value is inf"),
        ({"value": float("nan")}, "value is nan"),
        ({"value": 1e-300}, "value is 1e-300"),
        ({"sd": -1.0}, "sd is -1"),
        ({"depth": -3}, "depth is -3"),
        ({"n": 10**400}, "n is"),
        ({"scheme": "\x1b[31mQ4_0"}, "scheme holds control characters"),
        ({"model": "\ud800"}, "model holds control characters"),
        ({"model": "x" * 1001}, "model has 1001 characters"),
        ({"facts": {"model_profile": 5}}, "model_profile must be a JSON object"),
        ({"facts": {"model_profile": {"name": "x"}}}, "lacks the field 'source'"),
        ({"facts": {"\ud800": 1}}, "facts cannot be kept"),
        ({"facts": {"best": 0}}, "fastest repetition is 0"),
        ({"kind": "luck"}, "kind is 'luck'"),
    ],
)
def test_what_is_wrong_is_named(cells, words):
    """Zero, negative, endless and absurd figures, control characters and a broken model document."""
    assert words in fault(Row(**{**SOUND, **cells}))


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"gpu_layers": -1},
        {"kind": "accuracy", "metric": "kld_mean", "value": -1e-5},
        {"kind": "accuracy", "metric": "score", "value": 0.0},
        {"facts": {"model_profile": {"name": "x", "source": "user", "n_params": 7_000_000_000}}},
    ],
)
def test_what_benchmarks_print_is_sound(cells):
    """All layers on the GPU, a divergence below zero by rounding, a score of nothing, a model of no list."""
    assert "" == fault(Row(**{**SOUND, **cells}))


def test_one_bad_row_keeps_the_whole_file_out(own_store: Path):
    """The first row is not kept either."""
    with Store() as store:
        with pytest.raises(BadFileError, match=r"x\.jsonl, row 2: value is 0"):
            store.add([Row(**SOUND), Row(**{**SOUND, "value": 0.0})], Origin(file_name="x.jsonl"))
        assert 0 == store.count()


@pytest.mark.parametrize("value", ["0", "-5", "Infinity", "1e-300", "NaN", "1e400", "9" * 400])
def test_an_import_of_such_a_figure_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: str
):
    """Exit code 6 and no traceback, and the next answer comes."""
    file = tmp_path / "rows.jsonl"
    file.write_text(
        '{"kind":"speed","metric":"tokens_per_s","phase":"decode","model":"Llama-3.1-8B","scheme":"Q4_K_M",'
        f'"engine":"llama.cpp","backend":"cpu","host":"9bd7b0ff5a21","tool":"t","value":{value}}}'
    )
    assert ExitCode.BAD_FILE == run(["measurements", "import", str(file)])
    assert 1 == len(capsys.readouterr().err.splitlines())
