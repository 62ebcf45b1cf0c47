"""Terminals without colour."""

from advisor.tui.answers import Answers


async def test_the_plot_is_drawn_without_colour(start, monkeypatch):
    """NO_COLOR takes the colours away, not the plot; the keys of its views are in the last line."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with start(answers=Answers(model="Llama-3.1-8B", engines="llama.cpp")) as driver:
        await driver.press("f5", "f5", "p")
        assert driver.screen == "PlotScreen"
        assert "file, GB (across), expected loss, % (up)" in driver.text
        foot = driver.text.splitlines()[-1]
        assert [word for word in ("Size", "Speed", "Family", "Help", "Quit") if word not in foot] == []
        await driver.press("plus", "r", "2")
        assert "decode, tokens/s (across)" in driver.text
