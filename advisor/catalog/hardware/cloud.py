"""Cloud instances by name: the rows of profiles/instances.csv."""

from functools import cache, lru_cache
from typing import NamedTuple

from advisor.catalog.names import GIB, KEPT_ANSWERS, number, whole
from advisor.catalog.rows import cells, lines

_FILE = "instances.csv"


class Instance(NamedTuple):
    """One kind of virtual or bare machine that can be rented."""

    name: str
    provider: str
    gpu: str
    """As the provider calls it; empty without one."""
    card: str
    """The row of profiles/gpus.csv; empty without a GPU, and for accelerators the table does not hold."""
    n_gpus: int | None
    """0 for a fraction of a card; None when no source states it."""
    gpu_memory_bytes: int | None
    cpu: str
    ram_bytes: int | None
    price_usd_per_hour: float | None
    """On demand, in `price_region` on `price_date`."""
    price_region: str
    price_date: str


@cache
def _index() -> dict[str, int]:
    """Instance name in small letters -> row; the name stands second in its line and holds no comma."""
    return {line.split(",", 2)[1].lower(): index for index, line in enumerate(lines(_FILE))}


@lru_cache(maxsize=KEPT_ANSWERS)
def find_instance(text: str) -> Instance | None:
    """The instance of exactly this name, in any case of letters; Azure's also as its pages write them,
    'ND96asr v4' for Standard_ND96asr_v4."""
    name = text.strip().lower()
    joined = "_".join(name.split())
    index = next((_index()[form] for form in (name, joined, f"standard_{joined}") if form in _index()), None)
    if index is None:
        return None
    row = cells(_FILE, lines(_FILE)[index])
    memory, ram = number(row["gpu_memory_gib"]), number(row["ram_gib"])
    return Instance(
        name=row["instance"],
        provider=row["provider"],
        gpu=row["gpu"],
        card=row["card"],
        n_gpus=whole(row["n_gpus"]),
        gpu_memory_bytes=None if memory is None else round(memory * GIB),
        cpu=row["cpu"],
        ram_bytes=None if ram is None else round(ram * GIB),
        price_usd_per_hour=number(row["price_usd_per_hour"]),
        price_region=row["price_region"],
        price_date=row["price_date"],
    )


def instance_names() -> tuple[str, ...]:
    """The name of every row, for suggestions."""
    return tuple(line.split(",", 2)[1] for line in lines(_FILE))
