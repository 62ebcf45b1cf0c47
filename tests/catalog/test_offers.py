"""Machines that can be rented or bought."""

from __future__ import annotations

import pytest

from advisor.catalog.offers import CARD_COUNTS, OWN_COLUMNS, cards, instances, left_out, own_offers
from advisor.errors import BadFileError


def test_every_instance_has_a_dated_price():
    """No offer stands without a price, its date and its source."""
    assert [] == [
        found.name
        for found in instances()
        if not (found.price.amount > 0 and found.price.date and found.price.source_url.startswith("https://"))
    ]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("RTX 4090,0.4,usd_per_hour,,me", "a price needs its date"),
        ("RTX 4090,free,usd_per_hour,2026-11,me", "'free' is not a number above zero"),
        ("RTX 4090,0.4,eur,2026-11,me", "the unit is usd_per_hour or usd"),
        ("RTX 9999,0.4,usd,2026-11,me", "unknown hardware 'RTX 9999'"),
        ("RTX 4090,0.4,usd,2026-13,me", "not '2026-13'"),
        ("RTX 4090,0,usd,2026-11,me", "'0' is not a number above zero"),
        ("RTX 4090", "'' is not a number above zero"),
        (",0.4,usd,2026-11,me", "the hardware name is empty"),
        ("RTX 4090,0.4,usd,2026-11," + "x" * 200_000, "field larger"),
    ],
)
def test_own_prices_that_make_no_sense(tmp_path, row, cause):
    """Each bad line is refused with its number and the mend."""
    path = tmp_path / "prices.csv"
    path.write_text(f"hardware,price,unit,date,source\n{row}\n", encoding="utf-8")
    with pytest.raises(BadFileError, match=f"line 2: .*{cause}"):
        own_offers(str(path))


def test_own_prices_are_offers_of_their_own(tmp_path):
    """A line without a source is its own; the year alone is a date."""
    path = tmp_path / "prices.csv"
    path.write_text("unit,price,hardware,date,source\nusd,1999.5,2x RTX 4090,2026,\n", encoding="utf-8")
    (found,) = own_offers(str(path))
    assert (found.name, found.provider, len(found.hardware.gpus)) == ("2x RTX 4090", "own", 2)
    assert (found.price.amount, found.price.unit, found.price.date) == (1999.5, "usd", "2026")
    assert found.price.source_url == f"{path}, line 2"


def test_a_table_without_a_needed_column_is_no_price_list(tmp_path):
    """All that it needs are named."""
    path = tmp_path / "prices.csv"
    path.write_text("hardware,price\nRTX 4090,1\n", encoding="utf-8")
    with pytest.raises(
        BadFileError, match="lacks the columns unit, date, source; it needs " + ", ".join(OWN_COLUMNS)
    ):
        own_offers(str(path))


def test_cards_are_sold_by_the_board():
    """One to eight of a card at as many times its price; a whole machine once."""
    of_card = [found for found in cards() if found.name.endswith("L40S")]
    assert [len(found.hardware.gpus) for found in of_card] == list(CARD_COUNTS)
    assert [found.price.amount / of_card[0].price.amount for found in of_card] == list(CARD_COUNTS)
    assert [
        found.name for found in cards() if found.name.startswith("Apple") and len(found.hardware.gpus) > 1
    ] == []


def test_what_is_no_offer_is_counted():
    """Three reasons, each with its number."""
    assert [line.split(" ", 1)[1].partition(":")[0] for line in left_out()] == [
        "instances without a GPU",
        "instances with a fraction of a GPU",
        "instances without a dated price",
    ]
