"""CPUs by brand string or short name -> a row of profiles/cpus.csv in base SI units."""

import csv
import re
from functools import cache, lru_cache
from typing import NamedTuple

from advisor.catalog.cpu_numbers import series_of
from advisor.catalog.names import KEPT_ANSWERS, MOST_CHARACTERS, compiled, number, whole
from advisor.data import folder


class CpuRow(NamedTuple):
    """One family of processors; bandwidth is the nominal peak of ONE socket with every channel filled."""

    pattern: str
    """The row's regular expression; identifies the row."""
    vendor: str
    microarchitecture: str
    memory_channels: int | None
    memory_type: str | None
    max_transfers_per_s: float | None
    bandwidth_bytes_per_s: float | None
    cores_range: tuple[int, int] | None
    isa: tuple[str, ...]
    year: int | None
    segment: str
    note: str = ""

    @property
    def architecture(self) -> str:
        """x86_64, aarch64, riscv64, ppc64le or loongarch64, from the instruction sets of the row."""
        for prefix, name in (
            ("asimd", "aarch64"),
            ("rv64", "riscv64"),
            ("vsx", "ppc64le"),
            ("lsx", "loongarch64"),
        ):
            if any(feature.startswith(prefix) for feature in self.isa):
                return name
        return "x86_64"


_FAMILY = {
    ("intel", 6, 79): "Broadwell-EP",
    ("intel", 6, 106): "Ice Lake-SP",
    ("intel", 6, 143): "Sapphire Rapids",
    ("intel", 6, 207): "Emerald Rapids",
    ("intel", 6, 173): "Granite Rapids-AP",
    ("intel", 6, 175): "Sierra Forest",
    ("intel", 6, 140): "Tiger Lake",
    ("intel", 6, 141): "Tiger Lake",
    ("intel", 6, 165): "Comet Lake",
    ("intel", 6, 167): "Rocket Lake",
    ("intel", 6, 151): "Alder Lake-S",
    ("intel", 6, 154): "Alder Lake mobile",
    ("intel", 6, 183): "Raptor Lake-S",
    ("intel", 6, 186): "Raptor Lake mobile",
    ("intel", 6, 170): "Meteor Lake",
    ("intel", 6, 198): "Arrow Lake-S",
    ("intel", 6, 197): "Arrow Lake-H/U",
    ("intel", 6, 189): "Lunar Lake",
    ("intel", 6, 204): "Panther Lake",
    ("intel", 6, 190): "Alder Lake-N / Twin Lake",
    ("amd", 23, 1): "Zen (Naples)",
    ("amd", 23, 49): "Zen 2 (Rome)",
    ("amd", 23, 96): "Zen 2 APU (Renoir)",
    ("amd", 23, 113): "Zen 2 (Matisse)",
    ("amd", 25, 1): "Zen 3 (Milan, Milan-X)",
    ("amd", 25, 17): "Zen 4 (Genoa, Genoa-X, Bergamo)",
    ("amd", 25, 160): "Zen 4 (Genoa, Genoa-X, Bergamo)",
    ("amd", 25, 33): "Zen 3 (Vermeer)",
    ("amd", 25, 80): "Zen 3 APU (Cezanne) / Lucienne",
    ("amd", 25, 68): "Zen 3+ (Rembrandt)",
    ("amd", 25, 97): "Zen 4 (Raphael)",
    ("amd", 25, 116): "Zen 4 mobile (Phoenix)",
    ("amd", 25, 117): "Zen 4 (Hawk Point / Phoenix desktop)",
    ("amd", 26, 2): "Zen 5 / Zen 5c (Turin)",
    ("amd", 26, 17): "Zen 5 / Zen 5c (Turin)",
    ("amd", 26, 36): "Zen 5 (Strix Point / Krackan)",
    ("amd", 26, 96): "Zen 5 (Strix Point / Krackan)",
    ("amd", 26, 68): "Zen 5 (Granite Ridge)",
    ("amd", 26, 112): "Zen 5 (Strix Halo)",
}
"""CPUID family and model (decimal) -> microarchitecture, for virtual machines that hide the brand; the
vendors' processor programming manuals and the kernel's arch/x86/include/asm/intel-family.h list the
numbers."""


