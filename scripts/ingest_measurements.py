"""The measurement tables, one per source; sources without an open licence are reduced to medians.

`python scripts/ingest_measurements.py KIND TABLE.csv SOURCES.csv` takes a hand-over in: KIND is speed_local,
speed_serving or accuracy; TABLE has one row per figure; SOURCES one row per `source_id` with title, url,
date, kind, licence and audit. Tables of sources that the hand-over does not name stay as they are.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

import pandas as pd
from ingest_aliases import extend_aliases
from ingest_common import DATE_ACCESSED, Files, add_table, figure, read_text_table
from ingest_flags import add_facts, add_flags
from ingest_settings import add_settings

ROOT = Path(__file__).resolve().parent.parent

_OPEN = re.compile(r"(own, CC0|MIT|Apache-2\.0|BSD|CC[- ]BY[- ]4|CC0|GPL)")
ENGINE_URL = "https://github.com/ggml-org/llama.cpp"
"""What was measured, where a source is our own and has no address."""
_THREADS = ("issue", "discussion")
"""Comments in a thread are their writers', whatever the repository's licence: reduced too."""

_NOT_KEY = {
    "accuracy": ("value", "stderr", "baseline_value", "file_gib", "notes", "audit"),
    "speed_local": ("value", "stderr", "file_gib", "engine_version", "notes", "audit"),
    "speed_serving": ("value", "stderr", "file_gib", "engine_version", "notes", "audit"),
}


def _median(values: pd.Series) -> str:
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    return figure(numbers.median()) if len(numbers) else ""


def _spread(values: pd.Series) -> str:
    """Half the interquartile range over the median; empty for one value."""
    numbers = pd.to_numeric(values)
    middle = abs(numbers.median())
    if len(numbers) < 2 or not middle:
        return ""
    return figure((numbers.quantile(0.75) - numbers.quantile(0.25)) / 2 / middle)


def reduce(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One row per configuration: the median with n and spread; remarks are left behind."""
    if "baseline_precision" in frame:
        frame = frame.assign(
            baseline_precision=frame["baseline_precision"].replace(r"^original \(FP8\).*", "fp8", regex=True)
        )
    key = [column for column in frame.columns if column not in _NOT_KEY[kind]]
    medians = [c for c in ("file_gib", "value", "stderr", "baseline_value") if c in frame.columns]
    rows = []
    for values, group in frame.groupby(key, sort=False):
        row = dict(zip(key, values, strict=True))
        row |= {column: _median(group[column]) for column in medians}
        rows.append({**row, "n": len(group), "spread": _spread(group["value"])})
    order = [c for c in frame.columns if c in key or c in medians]
    return pd.DataFrame(rows, columns=[*order, "n", "spread"])


def _table_origin(source: pd.Series, is_open: bool) -> dict[str, str | int]:
    licence = (
        source["licence"].replace("own, CC0", "CC0-1.0 (own measurement)")
        if is_open
        else _closed_licence(source)
    )
    derivation = (
        "As transcribed."
        if is_open
        else (
            "Reduced: median per configuration; n is the number of figures, spread half their "
            "interquartile range "
            "over the median; the source's words are left out."
        )
    )
    found = re.search(r"https?://[^\s,;)]+", source["url"])
    url = found.group() if found else ""
    return {
        "title": plain_words(source["title"]),
        "producer": "quant-advisor" if source["kind"] == "own measurement" else _producer(url),
        "url": url or ENGINE_URL,
        "date_published": source["date"],
        "date_accessed": DATE_ACCESSED,
        "licence": licence,
        "derivation": derivation,
        "audit": plain_words(source["audit"]),
    }


def _closed_licence(source: pd.Series) -> str:
    stated = source["licence"]
    if _OPEN.match(stated):
        return f"licence not stated (a thread; its repository is {stated})"
    if stated.startswith(("CC", "Creative", "Tongyi")):
        return f"{stated} (not an open licence)"
    if stated in ("", "none stated", "not stated"):
        return "licence not stated"
    return f"licence not stated ({stated.removesuffix(' (no licence stated)')})"


