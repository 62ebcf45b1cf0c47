"""Own rows change the answer of their machine, and only of it; removed, they leave no trace."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.own import _evidence, open_store
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store

FIXTURES = Path(__file__).parent / "fixtures"


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """What a command prints; it must succeed."""
    capsys.readouterr()
    assert run(list(argv)) == 0
    return capsys.readouterr().out


def predicted(
    capsys: pytest.CaptureFixture[str], hardware: str, scheme: str = "Q4_K_M", model: str = "llama-3.1-8b"
) -> str:
    """One prediction as printed."""
    argv = ("predict", "--model", model, "--scheme", scheme, "--hardware", hardware, "--engine", "llama.cpp")
    return answer(capsys, *argv)


def decode(text: str) -> dict:
    """Its decode speed."""
    return json.loads(text)["decode_tokens_per_s"]


def test_imported_rows_move_their_machine_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of an RTX 4090 move every scheme and model on it, by less the farther away; an RTX 3090 stays.

    The interval narrows towards below; above, what the memory can carry may bound it already.
    """
    before = decode(predicted(capsys, "RTX 4090"))
    other_before = predicted(capsys, "RTX 3090")
    far_before = decode(predicted(capsys, "RTX 4090", "Q8_0", "qwen2.5-14b"))
    answer(capsys, "measurements", "import", str(FIXTURES / "llama_bench.json"))
    after = decode(predicted(capsys, "RTX 4090"))
    far = decode(predicted(capsys, "RTX 4090", "Q8_0", "qwen2.5-14b"))
    assert after["basis"] == far["basis"] == "measured-here"
    moved, far_moved = (
        abs(math.log(a["value"] / b["value"])) for a, b in ((after, before), (far, far_before))
    )
    assert 0 < far_moved < moved
    assert after["value"] / after["low"] < before["value"] / before["low"]
    assert predicted(capsys, "RTX 3090") == other_before


def test_removal_gives_back_the_old_answer_byte_for_byte(capsys: pytest.CaptureFixture[str]) -> None:
    """After import and removal the recommendation is the same text."""
    ask = (
        "recommend",
        "--json",
        "--model",
        "llama-3.1-8b",
        "--hardware",
        "RTX 4090",
        "--engine",
        "llama.cpp",
    )
    before = answer(capsys, *ask)
    answer(capsys, "measurements", "import", str(FIXTURES / "llama_bench.json"))
    between = answer(capsys, *ask)
    answer(capsys, "measurements", "remove", "--source", "1")
    assert between != before
    assert answer(capsys, *ask) == before


def test_the_answer_says_how_many_rows_it_used(capsys: pytest.CaptureFixture[str]) -> None:
    """The evidence of a figure counts the own rows behind it."""
    answer(capsys, "measurements", "import", str(FIXTURES / "llama_bench.json"))
    ask = (
        "recommend",
        "--json",
        "--model",
        "llama-3.1-8b",
        "--hardware",
        "RTX 4090",
        "--engine",
        "llama.cpp",
    )
    assert "2 rows measured on this machine" in answer(capsys, *ask, "--scheme", "Q4_K_M")


def test_the_same_rows_from_a_second_process_give_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary kept in the store and a fresh one agree to the last digit."""
    answer(capsys, "measurements", "import", str(FIXTURES / "llama_bench.json"))
    fresh = predicted(capsys, "RTX 4090")
    _evidence.cache_clear()
    assert predicted(capsys, "RTX 4090") == fresh


def test_doubtful_rows_count_only_where_no_sound_one_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A row measured beside other processes yields to one measured alone."""
    from advisor.catalog.resolve import resolve_hardware

    host = fingerprint(resolve_hardware("RTX 4090"))
    common = {
        "kind": "speed", "metric": "tokens_per_s", "phase": "decode", "model": "Llama-3.1-8B",
        "scheme": "Q4_K_M",
        "engine": "llama.cpp", "backend": "cuda", "host": host, "output_tokens": 128, "depth": 0,
        "concurrency": 1,
    }  # fmt: skip
    with Store() as store:
        store.add([Row(value=100.0, **common)], Origin())
        alone = decode(predicted(capsys, "RTX 4090"))
        store.add([Row(value=10.0, flags="busy", **common)], Origin())
        assert decode(predicted(capsys, "RTX 4090")) == alone


