"""Taking a GPU's name apart: the words that tell cards apart, memory, cores, laptop or not."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.names import KEPT_ANSWERS, MOST_CHARACTERS, compiled, word_set

_OPTIONAL = word_set(
    "nvidia geforce amd ati radeon intel apple graphics gpu gpus tesla instinct quadro rtx gtx rx arc "
    "generation edition series card corporation inc r tm of the per soc chip silicon"
)
"""Brand words that never tell two cards apart once vendor and series agree."""
_VENDOR_WORDS = {
    "nvidia": "NVIDIA",
    "geforce": "NVIDIA",
    "rtx": "NVIDIA",
    "gtx": "NVIDIA",
    "tesla": "NVIDIA",
    "quadro": "NVIDIA",
    "jetson": "NVIDIA",
    "amd": "AMD",
    "radeon": "AMD",
    "rx": "AMD",
    "ati": "AMD",
    "instinct": "AMD",
    "intel": "Intel",
    "arc": "Intel",
    "iris": "Intel",
    "uhd": "Intel",
    "apple": "Apple",
    "adreno": "Qualcomm",
}
_SERIES = frozenset(("rtx", "gtx", "rx", "arc"))
_ROW_EXTRAS = word_set("sxm pcie passive refresh server ada blackwell pascal pro ai hbm3")
"""Words of a row that a short spelling leaves out ('A100' for 'A100 PCIe 40 GB', 'W7900' for 'PRO W7900')."""
TEXT_EXTRAS = word_set(
    "sxm pcie oam mesa hbm hbm3 hbm2 hbm2e hbm3e ac ecc ada lovelace blackwell ampere hopper "
    "turing volta pascal rdna cdna workstation founders fe oc egpu nvgpu desktop discrete class nvlink xe "
    "lpg dgx hgx mcm mba mega lhr lite hash rate"
)
"""Words of a spelling that no row needs."""
_TOKEN = r"gddr\d+x?|ddr\d|hbm\d?e?|\d+gbps|\d+eu|\d+sp|[a-z]+|\d+(?:\.\d+)?|\+"
_MEMORY = r"(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*(?:gb|gib|g)\b|(?<![a-z0-9])(\d+)\s*(?:gb)?\s*(?=hbm)"
_CORES = r"(\d+)[ -]?(?:gpu[ -])?(?:cores?|c)\b(?:[ -]gpu)?"
_REMOVE = r"\(r\)|\(tm\)|®|™|\(radv[^)]*\)|\[0x[0-9a-f]+\]|\(per gpu\)"
_REMOVE += r"|(?<=gh200[ _-])(?:120|240|480)\s*gb"
"""The second number in a GH200's name is the memory of its processor."""


class Spelling(NamedTuple):
    """A GPU name taken apart."""

    core: frozenset[str]
    words: frozenset[str]
    memory_gib: float | None
    cores: int | None
    laptop: bool
    max_q: bool


_VARIANT = r"gddr\d+x?|ddr\d|\d+(?:gbps|eu|sp)"
"""Memory type, clock and unit count: versions of one card."""


_PLAIN = (
    r"(?:(?:nvidia|geforce|amd|radeon) )*(?:[rg]tx|rx) \d{3,4}(?: (?:ti|super|xt|xtx|gre))*"
    r"|(?:nvidia )?[abhlv]\d{2,3}"
)


def is_plain(text: str) -> bool:
    """Whether *text* is a card's name as it is printed on the box, and nothing else: 'RTX 4090', 'H100'. Such
    a name needs none of the patterns that take a line or a driver's name apart: an answer costs a twentieth
    less.
    """
    return compiled(_PLAIN).fullmatch(text) is not None


@lru_cache(maxsize=KEPT_ANSWERS)
def spell(text: str) -> Spelling:
    plain = text[:MOST_CHARACTERS].lower()
    cores = memory = None
    if not is_plain(plain):
        plain = compiled(_REMOVE).sub(" ", plain)
        plain = re.sub(r"(?<=ti)super", " super", plain)
        plain = re.sub(r"max-?\s?q\b", "maxq", re.sub(r"\bsxm\d\b", "sxm", plain))
        plain = re.sub(r"\b(?:mobile|notebook)\b", "laptop", plain)
        cores = compiled(_CORES).search(plain)
        plain = compiled(_CORES).sub(" ", plain) if cores else plain
        memory = compiled(_MEMORY).search(plain)
        plain = compiled(_MEMORY).sub(" ", plain)
    words = frozenset(compiled(_TOKEN).findall(plain))
    return Spelling(
        core=words - _OPTIONAL - {"laptop", "maxq"},
        words=words,
        cores=int(cores.group(1)) if cores else None,
        memory_gib=float(memory.group(1) or memory.group(2)) if memory else None,
        laptop="laptop" in words or "maxq" in words,
        max_q="maxq" in words,
    )


def row_spellings(name: str, aliases: str) -> tuple[Spelling, ...]:
    """A row's name and its aliases (joined by ';'), without ids that several cards share."""
    texts = [re.sub(r"\([^)]*\)", " ", name)]
    texts += [
        part
        for part in re.findall(r"\(([^)]*)\)", name)
        if "core" not in part and "per gpu" not in part.lower()
    ]
    texts += [alias for alias in aliases.split(";") if alias and not re.fullmatch(r"gfx\w+", alias)]
    return tuple(spelling for spelling in map(spell, texts) if spelling.core)


def cost(wanted: Spelling, spellings: Sequence[Spelling], vendor: str) -> tuple[int, int] | None:
    """(words of the wanted name a row lacks, words of the row left out), least first; None = another card."""
    vendors = {_VENDOR_WORDS[word] for word in wanted.words if word in _VENDOR_WORDS}
    if vendors and vendor not in vendors:
        return None
    allowed = _ROW_EXTRAS - {"pro"} if vendor == "Apple" else _ROW_EXTRAS
    best = None
    for spelling in spellings:
        series = spelling.words & _SERIES
        if series and wanted.words & _SERIES and not series & wanted.words:
            continue
        surplus = wanted.core - spelling.core
        missing = spelling.core - wanted.core
        if not surplus <= TEXT_EXTRAS or len(surplus) == len(wanted.core):
            continue
        if any(word not in allowed and not compiled(_VARIANT).fullmatch(word) for word in missing):
            continue
        found = (len(surplus), len(missing))
        best = found if best is None else min(best, found)
    return best
