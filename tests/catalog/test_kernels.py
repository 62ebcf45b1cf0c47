"""profiles/engine_kernels.csv: every row names an engine, a backend and hardware that exist."""

from __future__ import annotations

import csv
import re
from typing import get_args

from advisor.catalog.kernels import backends_of, supports
from advisor.catalog.schemes.table import scheme_file
from advisor.data import folder
from advisor.documents.kinds import BACKENDS, SupportedModels, SupportLevel
from advisor.engines import all_engines

with (folder("profiles") / "engine_kernels.csv").open(newline="", encoding="utf-8") as handle:
    ROWS = list(csv.DictReader(handle))


def test_closed_columns_hold_their_words():
    """Backends, levels and kinds of models are lists of the documents; engines are files."""
    words = {
        "engine": set(all_engines()),
        "backend": set(BACKENDS),
        "level": set(get_args(SupportLevel)),
        "models": {"", *get_args(SupportedModels)},
    }
    wrong = [(name, row[name]) for row in ROWS for name in words if row[name] not in words[name]]
    assert wrong == []


def test_generations_are_numbers_and_chips_are_chips():
    """'8.9', and gfx ids."""
    bounds = [row[name] for row in ROWS for name in ("from", "to") if row[name]]
    assert [text for text in bounds if not re.fullmatch(r"\d+\.\d", text)] == []
    chips = [chip for row in ROWS for chip in row["chips"].split()]
    assert [chip for chip in chips if not re.fullmatch(r"gfx[0-9a-f]+", chip)] == []


def test_every_row_has_a_source():
    """A gate nobody can look up is an opinion."""
    assert [row for row in ROWS if not row["url"].startswith("https://")] == []


def test_every_kernel_belongs_to_a_scheme():
    """A row no scheme asks for is dead, a scheme whose kernel nobody has is in no engine."""
    table = scheme_file()
    asked = {row["supports"] for row in table["fixed"].values()}
    asked |= {who for row in table["methods"].values() for who in row["supports"].values()}
    asked |= {*table["low_activation"].values(), "gguf", "gguf-ik", "unquantized"}
    assert {row["kernel"] for row in ROWS} == asked - {"none"}


def test_a_kernel_nobody_has_runs_nowhere():
    """'none' is no row."""
    assert supports("none") == ()


def test_an_engine_that_ships_llama_cpp_has_its_backends():
    """Beside those of its own rows."""
    assert {"cuda", "metal", "cpu"} <= backends_of("ollama")
