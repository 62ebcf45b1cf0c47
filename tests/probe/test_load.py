"""How much of the processor others use."""

from __future__ import annotations

from collections import namedtuple

import pytest

from advisor.probe.load import BUSY_SHARE, cores_used, load_words

Times = namedtuple("Times", "user idle iowait guest")


@pytest.mark.parametrize(
    ("used", "cores", "words"),
    [
        (None, 8, None),
        (0.0, 8, None),
        (8 * BUSY_SHARE, 8, None),
        (1.2345, 8, "1.2 of 8 cores"),
        (1.7, 2, "1.7 of 2 cores"),
    ],
)
def test_only_what_is_shared_for_real_is_said(used: float | None, cores: int, words: str | None) -> None:
    """One process on eight cores is let pass, on two it is not."""
    assert words == load_words(used, cores)


def test_our_own_work_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 4 cores 3 were at work for one second, one of them for this process; guests count once."""
    times = iter([Times(0.0, 0.0, 0.0, 0.0), Times(3.0, 0.5, 0.5, 1.0)])
    own = iter([0.0, 1.0])
    monkeypatch.setattr("psutil.cpu_times", lambda: next(times))
    monkeypatch.setattr("psutil.cpu_count", lambda: 4)
    monkeypatch.setattr("time.process_time", lambda: next(own))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert 2.0 == cores_used(1.0)


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is unknown, not idle."""

    def refused() -> Times:
        raise OSError

    monkeypatch.setattr("psutil.cpu_times", refused)
    assert cores_used(0.0) is None
