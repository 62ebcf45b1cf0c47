"""Hardware as `lshw -json` lists it: whole, or one class of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from advisor.catalog.inventories import Source
from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.documents.inventory import InventoryMachine

FORM = "lshw (JSON)"
_DEEPEST = 24
_BYTES_A_TRANSFER = 8
"""A DIMM's bus is 64 bits wide, whatever the number of banks on it (JEDEC)."""
_VENDORS = (("nvidia", "NVIDIA"), ("amd", "AMD"), ("advanced micro", "AMD"), ("intel", "Intel"))


def read(source: Source) -> tuple[InventoryMachine, ...] | None:
    """The one machine."""
    parts = list(_parts(source.json))
    if not any("class" in part and "id" in part for part in parts):
        return None
    by_class: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        by_class.setdefault(str(part.get("class")), []).append(part)
    processors = [
        part for part in by_class.get("processor", []) if part.get("product") and not part.get("disabled")
    ]
    facts = Facts(
        node=next((str(part["id"]) for part in by_class.get("system", [])), "this machine"),
        cpu_brand=str(processors[0]["product"]) if processors else None,
        sockets=len(processors) or None,
        physical_cores=_sum(processors, "cores"),
        logical_cores=_sum(processors, "threads"),
        os="Linux",
    )
    _memory(facts, by_class.get("memory", []))
    facts.cards = _cards(by_class.get("display", []), facts)
    hardware = profile(facts, FORM)
    return (InventoryMachine(node=facts.node, hardware=hardware),)


def _parts(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _parts(part, depth)
    elif isinstance(node, dict) and depth < _DEEPEST:
        yield node
        yield from _parts(node.get("children") or [], depth + 1)


def _memory(facts: Facts, parts: list[dict[str, Any]]) -> None:
    """Size, kind and rate from the modules that are filled; as many channels as modules, at most what the
    processor has (the profile's own count then stands)."""
    modules = [part for part in parts if str(part.get("id", "")).startswith("bank") and part.get("size")]
    whole = [part for part in parts if part.get("description") == "System Memory" and part.get("size")]
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
        product = str(part.get("product") or "")
        maker = str(part.get("vendor") or "").lower()
        vendor = next((name for word, name in _VENDORS if word in maker), "unknown")
        marketed = re.search(r"\[([^\]]+)\]", product)
        card = Card(name=marketed[1] if marketed else product or "unnamed GPU", vendor=vendor)
        integrated = vendor == "Intel" and "arc" not in card.name.lower()
        integrated = integrated or (vendor == "AMD" and not marketed)
        if vendor == "unknown":
            continue  # a server's management controller
        (own if integrated else cards).append(card)
    if cards and own:
        facts.notes += [f"{card.name}: the processor's own graphics is left to the screen" for card in own]
        return cards
    return cards or own


def _sum(processors: list[dict[str, Any]], key: str) -> int | None:
    found = [str((part.get("configuration") or {}).get(key, "")) for part in processors]
    return sum(map(int, found)) if found and all(text.isdecimal() for text in found) else None
