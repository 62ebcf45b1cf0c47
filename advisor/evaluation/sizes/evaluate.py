"""Computed sizes against llama-quantize: committed dry runs, the engine installed here, published files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from advisor.catalog.models import all_models, find_model
from advisor.catalog.rows import every
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError, UnsupportedError, UsageError
from advisor.evaluation.sizes import mixes
from advisor.sizing.blocks import tensor_bytes
from advisor.sizing.tensors import gguf_architecture, is_modelled, tensors
from advisor.sizing.types import assign
from advisor.sizing.weights import weigh
from advisor.training.data.tables import load

DRY_RUN_NAMES = {
    "codellama-7b": "CodeLlama-7B",
    "phi-3-mini": "Phi-3-mini-4k",
    "mistral-small-24b": "Mistral-Small-24B-2501",
    "qwen3-30b-a3b": "Qwen3-30B-A3B",
    "gemma-3-1b": "Gemma-3-1B",
}
"""Shapes of the dry runs whose short name means several catalogue models."""
EXPECTED_PARAMS_ERROR = 1e-3
"""A layout counts as confirmed when its parameters are within this of the catalogue's count."""


def evaluate() -> dict[str, Any]:
    """Exactness on the committed dry runs, on every catalogue shape with the engine installed here, on
    published files, and of the parameter counts."""
    return {
        "title": "Sizes: computed against llama-quantize",
        "dry_runs": [dry_runs()],
        "real_quantizer": real_quantizer(),
        "layouts_the_engine_loads": layouts(),
        "published_files": published(),
        "mixes_of_families_left_out": mixes.evaluate(),
        "parameter_counts": parameter_counts(),
    }


def dry_runs() -> dict[str, Any]:
    """Rows of measurements/gguf_sizes: how many are equal to the byte, tensor by tensor type."""
    frame = load("gguf_sizes")
    exact, wrong = 0, []
    for row in frame.to_dict("records"):
        model = find_model(DRY_RUN_NAMES.get(row["model"], row["model"]))
        try:
            types = assign(model, tensors(model), row["ftype"], row["imatrix"] == "yes")
        except UnsupportedError:
            wrong.append(f"{row['model']} {row['ftype']}")
            continue
        size = sum(tensor_bytes(name, t.shape) for name, t in zip(types, tensors(model), strict=True))
        histogram = ";".join(f"{name}:{n}" for name, n in sorted(Counter(types).items()))
        if size == row["total_tensor_bytes"] and histogram == row["tensor_type_histogram"]:
            exact += 1
        else:
            wrong.append(f"{row['model']} {row['ftype']} imatrix={row['imatrix']}")
    return {
        "rows": len(frame),
        "shapes": int(frame["model"].nunique()),
        "exact_rows": exact,
        "wrong": ", ".join(wrong[:5]),
    }


def distinct_shapes(models: Iterable[ModelProfile]) -> list[ModelProfile]:
    """One model for each list of tensors; models without a known list are left out."""
    found: dict[tuple[object, ...], ModelProfile] = {}
    for model in filter(is_modelled, models):
        found.setdefault((gguf_architecture(model), tensors(model)), model)
    return list(found.values())


def real_quantizer(models: Iterable[ModelProfile] | None = None) -> list[dict[str, Any]]:
    """By llama.cpp architecture: shapes and runs (ftype x imatrix) compared with the engine installed here.

    One row saying why when the engine is not installed.
    """
    from advisor.measuring import llama_quantize

    try:
        llama_quantize.engine_commit()
    except UsageError as error:
        return [{"architecture": "none", "why_not": str(error)}]
    rows: dict[str, dict[str, Any]] = {}
    for model in distinct_shapes(all_models() if models is None else models):
        name = gguf_architecture(model) or ""
        row = rows.setdefault(name, {"architecture": name, **dict.fromkeys(_COUNTS, 0), "different": ""})
        row["shapes"] += 1
        for ftype, imatrix, same in compare(model):
            row["runs"] += 1
            row["equal"] += same is True
            row["refused_by_engine"] += same is None
            if same is False and not row["different"]:
                row["different"] = f"{model.name} {ftype}{' imatrix' if imatrix else ''}"
    return sorted(rows.values(), key=lambda row: row["architecture"])


_COUNTS = ("shapes", "runs", "equal", "refused_by_engine")


