"""profiles/instances.csv: every instance is found and made of rows that exist."""

from __future__ import annotations

from advisor.catalog.gpus import gpu_row
from advisor.catalog.hardware import describe_machine
from advisor.catalog.hardware.cloud import find_instance, instance_names
from advisor.catalog.names import GIB
from advisor.errors import UsageError


def test_every_instance_is_described_or_says_what_is_missing() -> None:
    """Those with accelerators of which no table states figures are refused; all others have their GPUs."""
    refused = 0
    for name in instance_names():
        instance = find_instance(name.upper())
        assert instance is not None
        if instance.card:
            assert gpu_row(instance.card).catalog_name == instance.card
        try:
            machine = describe_machine(name)
        except UsageError as error:
            refused += "no source at hand" in str(error) or "no figures of that" in str(error)
            continue
        assert (machine.board, len(machine.gpus)) == (
            instance.name,
            max(instance.n_gpus or 0, 1) if instance.card else 0,
        )
    assert refused < 60


def test_a_fraction_of_a_card_has_its_memory() -> None:
    """g6f.xlarge has an eighth of an L4."""
    machine = describe_machine("g6f.xlarge")
    assert (machine.gpus[0].catalog_name, round((machine.gpus[0].memory_total_bytes or 0) / GIB, 1)) == (
        "L4",
        2.8,
    )
    assert "a part of one L4" in machine.notes[0]
