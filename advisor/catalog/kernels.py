"""profiles/engine_kernels.csv and the ggml tables of schemes.json: which engines run a scheme, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from advisor.catalog.rows import every
from advisor.documents.scheme import Support
from advisor.engines import all_engines, facts


@cache
def _table() -> dict[str, tuple[Support, ...]]:
    found: dict[str, list[Support]] = {}
    # the words of closed lists are checked where the table is tested
    rows: Iterable[dict[str, Any]] = every("engine_kernels.csv")
    for row in rows:
        support = Support(
            engine=row["engine"],
            backend=row["backend"],
            min_compute_capability=row["from"] or None,
            max_compute_capability=row["to"] or None,
            architectures=tuple(row["chips"].split()),
            requires_isa=tuple(row["isa"].split()),
            models=row["models"] or "any",
            level=row["level"],
            note=row["note"],
            needs=row["needs"],
            source_url=row["url"],
        )
        found.setdefault(row["kernel"], []).append(support)
    return {kernel: tuple(rows) for kernel, rows in found.items()}


def supports(kernel: str) -> tuple[Support, ...]:
    """Who runs a kernel, in the table's order; nobody runs one the table lacks ('none')."""
    return _table().get(kernel, ())


def gguf_supports(table: dict[str, Any], shipped: tuple[Support, ...], ftype: str) -> tuple[Support, ...]:
    """Who runs *ftype* of the *table*, whose kernels *shipped* has.

    Forks and serving engines read the types that are not llama.cpp's alone.
    """
    if ftype in ("F16", "BF16"):
        return (*shipped, *supports("gguf-ik"), *supports("unquantized"))
    if ftype in table["only_llama_cpp"]:
        return shipped
    return (*shipped, *supports("gguf-ik"), *supports("gguf"))


def shipped(table: dict[str, Any], ggml_set: str) -> tuple[Support, ...]:
    """Who ships the kernels of the row *ggml_set* of the *table*'s `ggml_sets`: every engine built on
    llama.cpp's, on the backends it ships.
    """
    return tuple(_shipped(table, table["ggml_sets"][ggml_set].split()))


def _shipped(table: dict[str, Any], builds: list[str]) -> Iterator[Support]:
    """One row per engine and build; `opencl~` is a build with limits."""
    for engine in all_engines().values():
        for build, limits in ((text.rstrip("~"), text.endswith("~")) for text in builds):
            if build not in engine.ggml_builds:
                continue
            row = table["ggml_backends"][build]
            yield Support(
                engine=engine.name,
                backend=row.get("backend", build),
                min_compute_capability=row.get("from"),
                requires_isa=tuple(row.get("isa", ())),
                level="partial" if limits else "yes",
                note=engine.ggml_note or row.get("note", ""),
                source_url=engine.ggml_source or table["urls"][row["url"]],
            )


@cache
def backends_of(engine: str) -> frozenset[str]:
    """Every backend an engine has, whatever the scheme."""
    shipped = (build.partition("-")[0] for build in facts(engine).ggml_builds)
    rows = (row for rows in _table().values() for row in rows if row.engine == engine)
    return frozenset((*shipped, *(row.backend for row in rows)))