def test_a_prediction_without_a_store_makes_none(own_store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading never writes: no file appears."""
    predicted(capsys, "RTX 4090")
    assert not own_store.exists()


def test_a_folder_with_odd_characters_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces, percent, question and number signs are parts of a path, not of an address."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "my data 100% #1 what?"))
    with Store() as store:
        store.add([Row(kind="speed", metric="tokens_per_s", value=1.0)], Origin())
        path = store.path
    db = open_store(path)
    assert db.execute("SELECT count(*) FROM rows").fetchone()[0] == 1
    db.close()


def test_a_busy_measurement_leaves_other_models_and_says_so_on_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The figure measured says how many rows were taken on a busy machine; another model's does not move."""
    from advisor.catalog.resolve import resolve_hardware

    before = predicted(capsys, "RTX 4090", "Q8_0", "qwen2.5-14b")
    row = Row(
        kind="speed", metric="tokens_per_s", phase="decode", model="Llama-3.1-8B", scheme="Q4_K_M",
        engine="llama.cpp", backend="cuda", host=fingerprint(resolve_hardware("RTX 4090")), output_tokens=128,
        depth=0, concurrency=1, value=10.0, flags="busy",
    )  # fmt: skip
    with Store() as store:
        store.add([row], Origin())
    assert predicted(capsys, "RTX 4090", "Q8_0", "qwen2.5-14b") == before
    ask = ("recommend", "--json", "--model", "llama-3.1-8b", "--hardware", "RTX 4090")
    said = answer(capsys, *ask, "--engine", "llama.cpp", "--scheme", "Q4_K_M")
    assert "1 row measured on this machine, 1 of them on a busy one" in said


@pytest.mark.parametrize("factor", [0.3, 0.9, 1.0, 4.0, 20.0])
def test_a_measured_value_lies_in_its_own_interval(capsys: pytest.CaptureFixture[str], factor: float) -> None:
    """However far it is from what the bandwidth allows: then the limit is in doubt, and it is said."""
    from advisor.catalog.resolve import resolve_hardware

    before = decode(predicted(capsys, "RTX 4090"))
    measured = factor * before["value"]
    row = Row(
        kind="speed", metric="tokens_per_s", phase="decode", model="Llama-3.1-8B", scheme="Q4_K_M",
        engine="llama.cpp", backend="cuda", host=fingerprint(resolve_hardware("RTX 4090")), output_tokens=128,
        depth=0, concurrency=1, value=measured,
    )  # fmt: skip
    with Store() as store:
        store.add([row], Origin())
    after = decode(predicted(capsys, "RTX 4090"))
    assert after["low"] * (1 - 1e-5) <= measured <= after["high"] * (1 + 1e-5)
    said = answer(capsys, "recommend", "--json", "--model", "llama-3.1-8b", "--hardware", "RTX 4090",
                  "--engine", "llama.cpp", "--scheme", "Q4_K_M")  # fmt: skip
    assert (factor > 3) == ("those are in doubt" in said)


def test_a_fleet_and_offers_read_the_rows_of_their_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kind of machine that was measured is planned with its rows; so is an offer of such a machine."""
    inventory, prices = tmp_path / "nvidia.csv", tmp_path / "prices.csv"
    inventory.write_text("name, memory.total [MiB]\nNVIDIA GeForce RTX 4090, 24564 MiB\n")
    prices.write_text("hardware,price,unit,date,source\nRTX 4090,0.5,usd_per_hour,2026-01-01,me\n")
    need = ("--model", "llama-3.1-8b", "--engine", "llama.cpp", "--scheme", "Q4_K_M", "--json")
    asked = (
        ("fleet", str(inventory), *need, "--concurrency", "1"),
        ("hardware", "--prices", str(prices), *need),
    )

    def bases() -> list[str]:
        fleet, offers = (json.loads(answer(capsys, *argv)) for argv in asked)
        plans = (fleet["shapes"][0]["plan"], offers["rent"][0]["plan"])
        return [plan["predicted"]["decode_tokens_per_s"]["basis"] for plan in plans]

    assert "measured-here" not in bases()
    answer(capsys, "measurements", "import", str(FIXTURES / "llama_bench.json"))
    assert ["measured-here"] * 2 == bases()
