"""Fit what sizes cannot be computed from: the spread of bits per parameter, Unsloth's mixes, nominal
parameter counts.

Writes the document advisor/sizing/artifact/sizes.json.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from advisor.catalog.models import all_models, find_model
from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError, UnsupportedError
from advisor.sizing.fitted import mix_kind, size_class
from advisor.sizing.tensors import tensors
from advisor.sizing.weights import weigh

from .tables import load

MIX_ROOM = 0.02
"""Added to both ends of an Unsloth interval: the spread of plain llama-quantize files around their computed
size, whose
95 % end in the same tables is 2 % (chat template, vision parts, rounding to two digits)."""


def fit(progress: Callable[[str], None] = lambda _: None) -> dict:
    """The document."""
    progress("bits per parameter")
    spread = bits_per_param()
    progress("unsloth mixes")
    return {"format": 1, "bits_per_param": spread, "unsloth": unsloth(), "nominal_params": nominal_params()}


def modelled() -> list[ModelProfile]:
    """Catalogue models whose tensors are known."""
    found = []
    for model in all_models():
        try:
            tensors(model)
        except UnsupportedError:
            continue
        found.append(model)
    return found


def bits_per_param() -> dict[str, dict[str, list[float]]]:
    """scheme -> 'dense-2' -> [median, 5 %, 95 %, number of models]: bits per parameter, ends of their own
    intervals
    included."""
    seen: dict[str, dict[str, list[tuple[float, float, float]]]] = {}
    for model in modelled():
        for scheme in all_schemes():
            try:
                weights = weigh(model, scheme)
            except UnsupportedError:
                continue
            cell = f"{'moe' if model.is_moe else 'dense'}-{size_class(weights.n_params)}"
            size = weights.total_bytes
            seen.setdefault(scheme.name, {}).setdefault(cell, []).append(
                tuple(8 * end / weights.n_params for end in (size.value, size.low, size.high))
            )
    return {
        scheme: {
            cell: [
                *(round(quantile([row[i] for row in rows], q), 4) for i, q in enumerate((0.5, 0.05, 0.95))),
                len(rows),
            ]
            for cell, rows in sorted(cells.items())
            if len(rows) >= 5
        }
        for scheme, cells in sorted(seen.items())
    }


def published_files() -> list[tuple[str, str, float]]:
    """(model, scheme, bytes) of GGUF files stated by the measurement sources, once each."""
    rows = set()
    for kind in ("accuracy", "speed_local"):
        frame = load(kind)
        frame = frame[frame.file_gib.notna() & (frame.model_name != "") & (frame.scheme_name != "")]
        rows |= {
            (r.model_name, r.scheme_name, float(r.file_gib) * 2**30)
            for r in frame[["model_name", "scheme_name", "file_gib"]].itertuples()
        }
    return sorted(rows)


def unsloth(files: Iterable[tuple[str, str, float]] | None = None) -> dict[str, list[float]]:
    """Kind of mix -> [median, low, high, files]: published size over that of the ftype it is named after.

    The ends are the extremes seen plus MIX_ROOM: with a dozen files to a kind no quantile is known better.
    """
    ratios: dict[str, dict[tuple[str, str], list[float]]] = {}
    for name, scheme_name, n_bytes in files if files is not None else published_files():
        if not scheme_name.startswith("UD-"):
            continue
        try:
            ratio = n_bytes / plain_file_bytes(name, scheme_name)
        except AdvisorError:
            continue
        ratios.setdefault(mix_kind(scheme_name), {}).setdefault((name, scheme_name), []).append(ratio)
    result = {}
    for kind, by_file in sorted(ratios.items()):
        values = sorted(quantile(v, 0.5) for v in by_file.values())
        result[kind] = [
            round(quantile(values, 0.5), 4),
            round(values[0] - MIX_ROOM, 4),
            round(values[-1] + MIX_ROOM, 4),
            len(values),
        ]
    return result


def plain_file_bytes(model_name: str, scheme_name: str) -> float:
    """File size with the rules of the ftype an Unsloth scheme is named after."""
    model, scheme = find_model(model_name), find_scheme(scheme_name)
    ftype = find_scheme(resolve_ftype(scheme))
    return weigh(model, ftype, True).file_bytes.value


def resolve_ftype(scheme) -> str:
    """The llama-quantize name an Unsloth scheme starts from."""
    return scheme.ftype or scheme.name[3:].removesuffix("_XL")


def nominal_params() -> list[float]:
    """[5 %, 95 %, models] of true over nominal count, over models whose name states one ('Llama-2-7B')."""
    ratios = []
    for model in all_models():
        found = re.search(r"(?:^|-)(\d+(?:\.\d+)?)([BM])(?:-|$)", model.name)
        if found and model.n_params:
            nominal = float(found[1]) * (1e9 if found[2] == "B" else 1e6)
            ratios.append(model.n_params / nominal)
    return [round(quantile(ratios, 0.05), 4), round(quantile(ratios, 0.95), 4), len(ratios)]


def quantile(values: list[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
