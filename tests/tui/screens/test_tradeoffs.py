"""The table and the what-if beside it."""

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.recommendation.tradeoffs import tradeoffs
from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B", engines="vllm")


async def test_what_if_is_what_the_function_says(start):
    """Keys on the table change the need; the rows are those of `tradeoffs` for it."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t", "minus", "greater_than_sign", "left_square_bracket", "k")
        screen = driver.app.screen
        need = screen.reply.requirements
        assert (need.context_tokens, need.concurrency, need.max_loss_pct, need.kv_type) == (
            4096,
            2,
            10.0,
            "f16",
        )
        expected = tradeoffs(need, resolve_hardware("RTX 4090", Overrides()), resolve_model("Llama-3.1-8B"))
        assert expected.rows == screen.table.all_rows


async def test_another_machine_beside_the_table(start):
    """The machine is one of the controls."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t", "h")
        await driver.replace("machine", "2x A100 80GB")
        await driver.press("enter")
        assert driver.app.screen.reply.hardware.name == "2x A100 80GB"


async def test_adopting_what_if(start):
    """a makes the what-if the answers, and the answer is that of the table."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t", "right_square_bracket", "right_square_bracket", "right_square_bracket", "a")
        assert driver.screen == "AnswerScreen"
        assert driver.app.screen.reply.document.requirements.max_loss_pct == 1.0
        await driver.press("e")
        assert driver.app.screen.query_one("#loss").value == "1"


async def test_filter_sort_and_feasible(start):
    """/ filters by words, o sorts by the next column, f hides what does not meet the need."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t", "slash")
        await driver.type("awq g64")
        table = driver.app.screen.table
        assert {"W4A16-INT-awq-g64"} == {row.scheme for row in table.rows}
        await driver.replace("filter", "")
        await driver.press("enter", "f")
        assert {True} == {bool(row.feasible) for row in table.rows}
        table.sort("scheme")
        assert sorted(row.scheme for row in table.rows) == [row.scheme for row in table.rows]


async def test_a_ruled_out_row_says_why(start):
    """Enter on a scheme that cannot run opens the reason."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t", "end", "enter")
        assert "Nothing was computed of it" in driver.text
        assert "does not run on vllm" in " ".join(driver.text.split())


def _need():
    from advisor.documents.requirements import Requirements

    return Requirements(model="Llama-3.1-8B", context_tokens=4096)


async def test_what_if_marks_nonsense(start):
    """In the table, a control that makes no sense is marked and the figures stay."""
    async with start(answers=LLAMA) as driver:
        await driver.press("t")
        before = driver.app.screen.table.all_rows
        await driver.replace("context", "x")
        assert "give a whole number" in driver.problem("context")
        assert before == driver.app.screen.table.all_rows
