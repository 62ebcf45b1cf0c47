"""Own rows change the answer of their machine, and only of it; removed, they leave no trace."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.prediction.own.evidence import (
    Evidence,
    Point,
    effect,
    fingerprint,
    posterior,
    speaks_for,
    summarise,
)

FIXTURES = Path(__file__).parents[2] / "measuring" / "fixtures"


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
    """Rows of an RTX 4090 move every scheme and model on it, by less the farther away; an RTX 3090 stays."""
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
    assert after["high"] / after["low"] < before["high"] / before["low"]
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
    from advisor.prediction.own import evidence as local_evidence

    local_evidence._summary.cache_clear()
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


def evidence(*rows: tuple[str, float, float]) -> list[Evidence]:
    """(scheme family, bytes read, log ratio) of dense models on a CPU."""
    return [
        Evidence("cpu", "decode", Point(f, math.log(b), False, f"m{i}"), r)
        for i, (f, b, r) in enumerate(rows)
    ]


def test_three_rows_pull_an_unmeasured_family_and_one_of_its_own_pulls_more() -> None:
    """Partial pooling: a family without rows takes the machine's part, a measured one its own too."""
    found = summarise(evidence(("Q4_K", 2e9, 0.4), ("Q4_K", 4e9, 0.4), ("Q8_0", 4e9, 0.4)))["cpu"]["decode"]
    own, _, _ = posterior(found, Point("Q4_K", math.log(3e9), False, "x"), "decode")
    other, _, _ = posterior(found, Point("IQ2", math.log(3e9), False, "x"), "decode")
    assert 0 < other < own < 0.4


def test_more_rows_leave_less_doubt() -> None:
    """The variance falls with every row, and a row of the very configuration leaves nearly none."""
    rows = [("Q4_K", 2e9, 0.3), ("Q8_0", 4e9, 0.3), ("Q5_K", 4e9, 0.3)]
    point = Point("Q6_K", math.log(3e9), False, "x")
    variances = [
        posterior(summarise(evidence(*rows[:n]))["cpu"]["decode"], point, "decode")[1] for n in (1, 2, 3)
    ]
    assert variances == sorted(variances, reverse=True)
    exact = Evidence("cpu", "decode", point, 0.3)
    assert posterior(summarise([exact])["cpu"]["decode"], point, "decode")[1] < 0.03**2


def test_the_effect_is_what_the_predictor_shrinks_back() -> None:
    """Mean and error handed to the predictor give the posterior again under the same prior variance."""
    found = summarise(evidence(("Q4_K", 2e9, 0.5), ("Q8_0", 4e9, 0.3)))["cpu"]["decode"]
    point = Point("Q6_K", math.log(3e9), False, "x")
    mean, variance, before = posterior(found, point, "decode")
    ratio, sd, rows = effect(found, point, "decode")
    weight = before / (before + sd**2 / rows)
    assert weight * ratio == pytest.approx(mean, rel=1e-9)
    assert (1 - weight) * before == pytest.approx(variance, rel=1e-9)


def test_a_machine_is_the_same_after_a_reboot_and_another_with_more_memory() -> None:
    """A few per cent less memory for the kernel is the same machine; twice the memory is another."""
    from dataclasses import replace

    from advisor.catalog.resolve import resolve_hardware

    machine = resolve_hardware("EPYC 9654 384GB")
    less = replace(
        machine, memory=replace(machine.memory, total_bytes=int(machine.memory.total_bytes * 0.985))
    )
    more = replace(machine, memory=replace(machine.memory, total_bytes=machine.memory.total_bytes * 2))
    assert fingerprint(machine) == fingerprint(less)
    assert fingerprint(machine) != fingerprint(more)


def test_a_folder_with_odd_characters_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces, percent, question and number signs are parts of a path, not of an address."""
    from advisor.prediction.own.evidence import open_store

    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "my data 100% #1 what?"))
    with Store() as store:
        store.add([Row(kind="speed", metric="tokens_per_s", value=1.0)], Origin())
        path = store.path
    db = open_store(path)
    assert db.execute("SELECT count(*) FROM rows").fetchone()[0] == 1
    db.close()


def test_a_row_of_a_busy_machine_speaks_for_nothing_but_itself_until_a_calm_one_is_there() -> None:
    """A busy row moves its own configuration a little and no other; beside a calm row hardly more."""
    own, other = Point("Q4_K", math.log(2e9), False, "m"), Point("Q4_K", math.log(3e9), False, "x")
    calm = Evidence("cpu", "decode", own, 0.0)
    busy = [Evidence("cpu", "decode", own, -1.5, 1, True) for _ in range(3)]
    alone = summarise(busy)["cpu"]["decode"]
    assert posterior(alone, other, "decode")[0] == 0.0
    assert not speaks_for(alone, other)
    assert speaks_for(alone, own)
    sure = posterior(summarise([Evidence("cpu", "decode", own, -1.5)])["cpu"]["decode"], own, "decode")
    doubted = posterior(alone, own, "decode")
    assert abs(doubted[0]) < abs(sure[0]) / 2
    assert doubted[1] > 5 * sure[1]
    both = summarise([*busy, calm])["cpu"]["decode"]
    assert abs(posterior(both, other, "decode")[0]) < 0.01
    assert (both["rows"], both["busy_rows"]) == (4, 3)


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
