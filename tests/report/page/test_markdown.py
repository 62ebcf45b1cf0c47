"""The report as Markdown."""

from dataclasses import replace

from advisor.api import recommend, tradeoffs
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.report.page.answer import Answer
from advisor.report.page.markdown import markdown
from advisor.report.tradeoffs import markdown as tradeoffs_markdown


def answer() -> Answer:
    """Of one model on one machine."""
    model = resolve_model("Llama-3.1-8B")
    need = Requirements(model=model.name, engines=("llama.cpp",))
    machine = resolve_hardware("RTX 4090", Overrides())
    return Answer(
        document=recommend(need, machine, model),
        table=tradeoffs(need, machine, model),
        commands=("advisor …",),
    )


def test_the_table_is_that_of_tradeoffs():
    """`tradeoffs --format markdown` and the report show the same rows."""
    found = answer()
    assert tradeoffs_markdown(found.table) in markdown([found])


def test_command_cannot_leave_its_fence():
    """A command with a fence in it is fenced by a longer one."""
    found = answer()
    plan = replace(found.document.recommendation, run_command="echo '```'\n# free")
    text = markdown([replace(found, document=replace(found.document, recommendation=plan))])
    assert "````sh\necho '```'\n# free\n````" in text
