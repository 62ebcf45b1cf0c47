"""One browser tab."""

import pytest

pytest.importorskip("textual_serve", reason="the web extra is not installed")

from advisor.tui.web.session import LARGEST, _understood, cells


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (("100", "30"), (100, 30)),
        ((10**6, 10**6), LARGEST),
        ((0, -5), (1, 1)),
        (("wide", None), (80, 24)),
        (("9" * 5000, 1), (LARGEST[0], 1)),
    ],
)
def test_a_tab_asks_for_a_screen_that_fits_into_memory(asked, given):
    """Numbers are kept in bounds, anything else is 80x24."""
    assert given == cells(*asked)


@pytest.mark.parametrize(
    ("envelope", "understood"),
    [
        (["stdin", "q"], ("stdin", "q")),
        (["resize", {"width": 10**9, "height": 10}], ("resize", (LARGEST[0], 10))),
        (["focus"], ("focus", None)),
    ],
)
def test_messages_of_the_page(envelope, understood):
    """Keys, sizes and the focus."""
    assert understood == _understood(envelope)


@pytest.mark.parametrize(
    "envelope", [None, [], ["stdin"], ["stdin", 3], ["resize", "x"], {"stdin": "q"}, ["open", "/"]]
)
def test_anything_else_is_no_message(envelope):
    """It ends the tab."""
    with pytest.raises(ValueError, match="not a message of the page"):
        _understood(envelope)
