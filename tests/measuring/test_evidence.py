"""The user's rows of one machine as corrections of what is predicted there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.cli.main import run
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.own import own_evidence
from advisor.measuring.rows import Row
from advisor.measuring.store import Origin, Store
from advisor.prediction.case import Case, Sized
from advisor.prediction.serving_speed.predict import predict
from advisor.sizing.weights import weigh

CARD = "RTX 4090"


def predicted(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    """What vLLM does with a model on the card."""
    argv = ("predict", "--hardware", CARD, "--engine", "vllm", "--scheme", "W8A8-FP-dynamic", *more)
    capsys.readouterr()
    assert run(list(argv)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def keep(metric: str, value: float) -> None:
    """A row of `vllm bench serve` with eight requests in flight."""
    row = Row(
        kind="serving", metric=metric, phase="serving", model="Llama-3.1-8B", scheme="W8A8-FP-dynamic",
        engine="vllm", backend="cuda", host=fingerprint(resolve_hardware(CARD)), prompt_tokens=512,
        output_tokens=256, concurrency=8, value=value,
    )  # fmt: skip
    with Store() as store:
        store.add([row], Origin())


def test_serving_rows_move_their_engine_on_their_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """A slow run slows vLLM's other models there and narrows their intervals; llama.cpp stays."""
    other = ("--model", "qwen3-8b")
    before = predicted(capsys, *other)["decode_tokens_per_s"]
    local = predicted(capsys, *other, "--engine", "llama.cpp", "--scheme", "Q4_K_M")
    keep("requests_per_s", 0.2)
    after = predicted(capsys, *other)["decode_tokens_per_s"]
    assert (after["basis"], after["value"] < before["value"]) == ("measured-here", True)
    assert after["high"] / after["low"] < before["high"] / before["low"]
    assert predicted(capsys, *other, "--engine", "llama.cpp", "--scheme", "Q4_K_M") == local


def test_the_centre_does_not_depend_on_the_confidence() -> None:
    """With own serving rows, too, the expected speed is the same at 50 and 90 %, and the intervals nest."""
    keep("tpot_s", 0.05)
    hardware = resolve_hardware(CARD)
    model, scheme = find_model("Llama-3.1-8B"), find_scheme("W8A8-FP-dynamic")
    sized = Sized(weights=weigh(model, scheme), placement=Placement(kind="gpu", n_gpus=1))
    case = Case(
        hardware=hardware,
        model=model,
        scheme=scheme,
        engine="vllm",
        backend="cuda",
        own=own_evidence(hardware),
    )
    found = [
        predict(case._replace(confidence=c), Load(concurrency=8), sized).decode_tokens_per_s
        for c in (0.5, 0.9)
    ]
    half, nine = (f for f in found if f is not None)
    assert (half.value, half.basis) == (nine.value, "measured-here")
    assert nine.low < half.low < half.high < nine.high


def test_a_first_token_speaks_for_prompts_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A measured time to first token moves the next one and leaves the time per token."""
    model = ("--model", "llama-3.1-8b")
    before = predicted(capsys, *model)
    keep("ttft_s", 2.0)
    after = predicted(capsys, *model)
    assert after["decode_tokens_per_s"] == before["decode_tokens_per_s"]
    assert after["time_to_first_token_s"]["value"] > before["time_to_first_token_s"]["value"]
