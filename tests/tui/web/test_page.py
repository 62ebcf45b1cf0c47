"""The page that holds the terminal."""

import re

from advisor.tui.web.page import page, policy


def test_nothing_comes_from_another_host():
    """Every address of the page is its own, but for the socket it was given."""
    text = page("ws://127.0.0.1:8000/ws?token=t", "n0nce")
    found = set(re.findall(r'(?:src|href|url\()="?([^">)]+)', text))
    assert {True} == {address.startswith(("/static/", "data:", '"/static/')) for address in found}
    assert 'data-session-websocket-url="ws://127.0.0.1:8000/ws?token=t"' in text


def test_what_is_put_in_stays_text():
    """A socket that would close its attribute is escaped."""
    assert "<script>alert" not in page('"><script>alert(1)</script>', "n")


def test_the_policy_lets_in_the_page_alone():
    """Nothing by default, scripts of the page and its own one, and one socket."""
    rules = dict(rule.split(" ", 1) for rule in policy("ws://127.0.0.1:8000", "n").split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self' 'nonce-n'"
    assert rules["connect-src"] == "'self' ws://127.0.0.1:8000"
