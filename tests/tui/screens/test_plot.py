"""What the plots show, and how evidence is worded."""

from math import log10

import pytest

from advisor.report.series import LOSS, SIZE, SPEED, limits, series, tick_label, ticks
from advisor.tui.answers import Answers
from advisor.tui.conversation import Conversation

ANSWERS = Answers(hardware="RTX 4090", model="Qwen3-8B", engines="llama.cpp", context="4096")


@pytest.fixture(scope="module")
def reply():
    """One answer."""
    return Conversation(ANSWERS, probe=lambda: None).ask(ANSWERS)


def test_points_are_the_tables_rows(reply):
    """Every row with both figures that meets the need is one point, in GB and in logarithms of percent."""
    rows = [row for row in reply.table.rows if row.feasible and row.loss_pct.get("mix")]
    found = {
        point.name: point for line in series(reply.table.rows, SIZE, LOSS, False) for point in line.points
    }
    assert len(found) == len(rows)
    row = next(row for row in rows if row.scheme == "Q4_K_M")
    point = found["Q4_K_M (llama.cpp)"]
    assert point.x[0] == row.file_size_bytes.value / 1e9
    assert point.y == tuple(log10(getattr(row.loss_pct["mix"], end)) for end in ("value", "low", "high"))


def test_everything_adds_what_does_not_meet_the_need(reply):
    """e shows more, never less."""
    few, many = (
        sum(len(line.points) for line in series(reply.table.rows, SPEED, LOSS, e)) for e in (False, True)
    )
    assert few <= many


def test_every_point_is_inside_the_limits(reply):
    """Nothing is drawn on the frame, front intervals included."""
    found = series(reply.table.rows, SIZE, LOSS, True)
    left, right, bottom, top = limits(found, True)
    for point in (point for line in found for point in line.points):
        assert left < point.x[0] < right
        assert bottom < point.y[0] < top
    assert limits([], True) is None


def test_logarithmic_ticks():
    """1, 3, 10 … within the axis, and zero at its lower edge."""
    assert [tick_label(tick) for tick in ticks(-2.0, 1.0)] == ["0", "0.03", "0.1", "0.3", "1", "3", "10"]


async def test_points_are_walked_and_opened(start):
    """The first arrow goes to the chosen point, the next to its neighbour; Enter opens what is named."""
    async with start(answers=ANSWERS, at="p") as driver:
        screen = driver.app.screen
        await driver.press("right")
        assert screen.here.name == screen.chosen
        across = screen.here.x
        await driver.press("right")
        assert screen.here.x >= across
        assert f"{screen._row().engine}, {screen._row().scheme}: loss" in driver.text
        for words in ("better ↙", "Pareto front", "◉"):
            assert words in driver.text
        await driver.press("enter")
        assert driver.screen == "EvidenceScreen"
