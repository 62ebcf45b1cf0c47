"""Evidence leads to its published tables."""

import pytest

from advisor.report.page.sources import link, named_sources


def test_tables_are_found_by_the_names_in_evidence():
    """At any depth, in keys and in values, once each and in order."""
    found = named_sources(
        {"terms": ["2 rows (localscore, exllama_readme)"], "localscore": 1}, "nobody knows it"
    )
    assert ["exllama_readme", "localscore"] == [name for name, _ in found]
    assert {True} == {bool(origin.url) for _, origin in found}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", ""])
def test_other_addresses_are_no_links(url):
    """Only pages of the web are linked."""
    assert "" == link(url)


def test_pages_of_the_web_are_links():
    """As they are."""
    assert "https://example.org/a" == link("https://example.org/a")
