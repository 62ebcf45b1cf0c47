"""Taking a machine typed as one line apart: parts, counts, memory sizes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from advisor.catalog.hardware.joined import apart
from advisor.catalog.hardware.languages import in_english
from advisor.catalog.hardware.machines import find_machine
from advisor.catalog.names import compiled, parse_bytes
from advisor.errors import UsageError

LONGEST_LINE = 400
"""Characters of a line that are looked at; a machine with four kinds of devices needs half of it."""
_SIZE = r"(\d+(?:\.\d+)?\s*[gmt]i?b|\d{1,3}g)"
_RAM = (
    rf"(?<![\w.]){_SIZE}\s*(?:of\s+)?(?:(?:system|main|host|unified|shared|total|ddr\d|lpddr\dx?)\s+)*"
    r"(?:ram|memory|ddr\d\w*|lpddr\w+)\b"
    rf"|\b(?:ram|memory)\s*[:=]?\s*{_SIZE}\b"
)
_VRAM = rf"(?<![\w.]){_SIZE}\s*(?:of\s+)?(?:vram|gpu memory|video memory)\b|\bvram\s*[:=]?\s*{_SIZE}\b"
_GENERIC_GPU = (
    rf"(?:\ban?\s+)?(?<![\w.]){_SIZE}\s+(?:(nvidia|amd|intel|geforce|radeon)\s+)?"
    r"(?:gpu|graphics card|video card|card|graphics)\b"
)
_BARE_SIZE = rf"(?<![\w.]){_SIZE}(?![\w.])"
_SPLIT = r"\s+\+\s+|\s*[,;&]\s*|:\s+|\s+with\s+(?!radeon)|\s+(?:and|plus(?=\s(?:an?|\d+x?|[rg]tx)\s))\s+"
_COUNT_WORDS = {
    "dual": 2,
    "two": 2,
    "three": 3,
    "quad": 4,
    "four": 4,
    "eight": 8,
    "octa": 8,
    "single": 1,
    "one": 1,
}
_COUNT_BEFORE = (
    r"^(\d{1,3})\s*[x×*][\s_-]*(?=[a-z0-9])|^(\d{1,4})\s*(?:x\s+(?!\d+\s?[gt]i?b\b)|[×*]\s*)(?=[a-z0-9])|^("
    + "|".join(_COUNT_WORDS)
    + r")\s+"
)
_COUNT_AFTER = (
    r"(?:\s*[(\s_-][x×*]\s?|(?<=\d)[x×*])(\d{1,4})\)?$|(?<!Vega)(?<!vega)[\s_-]\(?(\d{1,3})\s?[x×*]\)?$"
    r"|(?<=[a-z\d]):(\d{1,2})$"
)
"""'2x A100', '7900xtx' is a card, 'H100 x8', 'A100 (x4)', 'H100 SXM 8x', SkyPilot's 'H100:8'; 'Vega 64X' is a
card too."""
_PROVIDERS = (
    r"\b(?:aws|amazon(?: ec2)?|ec2|azure|gcp|google cloud|gce|(?:google )?colab(?: pro\+?)?|kaggle|runpod"
    r"|vast(?:\.ai)?|lambda(?: labs)?|paperspace|coreweave|oracle cloud|oci|nebius|hetzner|ovh|scaleway"
    r"|(?:community|secure) cloud|tensordock"
    r"|(?:hf|hugging ?face)(?: spaces?)?|modal|fluidstack|vultr|digital ?ocean|linode|crusoe"
    r"|hyperstack|massed compute|(?:alibaba|tencent) cloud|aliyun|lightning ai|sagemaker|vertex ai)\b:?"
)
"""Who rents machines out: it says where one runs, not what it is."""
_EXTERNAL = (
    r"[,(]?\s*\b(?:in an?|as an?|via|over|through|with an?|on)?\s*\b(?:e-?gpu|external (?:gpu|graphics card)"
    r"|thunderbolt(?: ?[345])?|tb[345]|usb ?4|oculink)\b(?:\s+(?:enclosure|dock|box))?\)?:?"
)
"""What joins a card to a computer from outside."""
_EXTERNAL_MARKS = ("gpu", "external", "thunderbolt", "tb", "usb", "oculink")
"""One of them stands in every such line: most lines need no closer look."""
_RATE = r"\b(?:lp)?ddr\d\w*[- ]\d{3,5}\b|\b\d{4,5}\s*mt/s\b"
"""'DDR5-4800': the rate of main memory."""
GENERIC_MACHINE = (
    r"\b(laptop|notebook|desktop|workstation|server|pc|computer|mini "
    r"?pc|machine|cpu|processor|phone|tablet|box|vm|rig|tower|home ?lab)s?\b"
)
_MAKERS = r"(?:dell|hpe?|lenovo|asus|acer|msi|razer|samsung|microsoft|lg|gigabyte|apple)"
_DEVICE = (
    r"(?:\d+\s*[x×]\s|rtx|gtx|geforce|radeon|rx\s?\d|arc\b|quadro|tesla|nvidia|amd|intel|xeon|epyc|ryzen|core|i[3579]-"
    r"|ultra\s[579]|dual\b|(?:gold|silver|platinum|bronze)\s\d|[78]\d4\d(?:hs|h|u)\b|snapdragon|threadripper|(?:[abhlv]\d{1,3}s?|t4|p40|p100)\b|mi\d{2,3}|gb\d|(?:[1-5]0[5-9]0|16[56]0)(?!\d)|\d+\s?[gmt]i?b|with\b|and\b|\+)"
)
_MODEL = rf"\b(?:\s+(?!{_DEVICE})[\w.\-]+){{0,4}}"
_LAPTOPS = (
    rf"\b(?:{_MAKERS}\s+)*(?:xps|latitude|inspiron|precision(?= \d{{4}}\b)|alienware|blade|legion(?! go)"
    r"|ideapad|think(?:pad|book)|yoga|loq|omen|victus|zbook(?! ultra g1a)|elitebook|probook|pavilion|spectre"
    r"|envy|rog (?:strix|zephyrus|scar)|tuf|zephyrus|zenbook|vivobook|proart|predator|nitro|helios|swift"
    r"|aspire|katana|raider|stealth|aero|aorus|gram|galaxy book|gpd (?:win|pocket)|ayaneo|onexplayer"
    r"|surface (?:book|laptop studio)"
    rf"|framework(?: laptop)?(?= 1[236]\b)|framework laptop|chromebook){_MODEL}"
)
"""Series that makers sell laptops in, with the words of the model up to the device they hold."""
_SERVERS = (
    rf"\b(?:{_MAKERS}\s+)*(?:poweredge|proliant|thinksystem|supermicro|primergy|apollo|inspur"
    rf"|(?<=dell )[rtc]\d{{3,4}}\w*|(?:(?<=hp )|(?<=hpe ))[dm]l\d{{2,3}}\w*|(?<=lenovo )sr\d{{3}}\w*){_MODEL}"
)
_WORKSTATIONS = (
    rf"\b(?:{_MAKERS}\s+)*(?:thinkstation p\w+|precision tower|precision t?\d{{4}} tower"
    rf"|(?<=hp )z[468]\d{{0,2}}(?: g\d)?){_MODEL}"
)
_CHIP_FIRST = r"\b(m\d+(?:\s(?:pro|max|ultra))?)\s+(macbook(?: air| pro)?|mac ?(?:studio|mini)|imac)\b"
"""'M5 MacBook Pro': the chip before the computer."""
_AGE = (
    r"\bpc gamer\b"
    r"|\b(?:gaming|mining|home(?: lab)?|office|work|custom|budget|unraid|proxmox|truenas|linux|windows|ubuntu"
    r"|headless|personal)\s+(?=(?:laptop|notebook|desktop|workstation|server|pc|computer|machine|box|vm|rig|tower)\b)"
    r"|\b(?:old|older|used|new|cheap)\b|\bdell pro max with\b(?= gb\d)"
)
"""Words around a machine that say nothing of what is in it."""
_LEADING = r"^(?:(?:and|with|plus|an?|the|my|one with|has|having)\s+)+(?=\S)"
_MAC = (
    r"\b(?:macbook(?: air| pro)?|mac ?(?:studio|mini|pro)|imac(?: pro)?)\b"
    r"(?:\s+(?:1[3-6]|2[47])(?:[- ]?inch|[\"”″])?(?=\s)(?!\s+[gmt]i?b))?(?=.*\b[am]\d)"
)
"""With the inches of its screen, where they are said."""
_CORES = r"\b(m\d(?: (?:pro|max|ultra))?) \d{1,2}c?/(\d{1,2})[gc]?(?=\s|$)"
"""'M4 Max 16/40': cores of the processor, then those of the GPU, which tell the chips apart."""
_SLICED = r"\b([a-z]+\d+s?)-([1248])-(\d{2,3})g\b"
"""Scaleway's names: card, how many, and the memory of each, 'H100-2-80G'
(https://www.scaleway.com/en/docs/gpu/reference-content/choosing-gpu-instance-type/)."""
_MAC_MEMORY = r"(?<=\d)((?:\s(?:pro|max|ultra))?)\s(96|128|192|256|512)$"
"""'M2 Ultra 192': no such chip has that many cores, so it is memory."""
_PLURAL = r"(?<=\d{4})s$|(?<=\b[abhv]\d{3})s$|(?<=\bsxm\d)s$"
"""'two 3090s', 'eight H100s'; the L40S and laptops' 7700S have an S of their own."""
_FILLER = r"\b(?:an?|the|my|with|and|or|of|only|no|gpu|generic|unknown|ordinary|typical|some|on)\b"


@dataclass(frozen=True, slots=True)
class Part:
    """One device of the line, without count and trailing memory size."""

    text: str
    """As typed, memory size included: 'A100 80GB' needs it to be told apart."""
    count: int = 1
    size_bytes: int | None = None
    """A bare size in it: video memory for a card, main memory for everything else."""

    @property
    def without_size(self) -> str:
        """The name alone."""
        return " ".join(compiled(_BARE_SIZE).sub(" ", self.text).split())


@dataclass(slots=True)
class MachineText:
    """The whole line."""

    parts: list[Part] = field(default_factory=list)
    ram_bytes: int | None = None
    vram_bytes: int | None = None
    generic_gpu: str | None = None
    """Set for 'an 8 GB GPU': the maker if stated, else an empty string."""
    generic_kind: str | None = None
    """laptop, desktop, server … when no processor is named."""
    laptop: bool = False
    """Whether a laptop is named around its devices: its GPU is a laptop's."""
    external: bool = False
    """Whether a card is joined from outside: the host's kind says nothing of it."""
    counted: bool = False
    """Whether a number of devices was written."""
    said: list[str] = field(default_factory=list)
    """Words that were understood and change no figure."""


def _take(pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
    match = compiled(pattern).search(text)
    return (text[: match.start()] + " , " + text[match.end() :], match) if match else (text, None)


def _size(match: re.Match[str] | None) -> int | None:
    return parse_bytes(next(group for group in match.groups() if group)) if match else None


def read_machine(text: str) -> MachineText:
    """'2x RTX 4090 + EPYC 9654 384GB' -> its parts. Raises UsageError for an impossible size."""
    machine = MachineText()
    plain = " ".join(re.sub(r"\((?:r|tm)\)|[®™]", " ", in_english(text), flags=re.IGNORECASE).split())
    plain = re.sub(r"\((?:hybrid|total|each)\)", " ", plain, flags=re.IGNORECASE)
    plain = compiled(_CHIP_FIRST).sub(r"\2 \1", compiled(_AGE).sub(" ", plain))
    plain = _without_series(machine, compiled(_MAC).sub(" ", plain))
    plain = compiled(_SLICED).sub(r"\2x \1 \3GB", plain)
    if re.search(r"\bm\d", plain.lower()):
        plain = compiled(_CORES).sub(r"\1 \2-core", plain)
        plain = compiled(_MAC_MEMORY).sub(r"\1 \2GB", plain)
    plain = apart(plain)
    if provider := compiled(_PROVIDERS).search(plain):
        plain = compiled(_PROVIDERS).sub(" ", plain).strip()
        machine.said.append(
            f"{provider.group(0)!r} says where the machine runs: its figures are those of {plain!r}"
        )
    if any(mark in plain.lower() for mark in _EXTERNAL_MARKS) and compiled(_EXTERNAL).search(plain):
        plain = compiled(_EXTERNAL).sub(" ", plain).strip()
        machine.external = True
        machine.said.append(
            "an external card: what stays on the card runs as in a slot; what is left to the processor or to "
            "other cards waits for the cable"
        )
    if rate := compiled(_RATE).search(plain):
        plain = compiled(_RATE).sub(" RAM" if compiled(_BARE_SIZE).search(plain) else " ", plain)
        machine.said.append(
            f"{rate.group(0)!r}: memory is taken at the fastest rate the processor runs it; give --bandwidth "
            "for yours"
        )
    lower = plain.lower() + " "
    if not any(unit in lower for unit in ("gb", "gib", "mb", "mib", "tb", "ram", "g ", "ddr")):
        return _with_parts(machine, plain)
    plain, generic = _take(_GENERIC_GPU, plain)
    if generic:
        machine.vram_bytes = parse_bytes(generic.group(1))
        machine.generic_gpu = (generic.group(2) or "").lower()
    plain, vram = _take(_VRAM, plain)
    plain, ram = _take(_RAM, plain)
    machine.vram_bytes = _size(vram) or machine.vram_bytes
    machine.ram_bytes = _size(ram)
    if vram and not generic:
        machine.generic_gpu = ""
    machine = _with_parts(machine, plain)
    if machine.ram_bytes and not machine.parts and machine.generic_gpu is None:
        machine.generic_kind = machine.generic_kind or "computer"
    return machine


def _without_series(machine: MachineText, plain: str) -> str:
    """*plain* without the name of the laptop or server around its devices; a laptop is noted."""
    for series, kind in ((_LAPTOPS, "laptop"), (_SERVERS, "server"), (_WORKSTATIONS, "workstation")):
        found = compiled(series).search(plain)
        if found is None or find_machine(plain):
            continue
        plain = f"{plain[: found.start()]} {plain[found.end() :]}"
        plain = re.sub(r"^\s*(?:with|and|,|\+)\s+", "", plain)
        machine.generic_kind = kind
        machine.laptop = kind == "laptop"
    return plain


def _with_parts(machine: MachineText, plain: str) -> MachineText:
    for piece in compiled(_SPLIT).split(plain):
        _add(machine, piece.strip(" .-+()") if piece.count("(") != piece.count(")") else piece.strip(" .-+"))
    return machine


def _add(machine: MachineText, piece: str) -> None:
    """One piece between separators: a size on its own, a kind of machine, or a named device with a count.

    Raises UsageError for none of a device.
    """
    piece = compiled(_LEADING).sub("", piece)
    size_match = compiled(_BARE_SIZE).search(piece)
    size = parse_bytes(size_match.group(1)) if size_match else None
    words = compiled(_BARE_SIZE).sub(" ", piece)
    bare = compiled(_FILLER).sub(" ", compiled(GENERIC_MACHINE).sub(" ", words)).strip(" .-")
    if not bare:
        kind = compiled(GENERIC_MACHINE).search(words)
        machine.generic_kind = kind.group(1).lower() if kind else machine.generic_kind
        machine.laptop = machine.laptop or machine.generic_kind in ("laptop", "notebook")
        machine.ram_bytes = machine.ram_bytes or size
        return
    count, whole = 1, piece
    before = compiled(_COUNT_BEFORE).match(piece)
    after = None if before or "snapdragon" in piece.lower() else compiled(_COUNT_AFTER).search(piece)
    if before:
        number = before.group(1) or before.group(2)
        count = int(number) if number else _COUNT_WORDS[before.group(3).lower()]
        piece = piece[before.end() :]
    elif after:
        count = int(next(filter(None, after.groups())))
        piece = piece[: after.start()]
    if count < 1:
        raise UsageError(f"{whole!r}: {count} devices are not a machine; give 1 or more")
    machine.counted = machine.counted or bool(before or after)
    if count > 1:
        piece = compiled(_PLURAL).sub("", piece.strip())
    machine.parts.append(Part(piece.strip(), count, size))
