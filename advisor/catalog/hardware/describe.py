"""A machine in words -> a HardwareProfile made of catalogue rows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from advisor.catalog.cpu_numbers import is_mobile, is_processor
from advisor.catalog.gpus import find_gpu
from advisor.catalog.gpus.spelling import is_plain
from advisor.catalog.hardware.cloud import find_instance
from advisor.catalog.hardware.document import finish
from advisor.catalog.hardware.draft import Draft, use_gpu, use_instance, use_machine, use_part
from advisor.catalog.hardware.machines import find_machine
from advisor.catalog.hardware.several_nodes import several_nodes, unlike
from advisor.catalog.hardware.text import LONGEST_LINE, MachineText, Part, read_machine
from advisor.catalog.names import KEPT_ANSWERS
from advisor.documents.hardware import HardwareProfile
from advisor.errors import UnknownNameError, UsageError


@lru_cache(maxsize=KEPT_ANSWERS)
def describe_machine(text: str) -> HardwareProfile:
    """The machine that *text* names, from the catalogue; see `resolve_hardware` for the grammar.

    Raises UnknownNameError with the nearest names, UsageError for machines of several kinds.
    """
    if len(text) > LONGEST_LINE:
        raise UnknownNameError(
            "hardware", f"{text[:40]}…", (), f"a machine is named in at most {LONGEST_LINE} characters"
        )
    if is_plain(text) and (card := find_gpu(text)) is not None:
        draft, part = Draft(), Part(text)
        use_gpu(draft, card, part)
        return finish(draft, MachineText(parts=[part]), text)
    if several := several_nodes(text):
        one = describe_machine(several.machine)
        nodes, network = several.nodes * one.nodes, several.network_bytes_per_s
        return replace(one, name=text.strip(), nodes=nodes, network_bytes_per_s=network)
    spoken = read_machine(text)
    if len(spoken.parts) > 1 and any(find_instance(part.text) for part in spoken.parts):
        raise UsageError(unlike(text))
    processors = [part.without_size for part in spoken.parts if is_processor(part.text)]
    draft = Draft(ram_bytes=spoken.ram_bytes, laptop=spoken.laptop, hosted=bool(processors))
    draft.sizes = sum(part.size_bytes is not None for part in spoken.parts)
    if not (spoken.laptop or spoken.external):
        draft.laptop_chip = next(filter(is_mobile, processors), "")
    whole = find_machine(spoken.parts[0].text) if len(spoken.parts) == 1 else None
    instance = find_instance(text) if len(spoken.parts) == 1 else None
    if instance is not None:
        use_instance(draft, instance, 1)
    elif whole is not None and spoken.parts[0].count == 1:
        use_machine(draft, whole, spoken.parts[0])
    else:
        for part in spoken.parts:
            use_part(draft, part)
    if not spoken.parts and spoken.generic_gpu is None and spoken.generic_kind is None:
        raise UnknownNameError(
            "hardware",
            text,
            (),
            "name a GPU, a CPU, a computer or a saved probe, such as 'RTX 4090', 'EPYC 9654 384GB' or "
            "'M3 Max 64GB'",
        )
    return finish(draft, spoken, text)