@cache
def _lines() -> tuple[tuple[dict[str, str], tuple[str, ...]], ...]:
    """Each row as text, with the literal openings of its alternatives in lower case: a cheap test before a
    pattern is compiled."""
    with (folder("profiles") / "cpus.csv").open(newline="", encoding="utf-8") as handle:
        reader = csv.reader(handle)
        header = next(reader)
        rows = [dict(zip(header, values, strict=False)) for values in reader]
    return tuple((row, tuple(map(_literal, _alternatives(row["name_pattern"])))) for row in rows)


def _row(line: dict[str, str]) -> CpuRow:
    cores = [int(part) for part in line["cores_range"].split("-")] if line["cores_range"] else []
    rate, speed = number(line["peak_bandwidth_gb_s"]), number(line["max_mts"])
    return CpuRow(
        pattern=line["name_pattern"],
        vendor=line["vendor"],
        microarchitecture=line["microarchitecture"],
        memory_channels=whole(line["memory_channels"]),
        memory_type=line["memory_type"] or None,
        max_transfers_per_s=None if speed is None else speed * 1e6,
        bandwidth_bytes_per_s=None if rate is None else rate * 1e9,
        cores_range=(cores[0], cores[-1]) if cores else None,
        # the documents' word for the table's: what Arm calls Neon, Linux reports as asimd
        isa=tuple("asimd" if feature == "neon" else feature for feature in line["isa"].split()),
        year=whole(line["year"]),
        segment=line["segment"],
        note=line["note"],
    )


def _alternatives(pattern: str) -> list[str]:
    """The pattern split at '|' outside parentheses."""
    if "|" not in pattern:
        return [pattern]
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(pattern):
        escaped = position > 0 and pattern[position - 1] == "\\"
        if letter in "()" and not escaped:
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            parts.append(pattern[start:position])
            start = position + 1
    return [*parts, pattern[start:]]


def _literal(pattern: str) -> str:
    """The text a pattern must begin with, as far as it is literal."""
    found = re.match(r"(?:[\w ,:\-]|\\[().])*", pattern)
    plain = found.group(0) if found else ""
    rest = pattern[len(plain) :]
    if rest[:1] in ("?", "*", "{") and plain:
        plain = plain[:-2] if plain[-2:-1] == "\\" else plain[:-1]
    return plain.replace("\\", "").lower()


_GENERATION = r"\bi[3579]-(1[1-4])\d{2,3}"
_BARE_XEON = r"^[3-689][1-5]\d\d[A-Z]*\+?$"
_XEON_TIERS = {"9": "Platinum", "8": "Platinum", "6": "Gold", "5": "Gold", "4": "Silver", "3": "Bronze"}
"""First digit of a Xeon's number -> its tier, up to the fifth generation (the second digit)
(https://www.intel.com/content/www/us/en/processors/processor-numbers-data-center.html)."""
_DROP = (
    r"\b(?:(?:turin|genoa|bergamo|milan|rome|naples)(?= \d)"
    r"|\d+[- ]?cores?|processor|with radeon.*|w/ radeon.*|@.*|\d+(?:st|nd|rd|th) gen|cpu)(?=\s|$)"
)


