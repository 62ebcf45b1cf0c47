"""The store looked over."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import pytest

from advisor.errors import StoreError
from advisor.measuring.check import FILE, Faulty, check, mend
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

SOUND = Row(kind="speed", metric="tokens_per_s", value=50.0, model="Llama-3.1-8B", scheme="Q4_K_M")


def faults() -> tuple[Faulty, ...]:
    """What a fresh look at the store finds."""
    with Store() as store:
        return check(store).faulty


@pytest.fixture
def poisoned(own_store):
    """A store of two rows, the second of them poisoned."""
    with Store() as store:
        store.add([SOUND, replace(SOUND, value=60.0)], Origin())
    with sqlite3.connect(own_store / "measurements.sqlite3") as db:
        db.execute("UPDATE rows SET value = -1 WHERE id = (SELECT max(id) FROM rows)")
    return own_store


def test_a_poisoned_row_is_named(poisoned):
    """Of all that were looked at; the file itself is whole."""
    with Store() as store:
        found = check(store)
    assert (found.rows, len(found.faulty), found.damage) == (2, 1, "")
    assert found.faulty[0].fault == "value is -1; no tokens_per_s is"


def test_what_is_taken_out_is_kept_beside_the_store_once(poisoned):
    """Also when a run was ended halfway and is done again."""
    found = faults()
    with Store() as store:
        path = mend(store, found)
    first = path.read_text()
    with Store() as store:
        mend(store, found)
    (row,) = map(json.loads, first.splitlines())
    assert (path, row["value"], path.read_text(), faults()) == (poisoned / FILE, -1, first, ())


def test_where_the_rows_cannot_be_kept_nothing_is_taken_out(poisoned):
    """One line that says so."""
    (poisoned / FILE).mkdir()
    found = faults()
    with Store() as store, pytest.raises(StoreError, match="nothing was taken out"):
        mend(store, found)
    assert faults() == found
