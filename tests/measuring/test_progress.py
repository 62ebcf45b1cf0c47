"""A progress bar with the time left."""

from __future__ import annotations

import pytest

from advisor.measuring import progress
from advisor.measuring.progress import Progress, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5399, "90 min".replace("90 min", "1 h 30 min")),
        (4800, "80 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    """Seconds, minutes, hours."""
    assert words == duration(seconds)


def test_the_rest_goes_as_fast_as_what_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quarter in ten seconds leaves thirty; work that needs not be done never was."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = Progress(6, shown=True)
    bar.skip(2)
    now[0] = 10.0
    bar.step(1, "prefill")
    assert "30 s left  prefill" in capsys.readouterr().err


def test_nothing_is_drawn_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error of a script stays readable."""
    bar = Progress(1, shown=False)
    bar.step(1, "decode")
    bar.end()
    assert ("", "") == capsys.readouterr()