def file_name(source_id: str) -> str:
    """The source id as a file name that every system takes."""
    return re.sub(r"[^a-z0-9._-]+", "_", source_id.lower())


_FINDING = re.compile(
    r"[,;]? ?\(?(text cop(y|ies) )?(found )?(in the GitHub full-text index|repository not named by the index)"
    r"(, ids? [\d and]+| \(id \d+\))?\)?"
    r"|, id \d+\)|; card ids in notes\)?| \(not in round 1\)|[,;] index id \d+"
)
"""How a source was found; of no use to a reader of the origin."""


def plain_words(text: str) -> str:
    """A title or remark without the words on how it was found."""
    short = _FINDING.sub("", text).replace("reachable in the stored corpora", "reachable")
    return short + ")" * (short.count("(") - short.count(")"))  # an id may have taken the closing one along


def _producer(url: str) -> str:
    found = re.match(r"(?:https?://)?(?:www\.)?github\.com/([^/]+/[^/ ]+)", url)
    if found:
        return found.group(1)
    found = re.match(r"https?://([^/]+(?:/[^/]+)?)", url)
    return found.group(1) if found else "not known: a public text copy whose repository is not named"


def by_source(kind: str, frame: pd.DataFrame, sources: pd.DataFrame, files: Files) -> None:
    """Add one table and its origin per source of *frame*; *sources* is indexed by `source_id`."""
    frame = add_facts(kind, add_flags(kind, frame))
    if kind == "speed_local":
        frame = add_settings(frame, sources["audit"].to_dict())
    for source_id, rows in frame.groupby("source_id", sort=True):
        source = sources.loc[source_id]
        is_open = bool(_OPEN.match(source["licence"])) and source["kind"] not in _THREADS
        table = rows.assign(n=1, spread="") if is_open else reduce(kind, rows)
        path = f"measurements/{kind}/{file_name(source_id)}.csv"
        add_table(files, path, table, _table_origin(source, is_open) | _known_since(path))


def _known_since(path: str) -> dict[str, str | int]:
    """The day a table already here was accessed first, which a later hand-over does not change."""
    origin = ROOT / (path.removesuffix(".csv") + ".origin.toml")
    if not origin.is_file():
        return {}
    return {"date_accessed": tomllib.loads(origin.read_text(encoding="utf-8"))["date_accessed"]}


def _by_source(kind: str, raw: Path, files: Files) -> None:
    sources = read_text_table(raw / "sources" / f"{kind}.csv").set_index("source_id")
    by_source(kind, read_text_table(raw / f"{kind}.csv"), sources, files)


def _kernels(raw: Path, files: Files) -> None:
    sources = read_text_table(raw / "sources" / "speed_serving.csv").set_index("source_id")
    frame = read_text_table(raw / "kernel_gemm.csv")
    for source_id, rows in frame.groupby("source_id", sort=True):
        add_table(
            files,
            f"measurements/kernel_gemm/{source_id}.csv",
            rows,
            _table_origin(sources.loc[source_id], True),
        )


def ingest_measurements(raw: Path, files: Files) -> None:
    """Add every measurement table and its origin to *files*."""
    for kind in ("accuracy", "speed_local", "speed_serving"):
        _by_source(kind, raw, files)
    _kernels(raw, files)


def main() -> int:
    """Write the tables of one hand-over and their origins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("accuracy", "speed_local", "speed_serving"))
    parser.add_argument("table", type=Path)
    parser.add_argument("sources", type=Path)
    arguments = parser.parse_args()
    files: Files = {}
    sources = read_text_table(arguments.sources).set_index("source_id")
    table = read_text_table(arguments.table)
    by_source(arguments.kind, table, sources, files)
    if arguments.kind == "speed_local":
        extend_aliases(table, files)
    for path, data in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(data)
    print(f"{len(files)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
