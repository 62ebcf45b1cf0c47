"""The page is whole in itself, says what the answer says, and runs nobody's code but its own."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from advisor.api import recommend, tradeoffs
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Requirements
from advisor.report.page.answer import Answer
from advisor.report.page.html import html as page_of
from advisor.report.tradeoffs import HEADER

CANARIES = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "a$b$ & 'c'")


def answer(hardware: str = "RTX 4090", **need) -> Answer:
    """A model on a machine."""
    model = resolve_model("Llama-3.1-8B")
    asked = Requirements(model=model.name, engines=("llama.cpp",), **need)
    machine = resolve_hardware(hardware, Overrides())
    document = recommend(asked, machine, model)
    return Answer(
        document=document, table=tradeoffs(asked, machine, model), commands=("advisor recommend --model=X",)
    )


@pytest.fixture(scope="module")
def one() -> Answer:
    """One answer that is good."""
    return answer()


def html(answers: list[Answer]) -> str:
    """The page of a version that does not change."""
    return page_of(answers, "1.2.3")


class Tags(HTMLParser):
    """Every start tag with its attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Kept."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        """Kept."""
        self.text += data


def test_nothing_is_loaded_from_elsewhere(one):
    """No element of the page fetches anything: only links that a reader follows lead away."""
    outside = [
        (tag, name)
        for tag, attributes in Tags(html([one])).tags
        for name, value in attributes.items()
        if "//" in (value or "") and (tag, name) != ("a", "href") and not name.startswith("xmlns")
    ]
    assert [] == outside


def test_the_policy_allows_the_script_of_the_page_alone(one):
    """The content security policy holds the hash of the one script."""
    page = html([one])
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("canary", CANARIES)
def test_what_strangers_wrote_stays_text(one, canary):
    """Names and reasons that look like markup, templates or formulas are shown as they are, in plots too."""
    document, table = one.document, one.table
    machine = replace(document.hardware, name=canary)
    plan = replace(document.recommendation, scheme=canary, why=(canary,), run_command=canary)
    rows = tuple(replace(row, scheme=canary, reason=canary) for row in table.rows)
    hostile = Answer(
        document=replace(document, hardware=machine, recommendation=plan, warnings=(canary,)),
        table=replace(table, hardware=machine, model=canary, rows=rows),
        sections={canary: {canary: canary}},
        commands=(canary,),
    )
    before, after = Tags(html([one])), Tags(html([hostile]))
    assert canary in after.text
    assert {tag for tag, _ in before.tags} | {"details", "summary"} == {tag for tag, _ in after.tags} | {
        "details",
        "summary",
    }
    assert [] == [name for _, attributes in after.tags for name in attributes if name.startswith("on")]


def test_address_of_a_script_is_no_link(one):
    """A `javascript:` address in a document is not made a link."""
    document = one.document
    score = replace(document.recommendation.expected_scores[0], url="javascript:alert(1)")
    plan = replace(document.recommendation, expected_scores=(score,))
    assert "javascript:" not in html([replace(one, document=replace(document, recommendation=plan))])


def test_every_scheme_with_a_size_has_a_row(one):
    """The table holds what `tradeoffs` holds, the recommended row first."""
    page = html([one])
    rows = re.findall(r"<tr data-engine=.*?</tr>", page, re.DOTALL)
    assert sum(row.file_size_bytes is not None for row in one.table.rows) == len(rows)
    assert one.document.recommendation.scheme in rows[0]
    assert {len(HEADER)} == {row.count("<td") for row in rows}


def test_several_answers_are_compared():
    """With two machines a table side by side comes first and marks the better figures."""
    page = html([answer(), answer("RTX 3060")])
    assert page.index("Side by side") < page.index('<article id="a1"')
    assert page.count("<article ") == 2
    assert "<small>best</small>" in page


def test_ids_are_unique():
    """Two answers, four plots: no id twice, so that no plot draws with the marks of another."""
    ids = [
        attributes["id"]
        for _, attributes in Tags(html([answer(), answer("RTX 3060")])).tags
        if "id" in attributes
    ]
    assert len(set(ids)) == len(ids)


def test_nothing_fits_says_what_comes_closest():
    """The page of a need that nothing meets shows the nearest miss and what to relax."""
    found = answer("RTX 3060", min_decode_tokens_per_s=5000.0)
    assert "nothing_fits" == found.document.status
    text = Tags(html([found])).text
    assert "Nothing meets this need on this machine" in text
    assert found.document.nearest_miss.misses[0] in text


def test_the_same_answer_gives_the_same_bytes(one):
    """No date, no random id: a page can be compared with the one of last month."""
    assert html([one]) == html([one])
