"""Alias tables: hardware and model names of the sources -> catalogue names, with how sure the match is."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from io import BytesIO
from pathlib import Path

import pandas as pd
from alias_rules import CPU_RULES, DEVICES, MODEL_BASES, MODELS, UNMATCHED_DEVICES
from ingest_common import DATE_ACCESSED, Files, add_table, read_text_table

PROFILES = Path(__file__).resolve().parent.parent / "profiles"
ALIAS_COLUMNS = ["raw", "catalog", "basis"]


def plain(text: str) -> str:
    """Letters and digits only, lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


_VENDOR_WORDS = re.compile(
    r"\b(nvidia|amd|intel|geforce|radeon|instinct|huawei|generation|graphics|gpu|pcie)\b"
    r"|(?<=\d) ?gb\b|\((r|tm)\)",
    re.I,
)


def _gpu_key(name: str) -> str:
    text = re.sub(r"\blaptop\b", "mobile", name, flags=re.I)
    return plain(_VENDOR_WORDS.sub(" ", text))


def device_aliases(names: dict[str, str], gpus: pd.DataFrame, cpus: pd.DataFrame) -> pd.DataFrame:
    """One row per raw hardware name that matches; *names* maps it to its kind (cpu, sbc, gpu …)."""
    exact = {plain(name): name for name in reversed(gpus["name"].tolist())}
    keyed = {_gpu_key(name): name for name in reversed(gpus["name"].tolist())}
    rows = []
    for raw, kind in sorted(names.items()):
        if not raw:
            continue
        if raw in DEVICES:
            rows.append([raw, *DEVICES[raw]])
        elif raw in UNMATCHED_DEVICES:
            continue
        elif kind in ("cpu", "sbc"):
            brand = cpu_brand(raw)
            if any(re.search(pattern, brand, re.I) for pattern in cpus["name_pattern"]):
                rows.append([raw, brand, "same"])
        else:
            found = exact.get(plain(raw)) or keyed.get(_gpu_key(raw))
            if found:
                rows.append([raw, found, "same"])
    return pd.DataFrame(rows, columns=ALIAS_COLUMNS)


def cpu_brand(raw: str) -> str:
    """The brand string a machine with this processor reports, as far as the catalogue's patterns need it."""
    for pattern, brand in CPU_RULES:
        found = re.fullmatch(pattern, raw)
        if found:
            return found.expand(brand)
    core = re.fullmatch(r"Core (i[3579]-(\d+)\S*)", raw)
    if core:
        digits = core.group(2)
        generation = (
            int(digits[:2]) if len(digits) == 5 or digits[:2] in ("10", "11", "12", "13") else int(digits[0])
        )
        prefix = f"{generation}th Gen " if generation > 10 else ""
        return f"{prefix}Intel(R) Core(TM) {core.group(1)}" + ("" if generation > 10 else " CPU")
    return raw


_SUFFIX = re.compile(
    r"[-_. ](gguf|awq|gptq|int[48]|[48]bit|mlx|nvfp4|fp8|bf16|bnb|autoround|i1|ud|"
    r"q\d_(k(_[sml])?|\d)|dynamic|instruct|chat|it|hf|base|thinking|reasoning|inst|v0\.1|dwq)$",
    re.I,
)
_STORED = re.compile(
    r"[-_. ](gguf|awq|gptq|int[48]|[48]bit|mlx|nvfp4|fp8|bf16|bnb|autoround|i1|ud|q\d_(k(_[sml])?|\d)|"
    r"dynamic)$",
    re.I,
)


def _stem(name: str) -> str:
    name = re.sub(r"\.gguf$", "", name.strip())
    while True:
        shorter = _SUFFIX.sub("", name)
        if shorter == name:
            # The point stays between digits: OPT-1.3B is not OPT-13B.
            return plain(re.sub(r"(?<=\d)[._](?=\d)", "point", name))
        name = shorter


def model_aliases(names: set[str], models: pd.DataFrame) -> pd.DataFrame:
    """One row per raw model name that matches."""
    stems: dict[str, str] = {}
    for name in models["name"]:
        stems.setdefault(_stem(name), name)
    for name, hf_id in zip(models["name"], models["hf_id"], strict=True):
        if hf_id:
            stems.setdefault(_stem(hf_id.split("/")[-1]), name)
    rows = []
    for raw in sorted(names):
        short = raw.split("/")[-1]
        if raw in MODELS:
            rows.append([raw, *MODELS[raw]])
        elif _stem(short) in stems:
            rows.append([raw, stems[_stem(short)], "prequantized" if _STORED.search(short) else "same"])
        else:
            base = next((catalog for pattern, catalog in MODEL_BASES if re.search(pattern, raw, re.I)), "")
            if base:
                rows.append([raw, base, "fine-tune"])
    return pd.DataFrame(rows, columns=ALIAS_COLUMNS)


