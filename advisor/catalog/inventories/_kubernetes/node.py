"""What a Kubernetes node says of its devices, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.catalog.inventories._cards import Card
from advisor.catalog.inventories._machine import instance_gpus

INSTANCE_LABELS = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")


@dataclass(frozen=True, slots=True)
class Node:
    """Labels, and amounts of each resource: all there is, and what may be used."""

    labels: dict[str, str]
    capacity: dict[str, int]
    free: dict[str, int]

    @property
    def instance(self) -> str | None:
        """The cloud's name of this kind of machine."""
        return next((self.labels[name] for name in INSTANCE_LABELS if name in self.labels), None)

    def number(self, label: str) -> int | None:
        """The whole number in a label; None where there is none."""
        text = self.labels.get(label, "").removesuffix("MiB")
        return int(text) if text.isdecimal() and len(text) < 12 else None

    def usable(self, resource: str) -> int:
        """How many of a resource may be used now."""
        return self.free.get(resource, self.capacity.get(resource, 0))

    def sold_as(self) -> str | None:
        """The catalogue's GPU of this kind of machine."""
        found = instance_gpus(self.instance)
        return found[0].catalog_name if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Equal places of one node: the GPUs that one program there can use."""

    cards: tuple[Card, ...] = ()
    count: int = 1
    carved_bytes: int = 0
    """Main memory that Kubernetes does not see because graphics took it."""
    notes: tuple[str, ...] = ()
    why_not: str | None = None


NONE_USABLE = "none of its GPUs can be used now"


def plural(count: int, what: str = "GPU") -> str:
    """'1 GPU', '4 GPUs'."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def turns(cards: int, offered: int, how: str) -> str:
    """That several programs share whole cards."""
    return (
        f"{plural(cards)} offered {offered} times ({how}): programs take turns on the same memory, "
        "so figures hold while nobody else runs"
    )
