"""Ansible facts: one host's, a fact cache, `-m setup` on the terminal, or the JSON callback's of a play."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import MIB, Card
from advisor.catalog.inventories._machine import Facts, instance_gpus, profile
from advisor.documents.inventory import NAMELESS, InventoryMachine

FORM = "Ansible facts"
_DEEPEST = 12
_AD_HOC = re.compile(r"^(\S+) \| (SUCCESS|CHANGED|UNREACHABLE|FAILED)[^=\n]*=> (?=\{)", re.MULTILINE)
_SYSTEMS = {"Win32NT": "Windows"}
"""Ansible's word for an operating system -> ours, where they differ."""
_UNGATHERED = {"failed": True, "msg": "no facts of it are cached; play `-m setup` first"}
_MAKERS = ("GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls", "ARM")
_NO_NAME = re.compile(r"to be filled|system product|default string|none|n/a|not specified", re.IGNORECASE)


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """Every host whose facts hold a processor or a memory size."""
    documents = [source.document] if source.document is not None else _ad_hoc(source.text)
    facts = [found for document in documents for found in _facts(document)]
    if not facts or (source.document is not None and not any(_is_gathered(found) for _, found in facts)):
        return None
    return tuple(_host(node, found) if _is_gathered(found) else _failed(node, found) for node, found in facts)


def _ad_hoc(text: str) -> list[Any]:
    """`host | SUCCESS => {…}`, one after another."""
    found = []
    for match in _AD_HOC.finditer(text):
        document, _ = json.JSONDecoder().raw_decode(text, match.end())
        found.append({match[1]: document})
    return found


def _facts(
    document: Any, node: str | None = None, depth: int = 0
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """(host, its facts) wherever in the document they stand, prefix taken off."""
    if depth > _DEEPEST or not isinstance(document, dict | list):
        return
    if isinstance(document, list):
        for part in document:
            yield from _facts(part, node, depth + 1)
        return
    if isinstance(document.get("__payload__"), str):  # the cache plugin jsonfile of ansible-core 2.19
        document = json.loads(document["__payload__"])
    if document.get("unreachable") is True or (
        document.get("failed") is True and "ansible_facts" not in document
    ):
        yield node, document
        return
    inner = document.get("ansible_facts")
    plain = {key.removeprefix("ansible_"): value for key, value in (inner or document).items()}
    if ("memtotal_mb" in plain or "processor" in plain) and (inner or "ansible_processor" in document):
        yield node, plain
        return
    for key, part in document.items():
        if key == "hostvars" and isinstance(part, dict):  # of `ansible-inventory --list`
            for host, known in part.items():
                yield from list(_facts(known, host, depth + 1)) or [(host, _UNGATHERED)]
            continue
        generic = key in ("hosts", "plays", "tasks", "stats", "ansible_facts", "hostvars", "_meta")
        yield from _facts(part, node if generic else key, depth + 1)


def _is_gathered(found: dict[str, Any]) -> bool:
    return "memtotal_mb" in found or "processor" in found


def _failed(node: str | None, found: dict[str, Any]) -> InventoryMachine:
    """A host whose facts could not be gathered."""
    state = "not reachable" if found.get("unreachable") else "not read"
    facts = Facts(node=str(node or "a host"))
    why = f"it was {state}: {str(found.get('msg') or 'no reason is given').splitlines()[0][:120]}"
    return InventoryMachine(node=facts.node, hardware=profile(facts, FORM), why_not=why)


def _host(node: str | None, found: dict[str, Any]) -> InventoryMachine:
    processor = found.get("processor")
    brands = [processor] if isinstance(processor, str) else list(processor or ())
    brand = next(
        (text for text in brands if re.search("[A-Za-z]{2}", str(text)) and text not in _MAKERS), None
    )
    product = str(found.get("product_name") or "")
    total = _whole(found.get("memtotal_mb"))
    facts = Facts(
        node=str(node or found.get("hostname") or found.get("nodename") or NAMELESS),
        cpu_brand=brand,
        # On EC2 the firmware's product name is the instance type.
        instance=product if re.fullmatch(r"[a-z]\w*\.\w+", product) else None,
        architecture=found.get("architecture") if isinstance(found.get("architecture"), str) else None,
        os=_SYSTEMS.get(str(found.get("system")), str(found.get("system") or "") or None),
        sockets=_whole(found.get("processor_count")),
        physical_cores=_cores(found),
        logical_cores=_whole(found.get("processor_vcpus")),
        ram_bytes=total * MIB if total else None,
        available_bytes=_available(found),
        disk_free_bytes=_disk(found),
        board=product if product and not _NO_NAME.search(product) else None,
        unknown={
            "gpus": "Ansible facts hold no GPU; name it (--hardware 'RTX 4090 + …'), or give what "
            "nvidia-smi prints"
        },
    )
    hardware = profile(_with_gpus(facts), FORM)
    return InventoryMachine(node=facts.node, hardware=hardware)


def _with_gpus(facts: Facts) -> Facts:
    """A Mac's processor names its GPU too, and so does a cloud's instance type."""
    sold = instance_gpus(facts.instance)
    if sold:
        facts.cards = [Card(name=gpu.catalog_name or gpu.name) for gpu in sold]
        facts.notes.append(
            f"Ansible facts hold no GPU; {facts.instance} has {len(sold)}x {sold[0].catalog_name}"
        )
        facts.unknown.pop("gpus")
    if facts.cpu_brand and re.match(r"Apple M\d", facts.cpu_brand):
        gib = round((facts.ram_bytes or 0) / 2**30)
        facts.cards = [Card(name=f"{facts.cpu_brand} {gib}GB" if gib else facts.cpu_brand, vendor="Apple")]
        facts.unknown.pop("gpus")
    return facts


def _cores(found: dict[str, Any]) -> int | None:
    per_socket, sockets = _whole(found.get("processor_cores")), _whole(found.get("processor_count"))
    return per_socket * (sockets or 1) if per_socket else None


def _available(found: dict[str, Any]) -> int | None:
    """Free without what the page cache could give back."""
    memory = found.get("memory_mb") or {}
    free = _whole((memory.get("nocache") or {}).get("free")) or _whole(found.get("memfree_mb"))
    return free * MIB if free else None


def _disk(found: dict[str, Any]) -> int | None:
    mounts = {
        str(mount.get("mount")): _whole(mount.get("size_available")) for mount in found.get("mounts") or ()
    }
    return mounts.get("/")


def _whole(value: Any) -> int | None:
    """A count that may come as a string."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 20 else None
