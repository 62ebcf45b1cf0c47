"""The foot of the screens."""

from textual.widget import Widget

from advisor.tui.widgets.keys import Key, fitting


def of(*names_and_cells):
    """Keys of these actions, as wide as said."""
    return [Key(name, cells, Widget()) for name, cells in names_and_cells]


def test_keys_that_do_not_fit_are_left_out_from_the_end():
    """Help, the way out and the palette stay, in this order at the right end."""
    keys = of(("copy", 7), ("run", 6), ("leave", 7), ("help", 7), ("command_palette", 11))
    last = ["help", "leave", "command_palette"]
    assert [key.action for key in fitting(keys, 38)] == ["copy", "run", *last]
    assert [key.action for key in fitting(keys, 37)] == ["copy", *last]
    assert [key.action for key in fitting(keys, 10)] == last


def test_one_way_out_is_shown():
    """The second is there where the key of the first is a letter typed."""
    both = of(("leave", 7), ("quit", 7))
    assert [key.action for key in fitting(both, 80)] == ["leave"]
    assert [key.action for key in fitting(both[1:], 80)] == ["quit"]


async def test_the_foot_says_how_to_get_help_and_out(start):
    """On every screen, also where letters are typed, and no key is cut at any width."""
    for width in (60, 80, 120):
        async with start((width, 20)) as driver:
            foot = driver.text.splitlines()[-1]
            assert foot.endswith("^p palette")
            assert "? Help q Quit" in foot
            await driver.press("h")
            foot = driver.text.splitlines()[-1]
            assert foot.startswith("f5 Continue")
            assert "f1 Help ^q Quit" in foot


async def test_a_field_shows_no_key_that_it_would_take_as_text(start):
    """In the filter of the table / is a letter like any other."""
    async with start(at="t") as driver:
        assert "/ Filter" in driver.text.splitlines()[-1]
        await driver.press("slash")
        assert "/ Filter" not in driver.text.splitlines()[-1]
        assert "^p palette" in driver.text.splitlines()[-1]
