"""Slurm nodes: `scontrol show node`, as text or with --json, and `sinfo` with a header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "Slurm nodes (scontrol show node, sinfo)"
_UNUSABLE = (
    "DOWN",
    "DRAIN",
    "DRAINED",
    "DRAINING",
    "FAIL",
    "FAILING",
    "NOT_RESPONDING",
    "MAINT",
    "UNKNOWN",
    "ERROR",
)
"""Node states in which no job starts: https://slurm.schedmd.com/sinfo.html#SECTION_NODE-STATE-CODES."""
_GPU = re.compile(r"(?:^|,)gpu(?::(?P<type>[^:,(]*[^:,(\d][^:,(]*|[a-z]*\d+[a-z_][^:,(]*))?:(?P<count>\d+)")
_SLICE = re.compile(r"(\d+g\.\d+gb)", re.IGNORECASE)
_SPARK = (20, 100_000, 131_072)
"""Cores of a GB10, and between what sizes Slurm sees its 128 GB: https://docs.nvidia.com/dgx/dgx-spark/hardware.html."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    name: str
    gres: str
    states: tuple[str, ...]
    features: tuple[str, ...]
    architecture: str | None = None
    memory_mib: int | None = None
    free_mib: int | None = None
    sockets: int | None = None
    cores_per_socket: int | None = None
    cpus: int | None = None


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every node; each slice of a GPU is a place of its own."""
    if isinstance(source.json, dict) and isinstance(source.json.get("nodes"), list):
        if not all(isinstance(node, dict) and "gres" in node for node in source.json["nodes"]):
            return None
        nodes = [_from_json(node) for node in source.json["nodes"]]
    elif re.search(r"^NodeName=\S+", source.text, re.MULTILINE):
        nodes = [_from_text(part) for part in re.split(r"(?m)^(?=NodeName=)", source.text) if part.strip()]
    elif re.match(r"\s*NODELIST\b.*\bGRES\b", source.text):
        nodes = _from_table(source.text)
    else:
        return None
    return tuple(machine for node in nodes for machine in _machines(node))


def _from_json(node: dict[str, Any]) -> _Node:
    state = node.get("state") or []
    free = node.get("free_mem")
    return _Node(
        name=str(node.get("name") or node.get("hostname")),
        gres=str(node.get("gres") or ""),
        states=tuple(state if isinstance(state, list) else re.split(r"[+*]", str(state))),
        features=_features(node.get("active_features") or node.get("features")),
        architecture=node.get("architecture"),
        memory_mib=_whole(node.get("real_memory")),
        free_mib=_whole(free.get("number") if isinstance(free, dict) else free),
        sockets=_whole(node.get("sockets")),
        cores_per_socket=_whole(node.get("cores")),
        cpus=_whole(node.get("cpus")),
    )


def _from_text(part: str) -> _Node:
    fields = dict(re.findall(r"(?<!\S)(\w+)=(\S+)", part))
    return _Node(
        name=fields["NodeName"],
        gres=fields.get("Gres", ""),
        states=tuple(re.split(r"[+*]", fields.get("State", ""))),
        features=_features(fields.get("ActiveFeatures")),
        architecture=fields.get("Arch"),
        memory_mib=_whole(fields.get("RealMemory")),
        free_mib=_whole(fields.get("FreeMem")),
        sockets=_whole(fields.get("Sockets")),
        cores_per_socket=_whole(fields.get("CoresPerSocket")),
        cpus=_whole(fields.get("CPUTot")),
    )


def _from_table(text: str) -> list[_Node]:
    """`sinfo -N -o "%N %G %m %c %T"` and the like: columns by their headings."""
    head, *rows = [line.split() for line in text.splitlines() if line.strip()]
    found = []
    for row in rows:
        cell = dict(zip(head, row, strict=False))
        found.append(
            _Node(
                name=cell["NODELIST"],
                gres=cell.get("GRES", ""),
                states=(cell.get("STATE", "").rstrip("*~#!%$@^-").upper(),),
                features=_features(cell.get("AVAIL_FEATURES")),
                memory_mib=_whole(cell.get("MEMORY", "").rstrip("+")),
                cpus=_whole(cell.get("CPUS", "").rstrip("+")),
            )
        )
    return found


def _machines(node: _Node) -> list[InventoryMachine]:
    bad = [state for state in node.states if state.upper() in _UNUSABLE]
    why_not = f"its state is {'+'.join(node.states)}" if bad else None
    whole: list[Card] = []
    slices: list[tuple[Card, int]] = []
    notes: list[str] = []
    for match in _GPU.finditer(node.gres):
        kind, count = match["type"] or "", int(match["count"])
        if cut := _SLICE.search(kind):
            card = Card(name=f"{_spoken(kind[: cut.start()], node)} MIG {cut[1]}", virtual=True)
            slices.append((card, count))
        elif count:
            whole.append(_card(kind, count, node, notes))
    places = [([card], count) for card, count in slices] or [(whole, 1)]
    return [
        InventoryMachine(node=node.name, hardware=_profile(node, cards, notes), count=count, why_not=why_not)
        for cards, count in places
    ]


def _card(kind: str, count: int, node: _Node, notes: list[str]) -> Card:
    if kind:
        return Card(name=_spoken(kind, node), count=count)
    cores, least, most = _SPARK
    if node.architecture == "aarch64" and node.cpus == cores and least <= (node.memory_mib or 0) <= most:
        notes.append(
            "Slurm names no GPU type; an Arm node of 20 cores with this memory is taken for a DGX Spark "
            "(GB10)"
        )
        return Card(name="NVIDIA GB10", count=count)
    notes.append(
        "Slurm counts the GPUs without naming them (gres gpu:N); name them, or give nvidia-smi's output"
    )
    return Card(name="unnamed GPU", count=count)


def _spoken(kind: str, node: _Node) -> str:
    """'a100_80g' as people write it; a feature that says NVLink tells the SXM form."""
    text = re.sub(r"(\d+)g\b", r"\1GB", kind.strip("_").replace("_", " "))
    linked = {"nvlink", "sxm", "sxm2", "sxm4", "sxm5", "hgx"} & {feature.lower() for feature in node.features}
    return f"{text} SXM" if linked and re.match(r"(?:nvidia )?[abhv]\d{3}\b", text) else text


def _profile(node: _Node, cards: list[Card], notes: list[str]) -> Any:
    cores = node.cores_per_socket and node.cores_per_socket * (node.sockets or 1)
    return profile(
        Facts(
            node=node.name,
            cards=cards,
            architecture=node.architecture,
            os="Linux",
            sockets=node.sockets,
            physical_cores=cores,
            logical_cores=node.cpus,
            ram_bytes=node.memory_mib and node.memory_mib * MIB,
            available_bytes=node.free_mib and node.free_mib * MIB,
            notes=notes,
        ),
        "Slurm",
    )


def _features(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return () if value in (None, "", "(null)") else tuple(str(value).split(","))


def _whole(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 16 else None
