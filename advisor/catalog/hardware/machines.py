"""Whole machines by name (boards, phones, handhelds, small computers, cloud instances) and unified memory."""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from advisor.catalog.names import GIB, KEPT_ANSWERS, number, whole, word_set
from advisor.catalog.rows import cells, lines

_FILE = "machines.csv"
Software = Literal["plug-in", "own"]
FOREIGN: dict[Software, str] = {
    "plug-in": "vLLM runs there only with its maker's plug-in, which is no engine covered here",
    "own": "it runs on its maker's own software, which is no engine covered here",
}
"""What drives an accelerator that no engine covered here does, and how that is said."""


class Machine(NamedTuple):
    """A row of profiles/machines.csv: which CPU and GPU rows make up a machine that has a name of its own."""

    name: str
    kind: str
    """board, phone, tablet, handheld, laptop, mini-pc, desktop, workstation, server, nas, igpu, accelerator,
    cloud."""
    cpu: str
    """A name for `find_cpu`; empty when no row holds it."""
    gpu: str
    """A row of profiles/gpus.csv; empty when it runs models on its CPU only, or no row holds its GPU."""
    n_gpus: int
    ram_bytes: int | None
    vram_bytes: int | None
    """Memory of each GPU where it differs from the GPU row's."""
    bandwidth_bytes_per_s: float | None
    """Of its main memory, where that is slower than its processor takes."""
    software: Software | None
    """What drives it where no engine covered here does; None where one does."""
    note: str
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def maker(self) -> str:
        """Who makes its GPU or accelerator."""
        first = self.name.split()[0]
        return {"Radeon": "AMD", "MTT": "Moore Threads"}.get(first, first)

    @property
    def refusal(self) -> str:
        """Why no plan can be made for it; empty where an engine covered here runs."""
        return FOREIGN[self.software] if self.software else ""

    @property
    def os(self) -> str | None:
        """The system it always runs; None where its user chooses."""
        if self.name.startswith(("iPhone", "iPad")):
            return "iOS"
        return "Android" if self.kind == "phone" else None


@cache
def _machine(index: int) -> Machine:
    """One row of the table."""
    line = cells(_FILE, lines(_FILE)[index])
    ram, vram, rate = whole(line["ram_gib"]), number(line["vram_gib"]), number(line["bandwidth_gb_s"])
    return Machine(
        name=line["name"],
        kind=line["kind"],
        cpu=line["cpu"],
        gpu=line["gpu"],
        n_gpus=int(line["n_gpus"]),
        ram_bytes=None if ram is None else ram * GIB,
        vram_bytes=None if vram is None else round(vram * GIB),
        bandwidth_bytes_per_s=None if rate is None else rate * 1e9,
        software=cast("Software", line["software"]) if line["software"] else None,
        note=line["note"],
        source=line["source"],
        aliases=tuple(filter(None, line["aliases"].split(";"))),
    )


@cache
def _spellings(index: int) -> tuple[tuple[str, ...], ...]:
    """The words of a row's name and of each of its aliases."""
    machine = _machine(index)
    return tuple(map(_words, (machine.name, *machine.aliases)))


def _may_mean(words: tuple[str, ...]) -> dict[tuple[str, ...], Machine]:
    """Words of a name or alias -> machine, of the rows that have one of *words* in those."""
    table: dict[tuple[str, ...], Machine] = {}
    for index, names in enumerate(_names()):
        if any(word in names for word in words):
            for spelling in _spellings(index):
                table.setdefault(spelling, _machine(index))
    return table


@cache
def _names() -> tuple[str, ...]:
    """Name and aliases of each row in small letters; they stand first and hold no comma."""
    return tuple(" ".join(line.split(",", 2)[:2]).lower() for line in lines(_FILE))


_MAKERS = frozenset(("amd", "nvidia", "qualcomm", "apple", "intel"))


