"""The learning pages."""


async def test_own_numbers(start):
    """Typed numbers move the steps; keys change bits, symmetry and blocks; nonsense is marked."""
    from advisor.tui.answers import Answers

    async with start(answers=Answers(model="Llama-3.1-8B", engines="vllm")) as driver:
        await driver.press("l")
        await driver.replace("values", "1 2 4 8")
        assert "scale = max|x| / 127 = 8 / 127" in driver.text
        await driver.press("b", "y", "g")
        assert "INT4 asymmetric, per block of 8" in driver.text
        await driver.replace("values", "1 two")
        assert "'two' is no number" in driver.problem("values")
