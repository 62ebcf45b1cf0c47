"""`advisor hardware`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ASKED = ("hardware", "--model", "Qwen3-8B", "--engine", "llama.cpp")
HEAD = "hardware,price,unit,date,source\n"


@pytest.fixture
def prices(tmp_path: Path) -> str:
    """Two cards to rent and one to buy."""
    path = tmp_path / "prices.csv"
    path.write_text(
        f"{HEAD}RTX 4090,0.5,usd_per_hour,2026-11-01,me\nRTX 3090,0.3,usd_per_hour,2026-11-01,me\n"
        "RTX 3090,900,usd,2026-11,me\n"
    )
    return str(path)


def test_the_cheapest_comes_first(advisor: Any, prices: Any) -> None:
    """By price, rent and purchase apart; one's own list leaves nothing out."""
    found = advisor(*ASKED, "--prices", prices, "--json")
    assert (found.code, found.document["status"], found.document["left_out"]) == (0, "ok", [])
    assert [plan["offer"]["name"] for plan in found.document["rent"]] == ["RTX 3090", "RTX 4090"]
    assert [plan["offer"]["name"] for plan in found.document["buy"]] == ["RTX 3090"]
    text = advisor(*ASKED, "--prices", prices).lines
    assert (text[0], "Buy:" in text) == ("Rent, by the hour:", True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--concurrency", "4"), 2, "--users says how many are served"),
        (("--users", "2", "--requests-per-s", "1"), 2, "two ways to say one thing"),
        (("--p95-ttft", "2s"), 2, "give --requests-per-s"),
        (("--requests-per-s", "1e20"), 2, "give at most 1e+10"),
        (("--users", "0"), 2, "--users 0"),
        (("--provider", "acme"), 2, "unknown provider acme; known are aws"),
        (("--prices", "/nowhere.csv"), 6, "cannot read /nowhere.csv"),
    ],
)
def test_what_makes_no_sense_is_one_line(advisor: Any, words: Any, code: int, said: str) -> None:
    """The option at fault is named."""
    found = advisor(*ASKED, *words)
    assert (found.code, found.out, len(found.err.splitlines())) == (code, "", 1)
    assert said in found.err


def test_a_model_must_be_named(advisor: Any) -> None:
    """No machine is cheapest for nothing."""
    assert "--model" in advisor("hardware").err


def test_nothing_that_does_is_exit_code_3(advisor: Any, tmp_path: Path) -> None:
    """A card too small for the model."""
    path = tmp_path / "prices.csv"
    path.write_text(f"{HEAD}RTX A1000,0.1,usd_per_hour,2026-11-01,me\n")
    found = advisor(
        "hardware", "--model", "Llama-3.1-70B", "--engine", "vllm", "--prices", str(path), "--json"
    )
    assert (found.code, found.document["status"], found.document["rent"]) == (3, "nothing_fits", [])
