"""What Slurm's tools say of a node, from each of their forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from advisor.catalog.inventories import Source

_FLAGS = "*~#!%$@^-"
"""After a state: not responding, powered down or up, in maintenance … (sinfo's page)."""
MOST_NODES = 65_536
"""Slurm's own limit of a list of hosts (https://slurm.schedmd.com/slurm.conf.html, MAX_SLURM_NODES)."""
_FEATURES = ("ActiveFeatures", "AvailableFeatures", "Features", "Feature")
_HOSTS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmNode:
    """One node; None = the tool is silent."""

    name: str
    gres: str = ""
    gres_is_shown: bool = True
    tres_gpus: int | None = None
    """GPUs that jobs can be given; None where the tool does not count them."""
    states: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    architecture: str | None = None
    memory_mib: int | None = None
    free_mib: int | None = None
    sockets: int | None = None
    cores_per_socket: int | None = None
    cpus: int | None = None


def nodes_in(source: Source) -> list[SlurmNode] | None:
    """The nodes, each once, or None when the text is of another tool."""
    document, text = source.document, source.text
    if isinstance(document, dict) and _is_listing(document.get("nodes")):
        found: Iterator[SlurmNode] = map(_from_json, document["nodes"])
    elif isinstance(document, dict) and isinstance(document.get("sinfo"), list):
        found = (node for row in document["sinfo"] for node in _from_sinfo(row))
    elif re.search(r"^\s*NodeName=\S+", text, re.MULTILINE):
        found = _from_text(text)
    elif head := re.search(r"^.*\bNODELIST\b.*$", text, re.MULTILINE):
        found = _from_table(text[head.start() :].splitlines())
    else:
        return None
    return list({node.name: node for node in found}.values())


def _is_listing(nodes: Any) -> bool:
    return (
        isinstance(nodes, list)
        and bool(nodes)
        and all(isinstance(node, dict) and ("gres" in node or "real_memory" in node) for node in nodes)
    )


def _from_json(node: dict[str, Any]) -> SlurmNode:
    states = (*_words(node.get("state")), *_words(node.get("state_flags")))
    return SlurmNode(
        name=str(node.get("name") or node.get("hostname")),
        gres=str(node.get("gres") or ""),
        tres_gpus=_tres_gpus(node.get("tres")),
        states=states,
        features=_words(node.get("active_features") or node.get("features")),
        architecture=node.get("architecture"),
        memory_mib=_whole(node.get("real_memory")),
        free_mib=_whole(node.get("free_mem")),
        sockets=_whole(node.get("sockets")),
        cores_per_socket=_whole(node.get("cores")),
        cpus=_whole(node.get("cpus")),
    )


def _from_sinfo(row: dict[str, Any]) -> Iterator[SlurmNode]:
    """`sinfo --json`: nodes that are alike in one row."""

    def least(key: str) -> int | None:
        return _whole((row.get(key) or {}).get("minimum"))

    for name in (row.get("nodes") or {}).get("nodes") or ():
        yield SlurmNode(
            name=str(name),
            gres=str((row.get("gres") or {}).get("total") or ""),
            states=_words((row.get("node") or {}).get("state")),
            features=_words((row.get("features") or {}).get("total")),
            memory_mib=least("memory"),
            sockets=least("sockets"),
            cores_per_socket=least("cores"),
            cpus=least("cpus"),
        )


def _from_text(text: str) -> Iterator[SlurmNode]:
    """`scontrol show node`, and slurm.conf, where the line DEFAULT fills what others omit."""
    default: dict[str, str] = {}
    for part in re.split(r"(?m)^\s*(?=NodeName=)", re.sub(r"\\\n", " ", text))[1:]:
        part = part.split("\nPartitionName=")[0]
        fields: dict[str, str] = {}
        for key, value in re.findall(r"(?<!\S)(\w+)=(\S*)", part.split("Reason=")[0]):
            fields.setdefault(key, value)
        fields = default | fields
        if fields["NodeName"] == "DEFAULT":
            default = {key: value for key, value in fields.items() if key != "NodeName"}
            continue
        # A line of slurm.conf states no present state: UNKNOWN there is where a node starts.
        states = _words(fields.get("State")) if "CfgTRES" in fields or "CPUTot" in fields else ()
        node = SlurmNode(
            name="",
            gres=fields.get("Gres", ""),
            tres_gpus=_tres_gpus(fields.get("CfgTRES")),
            states=states,
            features=next((found for name in _FEATURES if (found := _words(fields.get(name)))), ()),
            architecture=fields.get("Arch"),
            memory_mib=_whole(fields.get("RealMemory")),
            free_mib=_whole(fields.get("FreeMem")),
            sockets=_whole(fields.get("Sockets")),
            cores_per_socket=_whole(fields.get("CoresPerSocket")),
            cpus=_whole(fields.get("CPUTot") or fields.get("CPUs")),
        )
        yield from (replace(node, name=name) for name in hosts(fields["NodeName"]))


def _from_table(lines: list[str]) -> Iterator[SlurmNode]:
    """`sinfo -N -o "%N %G %m %c %T"` and the like: columns by their headings, one node or a list of them."""
    split = "|" if "|" in lines[0] else None
    head = [word.strip() for word in lines[0].split(split)]
    for line in lines[1:]:
        cell = dict(zip(head, (word.strip() for word in line.split(split)), strict=False))
        if "NODELIST" not in cell:
            continue
        node = SlurmNode(
            name="",
            gres=cell.get("GRES", ""),
            gres_is_shown="GRES" in head,
            states=_words(cell.get("STATE", "").upper()),
            features=_words(cell.get("AVAIL_FEATURES") or cell.get("ACTIVE_FEATURES")),
            memory_mib=_whole(cell.get("MEMORY", "").rstrip("+")),
            cpus=_whole(cell.get("CPUS", "").rstrip("+")),
        )
        yield from (replace(node, name=name) for name in hosts(cell["NODELIST"]))


def hosts(text: str) -> list[str]:
    """'gpu[01-03,07]' as four names. Raises ValueError for more than a cluster can have."""
    parts = [_range(part) if index % 2 else [part] for index, part in enumerate(_HOSTS.split(text))]
    total = 1
    for part in parts:
        total *= len(part)
        if total > MOST_NODES:
            raise ValueError(f"{text[:40]!r} names more nodes than a cluster can have")
    joined = ["".join(names) for names in product(*parts)]
    return [name for whole in joined for name in whole.split(",") if name]


def _range(text: str) -> list[str]:
    """'01-03,07' as its numbers, zeros in front kept."""
    found: list[str] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if int(last or first) - int(first) > MOST_NODES:
            raise ValueError(f"[{text[:40]}] names more nodes than a cluster can have")
        found += [str(number).zfill(len(first)) for number in range(int(first), int(last or first) + 1)]
    return found


def _words(value: Any) -> tuple[str, ...]:
    """States and features: a list, or words joined by signs."""
    if isinstance(value, list):
        return tuple(map(str, value))
    if value in (None, "", "(null)"):
        return ()
    return tuple(word.strip(_FLAGS) for word in re.split(r"[+,*|]", str(value)) if word.strip(_FLAGS))


def _tres_gpus(text: Any) -> int | None:
    """'cpu=64,mem=515000M,gres/gpu=4': GPUs of any type."""
    match = re.search(r"(?:^|,)gres/gpu=(\d{1,4})(?:,|$)", str(text or ""))
    return int(match[1]) if match else None


def _whole(value: Any) -> int | None:
    """A number, which newer JSON wraps in {"set": true, "number": N}."""
    if isinstance(value, dict):
        value = value.get("number") if value.get("set", True) else None
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 16 else None
