"""The questions as a form."""


async def test_the_help_of_a_field_is_whole(start):
    """Even the longest help is shown to its end at 80x24."""
    async with start() as driver:
        await driver.press("e")
        driver.app.screen.query_one("#tasks").focus()
        await driver.settle()
        assert "With a limit of its own: chat, math:1%" in " ".join(driver.text.split())
