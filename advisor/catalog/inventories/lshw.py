"""Hardware as `lshw` lists it: JSON, XML or text, whole or one class of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from advisor.catalog.gpus import find_gpu
from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import NAMELESS, InventoryMachine

FORM = "lshw (JSON, XML, text)"
_DEEPEST = 24
_BYTES_A_TRANSFER = 8
"""A DIMM's bus is 64 bits wide, whatever the number of banks on it (JEDEC)."""
_VENDORS = (("nvidia", "NVIDIA"), ("amd", "AMD"), ("advanced micro", "AMD"), ("intel", "Intel"))
_PCI_IDS = {"NVIDIA": "10de", "AMD": "1002", "Intel": "8086"}
_BYTES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine."""
    parts = list(
        _parts(_xml(source.text) or _text(source.text) if source.document is None else source.document)
    )
    if not any("class" in part and "id" in part for part in parts):
        return None
    by_class: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        if not part.get("disabled"):
            by_class.setdefault(str(part.get("class")), []).append(part)
    processors = [part for part in by_class.get("processor", []) if part.get("product")]
    facts = Facts(
        node=next((str(part["id"]) for part in by_class.get("system", [])), NAMELESS),
        cpu_brand=str(processors[0]["product"]) if processors else None,
        sockets=len(processors) or None,
        physical_cores=_sum(processors, "cores"),
        logical_cores=_sum(processors, "threads"),
        os="Linux",
    )
    _memory(facts, by_class.get("memory", []))
    computing = [part for part in by_class.get("generic", []) if "accelerator" in _lower(part, "description")]
    facts.cards = _cards([*by_class.get("display", []), *computing], facts)
    hardware = profile(facts, FORM)
    return (InventoryMachine(node=facts.node, hardware=hardware),)


def _parts(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _parts(part, depth)
    elif isinstance(node, dict) and depth < _DEEPEST:
        yield node
        yield from _parts(node.get("children") or [], depth + 1)


def _xml(text: str) -> list[dict[str, Any]]:
    """`lshw -xml`: every node with its parts as text."""
    if not re.match(r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:list|node)\b", text, re.DOTALL):
        return []
    if "<!ENTITY" in text:
        raise ValueError("it declares entities, which lshw never does")
    try:
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise ValueError(f"the XML ends or breaks: {error}") from None
    found = []
    for node in root.iter("node"):
        part: dict[str, Any] = {**node.attrib, **{child.tag: child.text for child in node if child.text}}
        part["disabled"] = node.get("disabled") == "true"
        part["configuration"] = {
            str(child.get("id")): child.get("value") for child in node.iterfind("configuration/setting")
        }
        found.append(part)
    return found


def _text(text: str) -> list[dict[str, Any]]:
    """The text for people: '*-display' begins a part, and its lines are 'key: value'."""
    if not re.search(r"^ *\*-\w", text, re.MULTILINE):
        return []
    found = []
    for block in re.split(r"^ *\*-", text, flags=re.MULTILINE)[1:]:
        head, _, rest = block.partition("\n")
        kind, _, state = head.partition(" ")
        cell = dict(re.findall(r"^ +([a-z ]+): (.+)$", rest, re.MULTILINE))
        size = re.match(r"(\d+)([KMGT]?)iB", cell.get("size", ""))
        found.append(
            {
                "id": kind.strip(),
                "class": {"cpu": "processor", "bank": "memory"}.get(
                    kind.partition(":")[0], kind.partition(":")[0]
                ),
                "disabled": "DISABLED" in state,
                **cell,
                "size": int(size[1]) * _BYTES[size[2]] if size else None,
                "configuration": dict(re.findall(r"(\w+)=(\S+)", cell.get("configuration", ""))),
            }
        )
    return found


def _memory(facts: Facts, parts: list[dict[str, Any]]) -> None:
    """Size, kind and rate from the modules that are filled; as many channels as modules, at most what the
    processor has (the profile's own count then stands)."""
    modules = [part for part in parts if str(part.get("id", "")).startswith("bank") and part.get("size")]
    whole = [part for part in parts if _lower(part, "description") == "system memory" and part.get("size")]
    facts.ram_bytes = int(whole[0]["size"]) if whole else sum(int(part["size"]) for part in modules) or None
    text = " ".join(str(part.get("description")) for part in modules)
    kind = re.search(r"\b(LP)?DDR\d\w?\b", text)
    rates = [int(rate) for rate in re.findall(r"(\d{3,5}) MHz", text)]
    if kind:
        facts.memory_kind = kind[0]
    if rates and facts.sockets in (None, 1) and len(modules) <= 2:
        # lshw prints transfers per second as MHz for DDR.
        facts.channels = len(modules)
        facts.bandwidth_bytes_per_s = float(len(modules) * _BYTES_A_TRANSFER * min(rates) * 1_000_000)


def _cards(displays: list[dict[str, Any]], facts: Facts) -> list[Card]:
    """Cards first; a processor's own graphics only where there is no card."""
    cards: list[Card] = []
    own: list[Card] = []
    for part in displays:
        product, maker = str(part.get("product") or ""), _lower(part, "vendor")
        vendor = next((name for word, name in _VENDORS if word in maker), "unknown")
        if vendor == "unknown":
            continue  # a server's management controller, a virtual machine's screen
        bare = re.search(r"\[[0-9a-f]{4}:([0-9a-f]{4})\]", product, re.IGNORECASE)
        marketed = None if bare else re.search(r"\[([^\]]+)\]", product)
        card = Card(
            name=f"{vendor} GPU {bare[1]}" if bare else marketed[1] if marketed else product or "unnamed GPU",
            vendor=vendor,
            pci_id=f"{_PCI_IDS[vendor]}:{bare[1].lower()}" if bare else None,
        )
        match = find_gpu(card.name, None, card.pci_id)
        integrated = vendor == "Intel" and "arc" not in card.name.lower() and match is None
        integrated = integrated or (vendor == "AMD" and not marketed and not bare)
        (own if integrated or (match is not None and match.unified_memory) else cards).append(card)
    if cards and own:
        facts.notes += [f"{card.name}: the processor's own graphics is left to the screen" for card in own]
        return cards
    return cards or own


def _sum(processors: list[dict[str, Any]], key: str) -> int | None:
    found = [str((part.get("configuration") or {}).get(key, "")) for part in processors]
    return sum(map(int, found)) if found and all(text.isdecimal() for text in found) else None


def _lower(part: dict[str, Any], key: str) -> str:
    return str(part.get(key) or "").lower()
