"""profiles/schemes.json: the table behind `advisor.catalog.schemes`, and profiles built from its rows."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from advisor.catalog.kernels import gguf_supports, shipped, supports
from advisor.data import folder
from advisor.documents.kinds import ActivationType
from advisor.documents.scheme import SchemeProfile, Support
from advisor.engines import comparable


@cache
def scheme_file() -> dict[str, Any]:
    """The parsed table: urls, ggml_*, instead, make, gguf, methods, fixed, listed and aliases."""
    found: dict[str, Any] = json.loads((folder("profiles") / "schemes.json").read_text(encoding="utf-8"))
    return found


@cache
def names_by_key() -> dict[str, str]:
    """Every listed name and alias in comparison form -> canonical name."""
    table = scheme_file()
    found = {comparable(alias): name for name, aliases in table["aliases"].items() for alias in aliases}
    found.update((comparable(name), name) for name in (*table["gguf"], *table["fixed"], *table["listed"]))
    return found


def _make(name: str) -> dict[str, Any]:
    rank, text, url = scheme_file()["make"][name]
    return {"make_cost": text, "make_cost_rank": rank, "source": url}


def _supports(ggml_set: str, ftype: str) -> tuple[Support, ...]:
    """Who runs *ftype*; the set 'ik' is ik_llama.cpp's own."""
    return (
        supports("gguf-ik") if ggml_set == "ik" else gguf_supports(scheme_file(), _shipped(ggml_set), ftype)
    )


@cache
def _shipped(ggml_set: str) -> tuple[Support, ...]:
    """Fifteen sets serve eighty types."""
    return shipped(scheme_file(), ggml_set)


def gguf_profile(name: str, /, **changes: Any) -> SchemeProfile:
    """A row of the table's `gguf` part; *changes* override fields (for `-pure` and `_R4` variants)."""
    table = scheme_file()
    row = table["gguf"][name]
    fields = {
        "name": name,
        "family": row["family"],
        "format": "gguf",
        "level": row["level"],
        "weight_bits": row["bits"],
        "bpw": row.get("bpw", row["bits"] if row.get("reference") else None),
        "calibration": row["calibration"],
        "quantizes_embeddings": not row.get("reference", False),
        "aliases": tuple(table["aliases"].get(name, ())),
        "supports": _supports(row["on"], row.get("ftype", name)),
        "ftype": row.get("ftype", name),
        "embedding_type": row.get("embedding"),
        "reference": row.get("reference", False),
        **_make(row["make"]),
    }
    return SchemeProfile(**{**fields, **changes})


def fixed_profile(name: str) -> SchemeProfile:
    """A row of the table's `fixed` part: a scheme outside GGUF without parameters."""
    table = scheme_file()
    row = table["fixed"][name]
    return SchemeProfile(
        name=name,
        family=row["family"],
        format=row["format"],
        weight_bits=row["bits"],
        bpw=row["bpw"],
        group_size=row["group"],
        act_bits=row.get("act_bits", 16),
        act_dtype=row.get("act", "f16"),
        calibration=row["calibration"],
        quantizes_embeddings=row.get("embeddings", False),
        aliases=tuple(table["aliases"].get(name, ())),
        supports=supports(row["supports"]),
        **_make(row["make"]),
    )


def method_profile(
    name: str,
    method: str,
    bits: float,
    group: int | None,
    act_bits: int = 16,
    act_dtype: ActivationType = "f16",
) -> SchemeProfile:
    """A parametric scheme: *bits* per weight by *method*, one scale per *group* weights (-1: per row)."""
    table = scheme_file()
    row = table["methods"].get(method) or table["research"]
    if act_bits < 16:
        known = table["low_activation"] if bits == 4 and act_bits == 8 else {}
        who = known.get(f"{method} {act_dtype}", "none")
    else:
        who = row["supports"].get(str(int(bits)), row["supports"]["*"])
    return SchemeProfile(
        name=name,
        family=row["family"],
        format=row["format"],
        weight_bits=bits,
        bpw=bits_per_weight(row, bits, group),
        group_size=group,
        act_bits=act_bits,
        act_dtype=act_dtype,
        calibration=row["calibration"],
        quantizes_embeddings=row.get("embeddings", False),
        aliases=tuple(table["aliases"].get(name, ())),
        supports=supports(who),
        **_make(row["make"]),
    )


def bits_per_weight(row: dict[str, Any], bits: float, group: int | None) -> float:
    """Bits per quantized weight: the weight, plus a scale and a zero point shared by *group* weights.

    GPTQ, AWQ and AutoRound store a 16-bit scale and a zero of the weight's own width; HQQ and MLX a 16-bit
    scale and a 16-bit zero; symmetric rounding a scale only. Per output row (-1) both vanish against the row.
    """
    if group is None or group <= 0 or "scale_bits" not in row:
        return float(bits)
    zero_bits = bits if row["zero"] == "bits" else row["zero"]
    return float(bits + (row["scale_bits"] + zero_bits) / group)
