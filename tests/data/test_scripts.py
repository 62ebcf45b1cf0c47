"""The scripts that make and seal the tables, on small inputs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from advisor.documents.origin import digest, read_origin

SCRIPTS = Path(__file__).parents[2] / "scripts"
pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason="the scripts are not part of an installation")


@pytest.fixture(autouse=True)
def scripts_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts import each other by bare name, as when run from their folder."""
    monkeypatch.syspath_prepend(str(SCRIPTS))


def _raw(**cells: str) -> dict[str, str]:
    row = {
        "source_id": "s",
        "hardware": "RTX 4090",
        "hardware_kind": "gpu",
        "ngl": "",
        "model": "Qwen3-8B",
        "scheme": "Q4_K_M",
        "file_gib": "",
        "value": "10",
        "stderr": "",
        "engine_version": "b1",
        "notes": "accel=Apple M3 Max 10P+4E+30GPU; ngl not recorded, full offload presumed",
        "audit": "",
    }
    return {**row, **cells}


def test_sealing_writes_the_digest_and_the_rows(tmp_path: Path) -> None:
    """After a table changed, seal.py puts the new SHA-256 and row count into its origin, and nothing else."""
    import seal

    data = tmp_path / "tasks.csv"
    data.write_text("a\n1\n2\n", encoding="utf-8")
    origin = tmp_path / "tasks.origin.toml"
    origin.write_text(
        'title = "t"\nproducer = "p"\nurl = ""\ndate_published = ""\ndate_accessed = "2026-11-21"\n'
        'licence = "MIT"\nderivation = "As transcribed."\nrows = 1\nsha256 = "0"\n',
        encoding="utf-8",
    )
    assert seal.seal(data) is True
    assert read_origin(data).sha256 == digest(data)
    assert read_origin(data).rows == 2
    assert seal.seal(data) is False
    assert len(tomllib.loads(origin.read_text(encoding="utf-8"))) == 9


def test_reduction_gives_one_median_per_configuration_without_words() -> None:
    """Three runs of one configuration become a median with n and spread; remarks stay behind, flags stay."""
    import ingest_flags
    import ingest_measurements

    frame = pd.DataFrame(
        [_raw(value=value) for value in ("10", "12", "20")] + [_raw(scheme="Q8_0", value="7")]
    )
    flagged = ingest_flags.add_facts("speed_local", ingest_flags.add_flags("speed_local", frame))
    table = ingest_measurements.reduce("speed_local", flagged)
    assert table["value"].tolist() == ["12", "7"]
    assert table["n"].tolist() == [3, 1]
    assert table["spread"].tolist() == ["0.208333333", ""]
    assert table["flags"].tolist() == ["offload_presumed", "offload_presumed"]
    assert table["gpu_cores"].tolist() == ["30", "30"]
    assert {"notes", "audit"} & set(table.columns) == set()


def test_a_mended_remark_raises_no_flag() -> None:
    """What the transcription already put right is no doubt any more."""
    import ingest_flags

    frame = pd.DataFrame(
        [_raw(notes="", audit="mended: record says multi-node"), _raw(notes="", audit="multi-node run")]
    )
    assert ingest_flags.add_flags("speed_local", frame)["flags"].tolist() == ["", "multi_node"]


@pytest.mark.parametrize(
    ("raw", "brand"),
    [
        ("Core i7-1185G7", "11th Gen Intel(R) Core(TM) i7-1185G7"),
        ("Core i7-4600M", "Intel(R) Core(TM) i7-4600M CPU"),
        ("Core i9-14900K", "14th Gen Intel(R) Core(TM) i9-14900K"),
        ("Xeon E5-2697 v2", "Intel(R) Xeon(R) CPU E5-2697 v2"),
        ("Ryzen 9 7950X", "AMD Ryzen 9 7950X"),
        ("Threadripper PRO 5975WX", "AMD Ryzen Threadripper PRO 5975WX"),
        ("Apple M2 Max CPU", "Apple M2 Max"),
        ("Raspberry Pi 5 Model B", "Raspberry Pi 5"),
    ],
)
def test_processor_names_become_brand_strings(raw: str, brand: str) -> None:
    """The sources' short names become what the processor itself reports."""
    import ingest_aliases

    assert ingest_aliases.cpu_brand(raw) == brand


def test_a_point_in_a_size_is_not_lost() -> None:
    """OPT-13B is not OPT-1.3B."""
    import ingest_aliases

    models = pd.DataFrame({"name": ["OPT-1.3B"], "hf_id": ["facebook/opt-1.3b"]})
    table = ingest_aliases.model_aliases({"OPT-13B", "opt-1.3b-GGUF"}, models)
    assert table.to_numpy().tolist() == [["opt-1.3b-GGUF", "OPT-1.3B", "prequantized"]]
