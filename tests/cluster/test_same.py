"""Workers answer with the asker's measurements and the asker's version, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.api import answer_line
from advisor.cluster.batch import answered
from advisor.cluster.same import Asker, asker, become, installed
from advisor.errors import UsageError
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.recommendation.batch import written

CASE = json.dumps({"model": "Llama-3.1-8B", "scheme": "Q4_K_M"})
KLD: dict[str, Any] = {"kind": "accuracy", "metric": "kld_mean", "model": "Llama-3.1-8B", "scheme": "Q4_K_M"}


def test_workers_use_the_measurements_of_the_one_who_asks(
    cluster: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A KLD of 0.5 in the asker's store changes the answer here and on a worker alike; without the store
    both are the public answer again."""
    public = written(answer_line(CASE)) + "\n"
    with monkeypatch.context() as patch:
        patch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
        with Store() as store:
            store.add([Row(**KLD, value=0.5, sd=0.01, dataset="mine")], Origin())
        own = written(answer_line(CASE)) + "\n"
        assert own != public
        assert [(own, frozenset({""}))] == list(answered([CASE], cluster))
    assert [(public, frozenset({""}))] == list(answered([CASE], cluster))


def test_another_version_on_a_node_is_refused_with_the_mend() -> None:
    """Its answers would not be those of this machine."""
    with pytest.raises(UsageError, match="install the same on every node"):
        become(Asker(installed="another", store=None))


def test_the_asker_names_its_installation_and_brings_no_store_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """64 hexadecimal digits, the same each time."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
    assert (Asker(installed(), None), 64) == (asker(), len(installed()))