def layouts() -> list[dict[str, Any]]:
    """Whether the engine installed here loads each architecture's layout: every tensor it wants, in its
    shape, and
    none too many. One shrunk model to an architecture; only complaints are listed after the count."""
    from advisor.measuring import llama_quantize
    from advisor.measuring.sparse_gguf import shrunk

    try:
        llama_quantize.engine_commit()
    except UsageError as error:
        return [{"engine": "none", "why_not": str(error)}]
    smallest: dict[str, ModelProfile] = {}
    for model in distinct_shapes(all_models()):
        name = gguf_architecture(model) or ""
        if name not in smallest or (model.hidden_size or 0) < (smallest[name].hidden_size or 0):
            smallest[name] = model
    complaints = {name: llama_quantize.loads(shrunk(model)) for name, model in smallest.items()}
    wrong = "; ".join(f"{name}: {text}" for name, text in complaints.items() if text)
    loaded = sum(not text for text in complaints.values())
    return [
        {
            "engine": llama_quantize.engine_commit(),
            "architectures": len(smallest),
            "loaded": loaded,
            "not": wrong,
        }
    ]


def compare(model: ModelProfile) -> Iterable[tuple[str, bool, bool | None]]:
    """(ftype, imatrix, whether every tensor has the engine's type; None when the engine does not know the
    architecture)."""
    from advisor.measuring import llama_quantize

    listed = tensors(model)
    with llama_quantize.sparse_file(model) as path:
        known = llama_quantize.quantizer_types(path, "Q8_0", False) is not None
        for ftype in llama_quantize.FTYPES:
            for imatrix in (False, True):
                if not known:
                    yield ftype, imatrix, None
                    continue
                theirs = llama_quantize.quantizer_types(path, ftype, imatrix)
                try:
                    types = assign(model, listed, ftype, imatrix)
                    ours = {t.name: name for t, name in zip(listed, types, strict=True)}
                except UnsupportedError:
                    ours = None
                yield ftype, imatrix, theirs == ours


def published_files() -> list[tuple[str, str, float]]:
    """(model, scheme, bytes) of GGUF files stated by the measurement sources, once each."""
    columns = ["model_name", "scheme_name", "file_gib"]
    table = pd.concat([load(kind)[columns] for kind in ("accuracy", "speed_local")]).dropna()
    table = table[(table["model_name"] != "") & (table["scheme_name"] != "")].drop_duplicates()
    return sorted((model, scheme, gib * 2**30) for model, scheme, gib in table.itertuples(index=False))


def published() -> list[dict[str, Any]]:
    """By kind of scheme: published file sizes over computed ones, and how many lie in the interval.

    Decimal gigabytes given as GiB, or files that hold a vision part too, show as outliers.
    """
    found = []
    for name, scheme_name, n_bytes in published_files():
        try:
            scheme = find_scheme(scheme_name)
            if not scheme.is_gguf:
                continue
            size = weigh(find_model(name), scheme).file_bytes
        except AdvisorError:
            continue
        kind = "unsloth mixes" if scheme_name.startswith("UD-") else "llama-quantize's own and _L"
        # Two digits of a stated GiB count are worth half a per cent at 1 GiB.
        inside = size.low - 0.005 * 2**30 <= n_bytes <= size.high + 0.005 * 2**30
        found.append((kind, 100 * (n_bytes / size.value - 1), inside))
    table = pd.DataFrame(found, columns=["scheme", "error", "inside"])
    return [
        {
            "scheme": kind,
            "files": len(rows),
            "median_error_pct": round(float(rows["error"].median()), 3),
            "p90_abs_error_pct": round(float(rows["error"].abs().quantile(0.9)), 3),
            "in_interval": int(rows["inside"].sum()),
        }
        for kind, rows in table.groupby("scheme")
    ]


def parameter_counts() -> list[dict[str, Any]]:
    """By architecture class: catalogue models, those whose tensors are known, and how far their parameters
    are from the count (recomputed from the configuration where the catalogue has that, else the
    repository's)."""
    counts = {
        row["name"]: [float(row[key]) * 1e9 for key in ("recomputed_b", "params_b") if row[key]]
        for row in every("models.csv")
    }
    rows: dict[str, dict[str, Any]] = {}
    for model in all_models():
        name = model.architecture or ""
        none = {"architecture": name, "models": 0, "modelled": 0, "confirmed": 0, "not": ""}
        row = rows.setdefault(name, none)
        row["models"] += 1
        if not is_modelled(model):
            continue
        row["modelled"] += 1
        n = sum(t.n_elements for t in tensors(model))
        error = min((n / count - 1 for count in counts.get(model.name, [])), key=abs, default=0.0)
        if abs(error) <= EXPECTED_PARAMS_ERROR:
            row["confirmed"] += 1
        else:
            why = f" ({model.extra})" if model.extra else ""
            row["not"] = f"{model.name} {100 * error:+.2f} %{why}"
    return sorted(rows.values(), key=lambda row: (-row["models"], row["architecture"]))
