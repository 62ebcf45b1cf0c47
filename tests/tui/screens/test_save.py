"""What is taken away, from the screen."""

from advisor.tui.answers import Answers

ANSWERS = Answers(
    hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp", accuracy="3", context="4096"
)


LLAMA = Answers(model="Llama-3.1-8B")


async def test_save_into_a_folder_that_cannot_be(start, tmp_path):
    """A folder that cannot be written is said to be at the field."""
    (tmp_path / "file").write_text("")
    async with start(answers=LLAMA) as driver:
        await driver.press("s")
        await driver.replace("folder", str(tmp_path / "file" / "below"))
        await driver.press("f5")
        assert "cannot write" in driver.problem("folder")


async def test_saving_from_the_screen(start, tmp_path):
    """s, a folder, Enter: the files are there."""
    async with start(answers=ANSWERS) as driver:
        await driver.press("s")
        await driver.replace("folder", str(tmp_path / "out"))
        await driver.press("enter")
        assert driver.screen == "AnswerScreen"
    assert len(list((tmp_path / "out").iterdir())) == 5
