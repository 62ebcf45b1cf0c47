"""Parts of a card: MIG slices and vGPU profiles, in every form they are written."""

import re
from typing import NamedTuple

from advisor.catalog.gpus.table import GpuMatch
from advisor.catalog.names import GIB
from advisor.documents.hardware import ARITHMETIC

_MIG = (
    r"^(?P<card>.*?)[\s\-_]*(?:\bmig)?[\s\-_:]*"
    r"(?P<compute>\d)[gc]\.(?P<memory>\d+)gb(?:\+me(?:\.all)?|\+gfx|-me)?\b"
)
"""'H100 3g.40gb', 'A100 MIG 1g.10gb', 'NVIDIA-H100-80GB-HBM3-MIG-3g.40gb', 'nvidia.com/mig-1g.5gb+me'."""
_VGPU = (
    r"^(?:nvidia[\s\-]+)?(?:grid[\s\-]+)?"
    r"(?P<card>.*?)[\s\-](?:(?P<compute>\d)[\s\-])?(?P<memory>\d+)(?P<kind>[abcq])$"
)
"""'NVIDIA L40S-48Q', 'GRID V100D-8Q', 'A100-3-20C' (a MIG slice given to a virtual machine)."""
_VGPU_CARDS = {
    "v100d": "v100 pcie 32gb",
    "v100x": "v100 sxm2 16gb",
    "v100dx": "v100 sxm2 32gb",
    "a100x": "a100 sxm4 40gb",
    "a100d": "a100 pcie 80gb",
    "a100dx": "a100 sxm4 80gb",
    "h100xm": "h100 sxm5 80gb",
    "h100l": "h100 nvl",
    "h200x": "h200 sxm",
    "rtx6000": "quadro rtx 6000",
    "rtx8000": "quadro rtx 8000",
    "rtx6000-ada": "rtx 6000 ada generation",
}
"""Boards as vGPU profiles write them: D doubles the memory, X is the form for a baseboard
(https://docs.nvidia.com/vgpu/latest/grid-vgpu-user-guide/)."""
_PARTS = {"A30": 4, "RTX PRO 6000": 4, "RTX PRO 5000": 4}
"""Cards that are cut in four; all others in seven
(https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html)."""
_SLICES_A_CARD = {7: {1: 8, 2: 4, 3: 2, 4: 2, 7: 1}, 4: {1: 4, 2: 2, 4: 1}}
"""Parts a card is cut in -> parts of a slice -> how many such slices have the card's memory (same guide)."""


class Slice(NamedTuple):
    """What a name says of the part of the card it means."""

    card: str
    """The card's own name."""
    compute: int | None
    """Parts of the arithmetic, of 7 or 4; None for a vGPU, which gets all of it in turns."""
    memory_gb: int


def slice_in(name: str) -> Slice | None:
    """The slice that *name* means, or None for a whole card."""
    lower = re.sub(r"\s+", " ", name.lower().strip())
    if found := re.match(_MIG, lower):
        card = re.sub(r"[-_]+", " ", found["card"]).strip()
        return Slice(card, int(found["compute"]), int(found["memory"])) if card else None
    found = re.match(_VGPU, lower)
    if found is None or not re.search(r"\d", found["card"]):
        return None
    card = _VGPU_CARDS.get(found["card"], found["card"])
    return Slice(card, int(found["compute"]) if found["compute"] else None, int(found["memory"]))


def card_bytes(part: Slice, card: GpuMatch) -> tuple[int, ...]:
    """Memory that the card of the MIG slice *part* may have, were it cut as *card* is.

    '3g.40gb' is of 80 GB; the smallest slice comes with a double share too ('1g.10gb' of 40 GB).
    """
    times = _SLICES_A_CARD[_parts(card)].get(part.compute or 0)
    whole = times * part.memory_gb * GIB if times else 0
    return (whole, whole // 2) if part.compute == 1 else (whole,) if whole else ()


def _parts(card: GpuMatch) -> int:
    """In how many parts the card's arithmetic is cut."""
    return next((n for start, n in _PARTS.items() if card.catalog_name.startswith(start)), 7)


def take_slice(card: GpuMatch, part: Slice) -> GpuMatch:
    """*part* of *card*: its share of the arithmetic; memory and bandwidth come in eighths.

    NVIDIA MIG user guide: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/. A vGPU without MIG has
    its memory, and arithmetic and bandwidth in turns with its neighbours.
    """
    total = card.memory_total_bytes or 0
    wanted = part.memory_gb * GIB
    if part.compute is None:
        note = (
            f"{card.catalog_name} as a vGPU of {part.memory_gb} GB: its speed is that of the whole card, "
            "when no other virtual machine uses it"
        )
        return card._replace(
            memory_total_bytes=wanted, memory_options_bytes=(wanted,), notes=(*card.notes, note)
        )
    eighths = max(1, min(8, round(8 * wanted / total))) if total else 8
    parts = _parts(card)
    compute = min(part.compute, parts)
    rates = {
        name: value * compute / parts for name in ARITHMETIC if (value := getattr(card, name)) is not None
    }
    rate = card.bandwidth_bytes_per_s
    return card._replace(
        memory_total_bytes=total * eighths // 8,
        memory_options_bytes=(total * eighths // 8,),
        bandwidth_bytes_per_s=None if rate is None else rate * eighths / 8,
        **rates,
    )