def _spellings(brand: str) -> tuple[str, ...]:
    """The brand as given, and as the processor itself would print it when a short name was typed."""
    text = " ".join(brand.split())
    short = " ".join(compiled(_DROP).sub(" ", re.sub(r"\((?:r|tm)\)", "", text, flags=re.IGNORECASE)).split())
    short = series_of(re.sub(r"^(?:intel|amd)\s+", "", short, flags=re.IGNORECASE))
    lower = short.lower()
    forms = [text]
    if re.match(r"(?:core )?i[3579][- ]\w", lower) or lower.startswith(("core ", "ultra ")):
        name = re.sub(r"^core\s+", "", short, flags=re.IGNORECASE)
        name = re.sub(r"^(i[3579])[ -](?=\d|n\d)", r"\1-", name, flags=re.IGNORECASE)
        name = re.sub(r"^i", "i", re.sub(r"^ultra", "Ultra", name, flags=re.IGNORECASE), flags=re.IGNORECASE)
        name = re.sub(r"-(\w+)", lambda found: "-" + found.group(1).upper(), name, count=1)
        full = f"Intel(R) Core(TM) {name}"
        generation = compiled(_GENERATION).search(name)
        if generation:
            full = f"{generation.group(1)}th Gen {full}"
        forms += [full, full + " CPU"]
    elif lower.startswith("xeon"):
        name = re.sub(r"^xeon\s*", "", short, flags=re.IGNORECASE)
        name = re.sub(
            r"^(platinum|gold|silver|bronze)", lambda found: found.group(1).title(), name, flags=re.IGNORECASE
        )
        name = compiled(_BARE_XEON).sub(lambda found: f"{_XEON_TIERS[found[0][0]]} {found[0]}", name)
        forms += [f"Intel(R) Xeon(R) {name}", f"Intel(R) Xeon(R) {name} CPU", f"Intel(R) Xeon(R) CPU {name}"]
    elif re.match(r"n\d{2,3}$|processor n\d|(?:celeron|pentium)", lower):
        name = re.sub(
            r"^(celeron|pentium)", lambda found: found.group(1).title() + "(R)", short, flags=re.IGNORECASE
        )
        forms += [f"Intel(R) {name}", f"Intel(R) {name.upper()}"]
    elif lower.startswith(("epyc", "ryzen", "threadripper", "fx")):
        name = re.sub(r"^threadripper", "Ryzen Threadripper", short, flags=re.IGNORECASE)
        name = re.sub(r"^fx-", "FX(tm)-", name, flags=re.IGNORECASE)
        forms.append(f"AMD {name}")
    elif re.match(r"m\d( pro| max| ultra)?$", lower):
        forms.append(f"Apple {short}")
    elif lower.startswith("apple ") and short != text:
        forms.append(short)
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=KEPT_ANSWERS)
def find_cpu(
    brand: str, family: int | None = None, model: int | None = None, stepping: int | None = None
) -> CpuRow | None:
    """The catalogue row of a processor; None when nothing matches.

    *brand*: the raw brand string ('AMD EPYC 9654 96-Core Processor'), a short name ('i7-13700H', 'EPYC 9654',
    'Apple M2', 'Graviton3'), a board or device-tree name ('Raspberry Pi 5', 'rockchip,rk3588') or an Arm
    implementer:part ('0x41:0xd0b'). The first row in file order wins. *family*, *model*, *stepping* (CPUID,
    decimal) decide when the brand is generic, as in cloud machines ('Intel(R) Xeon(R) Processor').
    """
    forms = _spellings(brand[:MOST_CHARACTERS])
    lowered = tuple(form.lower() for form in forms)
    for line, literals in _lines():
        if any(literal in form for literal in literals for form in lowered):
            pattern = compiled(line["name_pattern"])
            if any(pattern.search(form) for form in forms):
                return _row(line)
    return _by_family(brand, family, model, stepping)


def _by_family(brand: str, family: int | None, model: int | None, stepping: int | None) -> CpuRow | None:
    """The row of a CPUID family and model."""
    if family is None or model is None:
        return None
    maker = "amd" if "amd" in brand.lower() or family >= 15 else "intel"
    wanted = _FAMILY.get((maker, family, model))
    if (maker, family, model) == ("intel", 6, 85):
        step = 0 if stepping is None else stepping
        wanted = "Skylake-SP" if step <= 4 else "Cascade Lake-SP" if step <= 7 else "Cooper Lake"
    return next((_row(line) for line, _ in _lines() if line["microarchitecture"] == wanted), None)


@cache
def all_cpus() -> tuple[CpuRow, ...]:
    """Every row of the table, in file order."""
    return tuple(_row(line) for line, _ in _lines())


def cpu_family(microarchitecture: str) -> CpuRow | None:
    """The first row of exactly this family."""
    return next((row for row in all_cpus() if row.microarchitecture == microarchitecture), None)
