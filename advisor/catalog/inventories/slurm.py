"""Slurm nodes: `scontrol show node` and `sinfo`, as text or with --json, and the lines of slurm.conf."""

from __future__ import annotations

import re
from typing import Any

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.catalog.inventories._slurm_forms import SlurmNode, nodes_in
from advisor.documents.inventory import InventoryMachine

FORM = "Slurm nodes (scontrol show node, sinfo, slurm.conf)"
_UNUSABLE = (
    *("DOWN", "DRAIN", "DRAINED", "DRAINING", "DRNG", "FAIL", "FAILING", "FAILG", "NOT_RESPONDING"),
    *("NO_RESPOND", "MAINT", "MAINTENANCE", "UNKNOWN", "UNK", "ERROR", "FUTURE", "FUTR", "INVAL"),
    *("INVALID_REG", "POWERING_DOWN", "POW_DN", "REBOOT", "REBOOT_ISSUED"),
)
"""Node states in which no job starts, in full and as sinfo shortens them:
https://slurm.schedmd.com/sinfo.html#SECTION_NODE-STATE-CODES. One that is powered down wakes for a job."""
_GPU = re.compile(
    r"(?:^|,)gpu(?::(?P<type>[^:,()=]+))??(?::no_consume)?[:=](?P<count>\d+)(?![^,(])", re.IGNORECASE
)
_SLICE = re.compile(r"(\d+g\.\d+gb)", re.IGNORECASE)
_SPARK = (20, 100_000, 131_072)
"""Cores of a GB10, and between what sizes Slurm sees its 128 GB: https://docs.nvidia.com/dgx/dgx-spark/hardware.html."""


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every node; each slice of a GPU is a place of its own."""
    nodes = nodes_in(source)
    return None if nodes is None else tuple(machine for node in nodes for machine in _machines(node))


def _machines(node: SlurmNode) -> list[InventoryMachine]:
    bad = [state for state in node.states if state.upper() in _UNUSABLE]
    why_not = f"its state is {'+'.join(filter(None, node.states))}" if bad else None
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
    listed = sum(card.count for card in whole) + sum(count for _, count in slices)
    if node.tres_gpus is not None and listed and node.tres_gpus != listed:
        notes.append(
            f"Gres lists {listed} GPUs and CfgTRES {node.tres_gpus}: {listed} are planned for; "
            "`scontrol reconfigure` makes them agree"
        )
    if node.gres_is_shown is False:
        notes.append("this listing shows no GPUs; give `scontrol show node`, or sinfo with %G in its format")
    places = [([card], count) for card, count in slices]
    if whole or not slices:
        places.insert(0, (whole, 1))
    return [
        InventoryMachine(node=node.name, hardware=_profile(node, cards, notes), count=count, why_not=why_not)
        for cards, count in places
    ]


def _card(kind: str, count: int, node: SlurmNode, notes: list[str]) -> Card:
    if kind:
        return Card(name=_spoken(kind, node), count=count)
    cores, least, most = _SPARK
    if node.architecture == "aarch64" and node.cpus == cores and least <= (node.memory_mib or 0) <= most:
        notes.append(
            "Slurm names no GPU type; an Arm node of 20 cores with this memory is taken for a DGX Spark "
            "(GB10)"
        )
        return Card(name="NVIDIA GB10", count=count)
    if features := [name for name in map(_gpu_feature, node.features) if name]:
        notes.append(f"Slurm counts the GPUs without naming them; the feature {features[0]} is taken for it")
        return Card(name=features[0], count=count)
    notes.append(
        "Slurm counts the GPUs without naming them (gres gpu:N); name them, or give nvidia-smi's output"
    )
    return Card(name="unnamed GPU", count=count)


def _gpu_feature(feature: str) -> str | None:
    """A feature that names a card of the catalogue as people write it: 'rtx6000ada', 'gpu_a100'."""
    name = re.sub(r"(?i)^gpu[_:.=-](?:(?:sku|type|model|gen)[_:.=-])?", "", feature)
    known = len(name) > 1 and any(map(str.isdigit, name)) and find_gpu(name.replace("_", " ")) is not None
    return name if known else None


def _spoken(kind: str, node: SlurmNode) -> str:
    """'a100_80g' and 'a100-80' as people write them; a feature that says NVLink tells the SXM form."""
    text = re.sub(r"(\d+)g\b", r"\1GB", kind.strip("_").replace("_", " "))
    if find_gpu(text) is None:
        text = re.sub(r"(?<=\d)[-. m](\d{2,3})$", r" \1GB", text)
    linked = {"nvlink", "sxm", "sxm2", "sxm4", "sxm5", "hgx"} & {feature.lower() for feature in node.features}
    return f"{text} SXM" if linked and re.match(r"(?:nvidia )?[abhv]\d{3}\b", text) else text


def _profile(node: SlurmNode, cards: list[Card], notes: list[str]) -> Any:
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
