"""Predicted beside measured, with the real engine on random weights."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from advisor.api import this_machine
from advisor.documents.outcome import Estimate
from advisor.errors import UsageError
from advisor.measuring.store import Store
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation
from advisor.tui.here.download import StoppedError
from advisor.tui.here.measured import Measured, beside_predicted, measure_plan

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
    what = Measured(found, talk.model(SMALLEST), None)
    rows = measure_plan(what, talk.probed, lambda share, words: shares.append(share), lambda: False)
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
    what = Measured(found, talk.model(SMALLEST), None)
    with pytest.raises(StoppedError, match="nothing was kept"):
        measure_plan(what, talk.probed, lambda share, words: None, lambda: True)


def test_a_file_that_is_gone(plan, tmp_path):
    """It is said with the mend, and nothing is measured."""
    found, talk = plan
    what = Measured(found, talk.model(SMALLEST), tmp_path / "gone.gguf")
    with pytest.raises(UsageError, match=r"gone\.gguf is gone: get it again"):
        measure_plan(what, talk.probed, lambda share, words: None, lambda: False)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (100.0, "+0 % predicted, inside"),
        (10.0, "predicted 10 times as fast"),
        (1000.0, "predicted 10 times as slow"),
    ],
)
def test_how_far_apart_they_are(plan, measured, said):
    """In percent, or as a multiple where percents say nothing."""
    found = plan[0]
    figure = Estimate(value=100.0, low=50.0, high=150.0, basis="interpolated")
    found = replace(found, predicted=replace(found.predicted, decode_tokens_per_s=figure))
    row = SimpleNamespace(phase="decode", value=measured, flags="")
    assert said in beside_predicted(found, [row])[0]