def _words(text: str) -> tuple[str, ...]:
    """'Jetson Orin Nano 8GB' -> ('jetson', 'orin', 'nano', '8gb'); makers left out, 'Max+' and 'Max'
    alike."""
    plain = re.sub(r"(?<=\d)\s+(?=gb\b)", "", text.lower().replace("(r)", " ").replace("(tm)", " "))
    return tuple(word for word in re.findall(r"[a-z0-9.]+", plain) if word not in _MAKERS)


@lru_cache(maxsize=KEPT_ANSWERS)
def find_machine(text: str) -> Machine | None:
    """The machine whose name *text* is, or contains as whole words next to a size or revision; the longest
    wins."""
    words = _words(text)
    table = _may_mean(words)
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            machine = table.get(words[start : start + length])
            around = words[:start] + words[start + length :]
            if machine and _only_details(around) and not _of_another_year(machine, around):
                return machine
    return None


_YEAR = r"20[012]\d"


def _of_another_year(machine: Machine, around: tuple[str, ...]) -> bool:
    """Whether a year beside the machine's name is not its own: 'Mac Pro 2013' is not that of 2019."""
    own = re.findall(_YEAR, machine.name)
    return bool(own) and any(re.fullmatch(_YEAR, word) and word not in own for word in around)


_DETAILS = word_set(
    "model rev b v platform board developer kit devkit with gpu apu soc chip and w graphics arm64 "
    "laptop tablet phone mini pc system machine node instance linux windows ram memory a of"
)


_NUMBERED = word_set("model rev revision v version gen")


def _only_details(words: tuple[str, ...]) -> bool:
    """Whether what stands around a machine's name only describes it: a memory size, a revision, 'developer
    kit'. A bare small number is none unless a word before it says so: 'Legion Go 2' is another machine."""
    return all(
        word in _DETAILS
        or (
            (not re.fullmatch(r"[235679]", word) or before in _NUMBERED)
            and re.fullmatch(r"\d+(?:\.\d+)?(?:gb|gib|g)?|8060s|gfx\d+|radeon|[a-z]?\d?", word)
        )
        for before, word in zip(("", *words), words, strict=False)
    )


@cache
def all_machines() -> tuple[Machine, ...]:
    """Every row, in file order."""
    return tuple(dict.fromkeys(map(_machine, range(len(lines(_FILE))))))


def usable_by_gpu(vendor: str, catalog_name: str, ram_bytes: int) -> tuple[int, str]:
    """Bytes of main memory that a GPU with unified memory may use, and the rule in words.

    Apple: the default of iogpu.wired_limit_mb, about two thirds of RAM up to 36 GB and three quarters above
    (MTLDevice.recommendedMaxWorkingSetSize). AMD: carve-out plus GTT, by default half of RAM; on Strix Halo
    the limit is meant to be raised to nearly all of it (Linux kernel documentation, gpu/amdgpu). NVIDIA GB10
    and Jetson and AMD's MI300A, whose only memory is its HBM (https://www.amd.com/en/products/accelerators/
    instinct/mi300/mi300a.html), share everything. Intel and
    Qualcomm: what Vulkan's one heap offers, half of RAM.
    """
    if vendor == "Apple":
        share = 2 / 3 if ram_bytes <= 36 * GIB else 3 / 4
        return int(
            ram_bytes * share
        ), "macOS lets the GPU use two thirds of memory up to 36 GB, three quarters above"
    if vendor == "NVIDIA" or catalog_name == "Radeon Instinct MI300A":
        return ram_bytes, "CPU and GPU share all memory"
    if catalog_name in ("Radeon 8060S", "Radeon 8050S", "Radeon 8040S"):
        return ram_bytes, (
            "the GPU may use nearly all memory on Linux when ttm.pages_limit is raised; Windows caps it "
            "at 96 of 128 GB"
        )
    return ram_bytes // 2, "by default half of main memory is open to an integrated GPU"
