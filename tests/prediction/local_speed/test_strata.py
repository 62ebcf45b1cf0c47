"""Which measured groups an interval is drawn from."""

import pytest

from advisor.prediction.local_speed.strata import SPLIT, draw, stratum_chain
from advisor.prediction.local_speed.work import Device, Share, Work

CARD = Device("card", "gpu", "NVIDIA", "cuda", "Ada Lovelace", 1e12)
SHARE = Share(CARD, 4e9, 4e9, 8e9, 32, 1e8)
WORK = Work(shares=(SHARE,), engine="llama.cpp", family="Q4_K", active_share=1.0, attention_flops=1e9)
WIDE = {"groups": 120, "half_widths": {"0.9": 2.0, "0.99": 4.0}}
NARROW = {"groups": 20, "half_widths": {"0.9": 1.0, "0.99": None}}


def test_the_particular_stratum_counts_where_it_carries_the_confidence():
    """Twenty groups of the kind answer 90 %; 99 % takes the wider stratum's hundred and twenty."""
    table = {"gpu|dense": NARROW, "all": WIDE}
    assert (draw(table, WORK, 0.9).scales, draw(table, WORK, 0.9).stratum) == (1.0, "gpu|dense")
    assert (draw(table, WORK, 0.99).scales, draw(table, WORK, 0.99).stratum) == (4.0, "all")


def test_beyond_every_group_there_is_no_width():
    """What no groups carry is not made up."""
    assert draw({"all": WIDE}, WORK, 0.999).scales is None
    assert draw({"all": WIDE}, WORK, 0.999).groups == 120


@pytest.mark.parametrize("change", [{"upload_s": 0.1}, {"shares": (SHARE, SHARE)}])
def test_work_on_two_kinds_of_memory_has_a_stratum_of_its_own(change):
    """Processor and card together are judged by such rows."""
    assert stratum_chain(WORK._replace(**change))[0] == SPLIT


def test_cards_of_one_maker_are_judged_by_such_cards():
    """What a maker's cards were off by counts first, where nine groups of them were left out."""
    table = {"gpu|dense|NVIDIA": {**NARROW, "groups": 9}, "gpu|dense": WIDE}
    assert stratum_chain(WORK)[:2] == ("gpu|dense|NVIDIA", "gpu|dense")
    assert draw(table, WORK, 0.9).stratum == "gpu|dense|NVIDIA"
    assert draw({**table, "gpu|dense|NVIDIA": {**NARROW, "groups": 8}}, WORK, 0.9).stratum == "gpu|dense"
