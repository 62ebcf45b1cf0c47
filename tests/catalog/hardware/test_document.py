"""A draft becomes a document in which every gap has its reason."""

from __future__ import annotations

from advisor.catalog.hardware.document import RAM_NOT_STATED, finish
from advisor.catalog.hardware.draft import Draft, use_part
from advisor.catalog.hardware.text import Part, read_machine
from advisor.documents.hardware import HardwareProfile

GIB = 2**30


def finished(text: str) -> HardwareProfile:
    """The document of a line, by the same steps as `describe_machine`."""
    spoken, draft = read_machine(text), Draft()
    draft.ram_bytes = spoken.ram_bytes
    for part in spoken.parts:
        use_part(draft, part)
    return finish(draft, spoken, text)


def test_a_card_alone_leaves_the_host_unknown() -> None:
    """No memory, no processor, and what to give for each."""
    machine = finished("RTX 4090")
    assert machine.memory.total_bytes is None
    assert machine.unknown["memory.total_bytes"] == "the size of main memory is not stated; give --ram"
    assert machine.unknown["cpu.isa"] == "the processor is not stated"


def test_a_mac_of_unstated_memory_has_the_smallest_it_is_sold_with() -> None:
    """An assumption is said with the sizes there are."""
    machine = finished("M3 Max")
    assert machine.memory.total_bytes == 36 * GIB
    assert len([note for note in machine.notes if "the smallest is assumed" in note]) == 1


def test_sockets_add_up_their_bandwidth() -> None:
    """Two sockets read twice as fast, with the warning that programs must know of it."""
    one, two = finished("EPYC 9654 384GB"), finished("2x EPYC 9654 384GB")
    assert two.memory.bandwidth_bytes_per_s == 2 * (one.memory.bandwidth_bytes_per_s or 0)
    assert [note for note in two.notes if "NUMA" in note]


def test_a_stated_size_of_video_memory_is_the_card_s() -> None:
    """'12 GB VRAM' overrules the row."""
    assert [gpu.memory_total_bytes for gpu in finished("RTX 3060, 12 GB VRAM").gpus] == [12 * GIB]


def test_a_card_of_two_devices_is_two_halves() -> None:
    """An MI250 is seen as two GPUs."""
    machine = finished("Radeon Instinct MI250")
    assert len(machine.gpus) == 2
    assert {gpu.memory_total_bytes for gpu in machine.gpus} == {64 * GIB}


def test_a_processor_without_memory_is_told_to_give_it() -> None:
    """Nothing says what fits."""
    assert [note for note in finished("Ryzen 9 7950X").notes if note.endswith(RAM_NOT_STATED)]


def test_a_stand_in_takes_a_nameless_draft() -> None:
    """A line that names nothing is a computer of unknown processor."""
    machine = finish(Draft(), read_machine("32 GB RAM"), " 32 GB RAM ")
    assert machine.name == "32 GB RAM"
    assert machine.unknown["cpu.brand"] == "the processor is not stated"


def test_a_part_is_used_as_typed() -> None:
    """The size that names a version is kept with the name."""
    draft = Draft()
    use_part(draft, Part("A100 80GB", 1, 80 * GIB))
    assert [gpu.memory_total_bytes for gpu in finish(draft, read_machine(""), "x").gpus] == [80 * GIB]
