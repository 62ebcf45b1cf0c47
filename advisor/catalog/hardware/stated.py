"""Hardware no catalogue lists (unreleased, rare, renamed), from the figures the user states for it."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.cpu_numbers import is_processor
from advisor.catalog.hardware.text import LONGEST_LINE, Part, read_machine
from advisor.catalog.names import compiled
from advisor.catalog.overrides import Overrides
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile, Memory

_MAKERS = (
    (r"\b(?:nvidia|geforce|[rg]tx|quadro|tesla|titan|[abhl]\d{2,3}s?)\b", "NVIDIA"),
    (r"\b(?:amd|radeon|rx|instinct|mi\d+\w?)\b", "AMD"),
    (r"\b(?:intel|arc|gaudi)\b", "Intel"),
    (r"\b(?:qualcomm|adreno)\b", "Qualcomm"),
    (r"\b(?:apple|m\d+ (?:pro|max|ultra))\b", "Apple"),
)
_RISC_V = r"risc-?v|milk-?v|spacemit|\bsg\d{4}|dc-roma|visionfive|\bsifive|eic77"
_BOARD_CPU = rf"\b(?:board|sbc|banana pi|orange pi|radxa|odroid|rock|khadas)\b|{_RISC_V}"


def stated_machine(text: str, overrides: Overrides) -> HardwareProfile | None:
    """A machine named *text* with what *overrides* state of it; None when they state too little to answer.

    A GPU needs --vram and --bandwidth, a processor or a board --ram and --bandwidth. Arithmetic rates stay
    unknown, and a note says so.
    """
    if overrides.bandwidth is None or len(text) > LONGEST_LINE:
        return None
    spoken = read_machine(text)
    part = spoken.parts[0] if len(spoken.parts) == 1 else Part(text)
    name = part.without_size or part.text
    note = (
        f"{name!r} is in no table: memory and bandwidth are as stated, its arithmetic is not known, so the "
        "time to read a prompt is rough"
    )
    if overrides.vram is not None:
        gpu = Gpu(name=name, vendor=_maker(name), form="desktop")
        return _profile(text, note, gpus=(gpu,) * part.count, cpu=Cpu())
    if overrides.ram is not None and (is_processor(name) or compiled(_BOARD_CPU).search(name)):
        architecture = "riscv64" if compiled(_RISC_V).search(name) else "x86_64"
        return _profile(text, note, gpus=(), cpu=Cpu(brand=name, architecture=architecture))
    return None


def _profile(text: str, note: str, gpus: tuple[Gpu, ...], cpu: Cpu) -> HardwareProfile:
    unknown = {f"gpus.{index}.fp16_flops": "not stated, and no table lists it" for index in range(len(gpus))}
    if gpus:
        unknown["memory.total_bytes"] = "the size of main memory is not stated; give --ram"
    profile = HardwareProfile(name=text.strip(), source="user", memory=Memory(), cpu=cpu, notes=(note,))
    return replace(profile, gpus=gpus, unknown=unknown)


def _maker(name: str) -> str:
    return next((maker for words, maker in _MAKERS if compiled(words).search(name)), "unknown")
