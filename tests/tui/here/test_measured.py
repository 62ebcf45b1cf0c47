"""Predicted beside measured, with the real engine on random weights."""

import pytest

from advisor.api import this_machine
from advisor.measuring.store import Store
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.here.download import StoppedError
from advisor.tui.here.measured import beside_predicted, measure_plan

pytest.importorskip("cyllama", reason="the engine extra is not installed")
SMALLEST = Answers(model="SmolLM2-135M", engines="llama.cpp")


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """The plan of a model small enough to be measured in a test, and this machine."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
    talk = Conversation(SMALLEST, this_machine)
    talk.read_machine()
    return talk.ask(SMALLEST).document.recommendation, talk


def test_before_any_download(plan):
    """Both phases are measured, stand beside what was predicted, and are kept."""
    found, talk = plan
    shares = []
    rows = measure_plan(found, None, talk.probed, lambda share, words: shares.append(share), lambda: False)
    assert [row.phase for row in rows] == ["prefill", "decode"]
    lines = beside_predicted(found, rows)
    assert lines[1].startswith("decode: predicted ")
    assert "; measured " in lines[1]
    assert shares == sorted(shares)
    with Store() as store:
        assert store.count(model=found.model) == 2


def test_stopped(plan):
    """It ends between two repetitions, and nothing is kept."""
    found, talk = plan
    with pytest.raises(StoppedError, match="nothing was kept"):
        measure_plan(found, None, talk.probed, lambda share, words: None, lambda: True)