def ingest_aliases(raw: Path, files: Files) -> None:
    """Add the alias tables and the list of what matched nothing, with its count and reason."""
    gpus, cpus, models = (_written(files, f"profiles/{name}.csv") for name in ("gpus", "cpus", "models"))
    kinds: dict[str, str] = {}
    devices, names = Counter(), Counter()
    for kind in ("speed_local", "speed_serving", "kernel_gemm"):
        table = read_text_table(raw / f"{kind}.csv")
        devices.update(table["hardware"])
        for name, what in zip(
            table["hardware"], table.get("hardware_kind", ["gpu"] * len(table)), strict=True
        ):
            kinds.setdefault(name, what)
    for kind in ("accuracy", "speed_local", "speed_serving"):
        names.update(read_text_table(raw / f"{kind}.csv")["model"])
    device_table, model_table = device_aliases(kinds, gpus, cpus), model_aliases(set(names), models)
    lost = [
        ("hardware", name, count, UNMATCHED_DEVICES.get(name, "no catalogue row"))
        for name, count in sorted(devices.items())
        if name not in set(device_table["raw"])
    ]
    lost += [
        ("model", name, count, "no catalogue row")
        for name, count in sorted(names.items())
        if name not in set(model_table["raw"])
    ]
    fields: dict[str, str | int] = {
        "producer": "quant-advisor",
        "url": "https://github.com/ggml-org/llama.cpp",
        "date_published": DATE_ACCESSED,
        "date_accessed": DATE_ACCESSED,
        "licence": "Apache-2.0 (our own work)",
        "audit": "",
    }
    for stem, table, title, derivation in (
        (
            "device_aliases",
            device_table,
            "Hardware names of the measurements -> catalogue names",
            "Generated: one row per raw name; basis: same, or variant-assumed where the source leaves it "
            "open.",
        ),
        (
            "model_aliases",
            model_table,
            "Model names of the measurements -> catalogue names",
            "Generated: basis is same, prequantized, fine-tune (trained from it), same-shapes, "
            "variant-assumed.",
        ),
        (
            "unmatched",
            pd.DataFrame(lost, columns=["what", "raw", "rows", "reason"]),
            "Names in the measurements that no catalogue row matches",
            "Generated: raw rows per name, and why.",
        ),
    ):
        add_table(files, f"profiles/{stem}.csv", table, {"title": title, "derivation": derivation, **fields})


def _written(files: Files, path: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(files[path]), dtype=str, keep_default_na=False)


def extend_aliases(table: pd.DataFrame, files: Files) -> None:
    """Add the names of a hand-over that neither the alias tables nor the list of unmatched names hold."""
    gpus, cpus, models, devices, names, lost = (
        read_text_table(PROFILES / f"{name}.csv")
        for name in ("gpus", "cpus", "models", "device_aliases", "model_aliases", "unmatched")
    )
    listed = {what: set(rows["raw"]) for what, rows in lost.groupby("what")}
    more = []
    for what, column, known in (("hardware", "hardware", devices), ("model", "model", names)):
        new = table[~table[column].isin(set(known["raw"]) | listed.get(what, set()))]
        if what == "hardware":
            kinds = dict(zip(new["hardware"], new["hardware_kind"], strict=True))
            found = device_aliases(kinds, gpus, cpus)
        else:
            found = model_aliases(set(new["model"]), models)
        known = pd.concat([known, found]).sort_values("raw", ignore_index=True)
        if what == "hardware":
            devices = known
        else:
            names = known
        for raw, count in sorted(Counter(new[column]).items()):
            if raw not in set(found["raw"]):
                more.append((what, raw, count, UNMATCHED_DEVICES.get(raw, "no catalogue row")))
    lost = pd.concat([lost, pd.DataFrame(more, columns=lost.columns)], ignore_index=True)
    for stem, rows in (("device_aliases", devices), ("model_aliases", names), ("unmatched", lost)):
        fields = tomllib.loads((PROFILES / f"{stem}.origin.toml").read_text(encoding="utf-8"))
        fields.pop("sha256")
        add_table(files, f"profiles/{stem}.csv", rows, fields)
