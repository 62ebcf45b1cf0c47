"""Settings that a source of local speeds states in its remarks -> columns; predictors read columns only.

`on_cpu` is what lies in main memory beside a GPU: `experts` (all routed experts), `experts 12-` (those of the
layers from 12 on), `ffn` (all feed-forward weights) or `unknown`. `ram_gb_s` is the peak of the memory as
stated (channels x rate x 8 bytes), `ram_measured_gb_s` what the source measured itself.
"""

from __future__ import annotations

import re

import pandas as pd

_HOST = re.compile(
    r"(?:\bhost (?:i\d-)?|cpu=|^|; )"
    r"((?:\dx )?(?:AMD |Intel )?(?:Core |Ryzen |EPYC |Xeon |Threadripper |i[3579]-|FX)[^;,(@]*)"
)
_STATED_RAM = (
    (re.compile(r"(\d+)\s*(?:x|ch)\s*DDR\d-(\d{4})"), None),
    (re.compile(r"DDR\d,? (\d+) ch\b"), 4800),
    (re.compile(r"(\d+) ch DDR5\b(?!-)"), 4800),
    (re.compile(r"DDR\d-(\d{4})"), 2),
)
_MEASURED_RAM = re.compile(r"(?:~|about )?([\d.]+)(?:-[\d.]+)? (GB/s|GiB/s)(?: measured)?")
_ON_CPU = (
    (re.compile(r"partly on CPU|later layers on CPU|except ffn_up/gate"), "unknown"),
    (re.compile(r"(?:ffn|experts) of layers (\d+)(?:-\d+|\+) on CPU"), "experts {0}-"),
    (re.compile(r"-ot ffn=CPU"), "ffn"),
    (
        re.compile(
            r"exps=CPU|(?:routed )?experts on CPU|all expert weights.*on the CPU|experts on 2x|cpu-moe", re.I
        ),
        "experts",
    ),
)
_NUMA = (
    (re.compile(r"numactl -N 0 -m 0|1 socket of dual|single socket"), "one-socket"),
    (re.compile(r"--numa distribute|dual socket|interleav", re.I), "interleaved"),
    (re.compile(r"2 NUMA nodes|two NUMA nodes"), "interleaved"),
)
COLUMNS = ("host", "on_cpu", "ram_gb_s", "ram_measured_gb_s", "numa", "split")


def _first(rules: tuple[tuple[re.Pattern[str], str], ...], text: str) -> str:
    for pattern, word in rules:
        found = pattern.search(text)
        if found:
            return word.format(*found.groups())
    return ""


def _stated_ram(text: str) -> str:
    """Channels x MT/s x 8 bytes; two channels, or DDR5-4800, where the source leaves one of them open."""
    for pattern, default in _STATED_RAM:
        found = pattern.search(text)
        if not found:
            continue
        if default is None:
            channels, rate = int(found[1]), int(found[2])
        elif default > 100:
            channels, rate = int(found[1]), default
        else:
            channels, rate = default, int(found[1])
        sockets = 2 if "per socket" in text and re.search(r"\b2x [XE]", text) else 1
        return f"{sockets * channels * rate * 8 / 1000:.9g}"
    return ""


def _measured_ram(text: str) -> str:
    found = _MEASURED_RAM.search(text)
    if not found or ("by the author" not in text and "measured" not in text and "about" not in found[0]):
        return ""
    value = float(found[1]) * (1.073741824 if found[2] == "GiB/s" else 1.0)
    return f"{value:.9g}"


def _short(name: str) -> str:
    """A processor's name without counts of cores, in single spaces."""
    return " ".join(re.sub(r" +\d+[- ][Cc]ores?\b.*$| w/ .*| with .*", "", name).split())


def _settings(row: dict[str, str], source_audit: str) -> dict[str, str]:
    notes, both = row["notes"], f"{row['notes']}; {row['audit']}; {source_audit}"
    host = _HOST.search(notes)
    ngl = re.search(r"ncmoe(\d+)", row["ngl"])
    on_cpu = _first(_ON_CPU, notes)
    if ngl:
        on_cpu = f"experts 0-{int(ngl[1]) - 1}"
    elif "cpu-moe" in row["ngl"]:
        on_cpu = "experts"
    elif row["engine"] == "ktransformers" and not on_cpu:
        on_cpu = "unknown"
    split = re.search(r"-sm (\w+)|tensor parallel (\d+)", notes)
    return {
        "host": _short(host[1]) if host else "",
        "on_cpu": on_cpu,
        "ram_gb_s": _stated_ram(notes),
        "ram_measured_gb_s": _measured_ram(notes),
        "numa": _first(_NUMA, both),
        "split": (split[1] or "tensor") if split else "",
    }


def add_settings(frame: pd.DataFrame, source_audits: dict[str, str]) -> pd.DataFrame:
    """The frame with COLUMNS, empty where the source is silent."""
    found = [_settings(row, source_audits.get(row["source_id"], "")) for row in frame.to_dict("records")]
    return frame.assign(**{column: [row[column] for row in found] for column in COLUMNS})
