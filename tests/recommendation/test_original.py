"""What the unquantized edition gets where a quantized copy does not run."""

from __future__ import annotations

import pytest

from advisor.catalog.resolve import resolve_model
from advisor.recommendation.original import original

COPIES = {
    "Qwen/Qwen3-8B-AWQ": "Qwen/Qwen3-8B",
    "mlx-community/Qwen3-8B-4bit": "Qwen/Qwen3-8B",
    "turboderp/Qwen3-8B-exl3": "Qwen/Qwen3-8B",
    "OpenVINO/Qwen3-8B-int4-ov": "Qwen/Qwen3-8B",
    "onnx-community/Qwen3-8B-ONNX": "Qwen/Qwen3-8B",
    "TheBloke/Mistral-7B-Instruct-v0.2-AWQ": "mistralai/Mistral-7B-Instruct-v0.2",
}


@pytest.mark.parametrize(("copy", "edition"), COPIES.items())
def test_a_copy_knows_the_edition_it_was_made_of(copy: str, edition: str) -> None:
    """By its publisher's name or by what is left of its own name without the marks of a copy."""
    found = original(resolve_model(copy))
    assert edition == (found and found.edition)


def test_a_fine_tune_is_its_own_original() -> None:
    """A fine-tune's copy is made of the fine-tune, never of the model whose shapes it has."""
    found = original(resolve_model("TheBloke/dolphin-2.9-llama3-8b-AWQ"))
    assert found
    assert found.name == "dolphin-2.9-llama3-8b"


def test_an_unquantized_model_is_no_copy() -> None:
    """Nothing stands behind the vendor's own weights."""
    assert original(resolve_model("Qwen3-8B")) is None


@pytest.mark.parametrize(
    ("copy", "machine"),
    [
        ("Qwen/Qwen3-8B-AWQ", "M4 Max 64GB"),
        ("mlx-community/Qwen3-8B-4bit", "RTX 4090"),
        ("mlx-community/Qwen3-8B-4bit", "RX 7900 XTX"),
        ("turboderp/Qwen3-8B-exl3", "Ryzen 9 7950X 64GB"),
        ("OpenVINO/Qwen3-8B-int4-ov", "RTX 4060"),
        ("unsloth/Qwen3-8B-bnb-4bit", "Arc A770"),
        ("onnx-community/Qwen3-8B-ONNX", "RTX 4090"),
    ],
)
def test_a_copy_that_nothing_here_reads_names_the_model_to_take(ask, copy: str, machine: str) -> None:
    """Under what would change the answer: the original, its scheme, its loss and its speed."""
    answer = ask(copy, machine)
    lines = [line for line in answer.what_would_change if line.startswith("--model Qwen/Qwen3-8B, ")]
    assert (answer.status, len(lines)) == ("nothing_fits", 1)
    assert " loses 0." in lines[0]
    assert " tokens/s" in lines[0]


@pytest.mark.parametrize(
    ("copy", "machine", "engine"),
    [
        ("OpenVINO/Qwen3-8B-int4-ov", "Arc A770", "openvino"),
        ("OpenVINO/Qwen3-8B-int8-ov", "Ryzen 9 7950X 64GB", "openvino"),
        ("turboderp/Qwen3-8B-exl3", "RTX 4090", "exllamav3"),
        ("turboderp/Qwen3-8B-exl2", "RTX 4090", "exllamav2"),
        ("mlx-community/Qwen3-8B-bf16", "M4 Max 64GB", "mlx"),
    ],
)
def test_a_format_of_one_engine_is_run_by_it_alone(ask, copy: str, machine: str, engine: str) -> None:
    """Also where the name says no width: one of the format is chosen, and pulled from the repository."""
    plan = ask(copy, machine).recommendation
    assert engine == plan.engine
    assert copy in plan.make_command + plan.run_command
