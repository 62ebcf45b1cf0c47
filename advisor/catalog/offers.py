"""Machines that can be rented or bought, with dated prices: profiles/instances.csv and profiles/cards.csv."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from advisor.catalog.inventories._cards import GIB, Card
from advisor.catalog.inventories._machine import Facts, profile
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.rows import every
from advisor.documents.files import read_text
from advisor.documents.offers import Offer, Price
from advisor.errors import BadFileError, UnknownNameError, UsageError

OWN_COLUMNS = ("hardware", "price", "unit", "date", "source")
_NO_WHOLE_GPU = ("", "0")
CARD_COUNTS = (1, 2, 4, 8)
"""How many of a card a machine is built with: what boards and their switches take."""


@cache
def instances() -> tuple[Offer, ...]:
    """Cloud instances with whole GPUs and a dated price."""
    return tuple(found for row in every("instances.csv") if (found := _instance(row)) is not None)


def left_out() -> tuple[str, ...]:
    """How many rows are no offers, and why."""
    rows = every("instances.csv")
    no_gpu = sum(not row["gpu"] for row in rows)
    cut = sum(bool(row["gpu"]) and row["n_gpus"] in _NO_WHOLE_GPU for row in rows)
    whole = [row for row in rows if row["gpu"] and row["n_gpus"] not in _NO_WHOLE_GPU]
    unpriced = sum(not row["price_usd_per_hour"] for row in whole)
    return (
        f"{no_gpu} instances without a GPU: what share of its host's memory bandwidth a virtual machine gets "
        "is not known",
        f"{cut} instances with a fraction of a GPU: its share of the time is not known",
        f"{unpriced} instances without a dated price",
    )


@cache
def cards() -> tuple[Offer, ...]:
    """Cards and whole machines to buy, 1 to 8 of a card; the computer around a card is not in the price."""
    return tuple(found for row in every("cards.csv") for found in _card(row))


def own_offers(path: str) -> tuple[Offer, ...]:
    """The user's own prices: a CSV with the columns of OWN_COLUMNS; unit is usd_per_hour or usd.

    Raises BadFileError naming the line: an unknown machine, no price, or a price without a date.
    """
    lines = csv.DictReader(read_text(path).splitlines(), restval="")
    try:
        missing = [name for name in OWN_COLUMNS if name not in (lines.fieldnames or ())]
        if missing:
            needed = ", ".join(OWN_COLUMNS)
            raise BadFileError(f"{path} lacks the columns {', '.join(missing)}; it needs {needed}")
        return tuple(_own(row, f"{path}, line {lines.line_num}") for row in lines)
    except csv.Error as error:  # a cell of more than 128 kB
        raise BadFileError(f"{path}, line {lines.line_num + 1}: {error}") from None


def _own(row: dict[str, str], where: str) -> Offer:
    amount = row["price"]
    if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", amount) or float(amount) <= 0:
        raise BadFileError(f"{where}: the price {amount!r} is not a number above zero")
    if not _is_date(row["date"]):
        raise BadFileError(f"{where}: a price needs its date (2026-11-26), not {row['date']!r}")
    if row["unit"] not in ("usd_per_hour", "usd"):
        raise BadFileError(f"{where}: the unit is usd_per_hour or usd, not {row['unit']!r}")
    try:
        hardware = resolve_hardware(row["hardware"])
    except (UnknownNameError, UsageError) as error:
        raise BadFileError(f"{where}: {error}") from None
    price = Price(
        amount=float(amount),
        unit="usd" if row["unit"] == "usd" else "usd_per_hour",
        date=row["date"],
        source_url=row["source"] or where,
        kind="your own price",
    )
    return Offer(name=row["hardware"], provider="own", hardware=hardware, price=price)


def _is_date(text: str) -> bool:
    """Whether *text* is a day, a month or a year that the calendar has."""
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}(-\d\d){0,2}", text) is not None


def _instance(row: dict[str, str]) -> Offer | None:
    if not row["gpu"] or row["n_gpus"] in _NO_WHOLE_GPU or not row["price_usd_per_hour"]:
        return None
    memory = float(row["gpu_memory_gib"]) * GIB if row["gpu_memory_gib"] else None
    facts = Facts(
        cards=[
            Card(
                name=_spoken(row["gpu"]),
                count=int(float(row["n_gpus"])),
                memory_bytes=int(memory) if memory else None,
            )
        ],
        cpu_brand=row["cpu"] or None,
        logical_cores=int(float(row["vcpus"])) if row["vcpus"] else None,
        ram_bytes=int(float(row["ram_gib"]) * GIB) if row["ram_gib"] else None,
        os="Linux",
    )
    hardware = profile(facts, "the provider's list")
    if any(gpu.memory_total_bytes is None or gpu.bandwidth_bytes_per_s is None for gpu in hardware.gpus):
        return None
    price = Price(
        amount=float(row["price_usd_per_hour"]),
        unit="usd_per_hour",
        date=row["price_date"],
        source_url=_sources()[row["price_source"]],
        kind=f"on demand, {row['price_region']}" if row["price_region"] else "on demand",
    )
    return Offer(name=row["instance"], provider=row["provider"], hardware=hardware, price=price)


def _card(row: dict[str, str]) -> Iterable[Offer]:
    street = re.match(r"\d+(\.\d+)?", row["street_price_usd"])
    amount, day, kind = (
        (street[0], row["street_price_date"], "street price")
        if street
        else (row["list_price_usd"], row["list_price_date"], row["list_price_kind"])
    )
    if not amount or not day:
        return
    whole = row["gpu"].startswith("Apple") or "DGX Spark" in row["gpu"] or "Ryzen" in row["gpu"]
    for count in (1,) if whole else CARD_COUNTS:
        try:
            hardware = resolve_hardware(f"{count}x {row['gpu']}" if count > 1 else row["gpu"])
        except (UnknownNameError, UsageError):
            return
        if any(gpu.memory_total_bytes is None for gpu in hardware.gpus) or not hardware.gpus:
            return
        yield Offer(
            name=hardware.name,
            provider="buy",
            hardware=hardware,
            price=Price(
                amount=float(amount) * count, unit="usd", date=day, source_url=row["source_url"], kind=kind
            ),
            measured_decode_w=float(row["measured_decode_w"]) if row["measured_decode_w"] else None,
            measured_what=row["measured_what"],
        )


def _spoken(gpu: str) -> str:
    """'rtx-pro-server-6000' as the catalogue spells it."""
    return gpu.replace("rtx-pro-server-6000", "RTX PRO 6000 Blackwell Server").replace("rtx-pro-", "RTX PRO ")


@cache
def _sources() -> dict[str, str]:
    return {row["id"]: row["url"] for row in every("instance_sources.csv")}
