"""What a tool says of a node becomes a profile; what it leaves out has a reason."""

from __future__ import annotations

from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, instance_gpus, profile

RTX_4090 = Card(name="NVIDIA GeForce RTX 4090", count=2)


def test_the_name_says_what_it_is_and_what_the_tool_calls_it() -> None:
    """Equal cards are counted."""
    assert profile(Facts(node="w1", cards=[RTX_4090]), "the file").name == "2x GeForce RTX 4090 (w1)"


def test_an_unknown_card_is_numbered_within_the_machine() -> None:
    """After two known cards it is the third."""
    found = profile(Facts(cards=[RTX_4090, Card(name="Zed X1")]), "the file")
    assert {path for path in found.unknown if path.startswith("gpus.")} == {
        "gpus.2.bandwidth_bytes_per_s",
        "gpus.2.memory_total_bytes",
    }


def test_what_the_tool_leaves_out_is_said_in_its_name() -> None:
    """Whoever reads it knows where to look."""
    found = profile(Facts(cards=[RTX_4090]), "the listing")
    assert found.unknown["memory.total_bytes"] == "the listing does not say it; give --ram"
    assert found.unknown["cpu.brand"] == "the listing does not say it"


def test_a_processor_s_brand_brings_what_the_catalogue_knows() -> None:
    """Two sockets of an EPYC 9654 have 24 channels of DDR5; the tool's counts stay."""
    facts = Facts(cpu_brand="AMD EPYC 9654", sockets=2, architecture="amd64", logical_cores=384)
    found = profile(facts, "the file")
    assert (found.memory.channels, found.memory.kind) == (24, "DDR5")
    assert (found.cpu.architecture, found.cpu.logical_cores, found.cpu.usable_cores) == ("x86_64", 384, 384)


def test_an_instance_type_tells_which_gpus_it_has() -> None:
    """Eight A100 of 40 GB in a p4d.24xlarge, none in a machine without or of an unknown name."""
    assert [gpu.catalog_name for gpu in instance_gpus("p4d.24xlarge")] == ["A100 SXM4 40 GB"] * 8
    assert [instance_gpus(name) for name in ("m5.large", "zz9.xlarge", None)] == [(), (), ()]


def test_a_label_that_contradicts_the_instance_type_is_said() -> None:
    """The label decides."""
    found = profile(Facts(cards=[RTX_4090], instance="g5.xlarge"), "the file")
    assert found.gpus[0].catalog_name == "GeForce RTX 4090"
    assert [note for note in found.notes if "its instance type has A10G" in note]
