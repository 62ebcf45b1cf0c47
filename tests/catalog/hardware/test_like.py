"""What to say of a machine nobody knows."""

from __future__ import annotations

import pytest

from advisor.catalog.hardware.like import like_hardware
from advisor.catalog.hardware.machines import all_machines

KINDS = {machine.name: machine.kind for machine in all_machines()}


@pytest.mark.parametrize(
    ("text", "kind"), [("Galaxy S99", "phone"), ("Raspberry Pi 9", "board"), ("Legion Go 7", "handheld")]
)
def test_a_kind_is_answered_with_its_kind(text, kind):
    """Up to five names, all of machines of that kind."""
    names, hint = like_hardware(text)
    known = {KINDS[name] for name in names if name in KINDS}
    assert (known <= {kind}, 0 < len(names) <= 5, "--ram and --bandwidth" in hint) == (True, True, True)


@pytest.mark.parametrize(
    ("text", "first", "hint"),
    [
        ("RTX 4009", "GeForce RTX 4090", "--vram and --bandwidth"),
        ("g5.99xlarge", "g5", "or name its GPUs, as in '4x L4'"),
        ("Radeon RX 7900 XTY", "Radeon RX 7900 XT", "--vram and --bandwidth"),
    ],
)
def test_a_makers_name_is_answered_with_its_gpus(text, first, hint):
    """An instance with instances."""
    names, said = like_hardware(text)
    assert (names[0].startswith(first), hint in said) == (True, True)
