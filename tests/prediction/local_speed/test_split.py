"""Which part the processor does."""

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.prediction.local_speed.split import Totals, experts_part, layers_part, shares
from advisor.prediction.local_speed.work import Device
from advisor.sizing.weights import weigh

MODEL = find_model("Qwen3-30B-A3B")
WEIGHTS = weigh(MODEL, find_scheme("Q4_K_M"))
ACTIVE = WEIGHTS.active_bytes_per_token / WEIGHTS.total_bytes.value
CARD = Device("card", "gpu", "NVIDIA", "cuda", "Ada", 1e12)
CPU = Device("cpu", "cpu", "AMD", "cpu", "Zen 4", 8e10)


def test_experts_hold_nearly_all_and_are_read_little():
    """All experts of a mixture: nine tenths of the bytes held, no attention layer, 48 handed over."""
    part = experts_part(WEIGHTS, range(48), 48, ACTIVE)
    assert part.held > 0.9
    assert part.read < part.held
    assert (part.layers, part.handed_layers) == (0.0, 48.0)


def test_half_the_experts_are_half():
    """Each layer counts with its own bytes."""
    whole, half = (experts_part(WEIGHTS, range(n), 48, ACTIVE) for n in (48, 24))
    assert half.held == pytest.approx(whole.held / 2, rel=0.1)


def test_shares_sum_to_the_whole():
    """What the card and the processor do is everything."""
    totals = Totals(read_bytes=2e9, held_bytes=1.8e10, active_params=3e9, layers=48, kv_bytes=1e8)
    found = shares(totals, [(CARD, 1.0)], CPU, layers_part(WEIGHTS, 30, 48, ACTIVE))
    assert sum(share.read_bytes for share in found) == pytest.approx(2e9)
    assert sum(share.held_bytes for share in found) == pytest.approx(1.8e10)
    assert sum(share.layers for share in found) == pytest.approx(48)
