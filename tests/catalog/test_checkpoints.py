"""Published files: repository, file and bytes, of exactly the edition asked for."""

from __future__ import annotations

from typing import get_args

import pytest

from advisor.catalog.checkpoints import Doubt, checkpoints, source_url
from advisor.catalog.models import all_models, find_model
from advisor.catalog.resolve import resolve_model
from advisor.catalog.rows import cells, lines

LARGEST_SHOWN = {
    ("Qwen3.6-27B", "UD-Q4_K_XL"): ("unsloth/Qwen3.6-27B-GGUF", "Qwen3.6-27B-UD-Q4_K_XL.gguf", 17.6e9),
    ("Qwen3.6-27B", "Q3_K_M"): ("bartowski/Qwen_Qwen3.6-27B-GGUF", "Qwen_Qwen3.6-27B-Q3_K_M.gguf", 14.4e9),
    ("gpt-oss-20b", "MXFP4_MOE"): (
        "DevQuasar/openai.gpt-oss-20b-GGUF",
        "openai.gpt-oss-20b.MXFP4_MOE.gguf",
        12.11e9,
    ),
    ("nvidia/Qwen3.6-27B-NVFP4", "NVFP4"): ("nvidia/Qwen3.6-27B-NVFP4", "*.safetensors", 22e9),
}


@pytest.mark.parametrize(("asked", "expected"), LARGEST_SHOWN.items())
def test_a_published_file_is_found_with_its_size(
    asked: tuple[str, str], expected: tuple[str, str, float]
) -> None:
    """Where a real file is known, its own bytes are the answer, with its publisher."""
    best = checkpoints(resolve_model(asked[0]), asked[1])[0]
    assert (best.repository, best.file) == expected[:2]
    assert best.n_bytes == pytest.approx(expected[2], rel=0.01)


def test_files_are_those_of_the_edition() -> None:
    """Instruct, base and reasoning editions of one shape never share a file."""
    instruct = {one.repository for one in checkpoints(resolve_model("Llama-3.1-8B"))}
    base = {one.repository for one in checkpoints(resolve_model("meta-llama/Llama-3.1-8B"))}
    assert instruct & base == set()
    assert "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF" in instruct
    thinking = checkpoints(resolve_model("Qwen/Qwen3-4B-Thinking-2507"), "Q4_K_M")
    assert {"Thinking" in one.repository for one in thinking} == {True}


def test_files_of_a_trained_quantization_are_its_own() -> None:
    """QAT files stand beside the ordinary ones and are offered only for the QAT edition."""
    qat = checkpoints(resolve_model("gemma3:27b-it-qat"))
    assert {one.quantization_aware for one in qat} == {True}
    plain = checkpoints(resolve_model("gemma3:27b"))
    assert {one.quantization_aware for one in plain} == {False}


def test_a_named_repository_has_its_own_files_only() -> None:
    """Whoever names a repository gets nobody else's file."""
    found = checkpoints(resolve_model("unsloth/Qwen3-8B-GGUF"))
    assert {one.repository for one in found} == {"unsloth/Qwen3-8B-GGUF"}


def test_a_shown_size_carries_its_rounding() -> None:
    """'16.4 GiB' is known to 0.05 GiB; exact bytes need no rounding."""
    shown = checkpoints(resolve_model("Qwen3.6-27B"), "UD-Q4_K_XL")[0]
    assert (shown.exact_bytes, shown.shown_bytes, shown.rounding_bytes) == (None, 17_609_365_914, 53_687_091)
    exact = checkpoints(resolve_model("Qwen3-8B"), "UD-Q4_K_XL")[0]
    assert (exact.n_bytes, exact.rounding_bytes) == (5_135_722_304, 0)
    assert source_url(exact).startswith("https://github.com/")


def test_the_table_keeps_its_schema() -> None:
    """Rows name catalogue models, units and doubts of the lists, and one row per file."""
    rows = [cells("checkpoints.csv", line) for line in lines("checkpoints.csv")]
    assert {row["model"] for row in rows} - {model.name for model in all_models()} == set()
    assert {row["unit"] for row in rows} == {"", "GiB", "GB"}
    assert {row["doubt"] for row in rows} <= set(get_args(Doubt))
    assert {bool(row["size"]) and bool(row["n_bytes"]) for row in rows} == {False}
    files = [(row["repository"], row["scheme"], row["format"], row["file"]) for row in rows]
    assert len(files) == len(set(files))


@pytest.mark.parametrize(
    ("name", "scheme", "repository"),
    [
        ("Qwen3-8B", "W4A16-INT-awq-g128", "Qwen/Qwen3-8B-AWQ"),
        ("Qwen3-8B", "W4A16-INT-gptq-g128", "RedHatAI/Qwen3-8B-quantized.w4a16"),
        ("Qwen3-8B", "MLX-8bit-g64", "lmstudio-community/Qwen3-8B-MLX-8bit"),
    ],
)
def test_a_copy_is_sure_where_its_publisher_states_the_groups(
    name: str, scheme: str, repository: str
) -> None:
    """Qwen's AWQ, RedHatAI's w4a16 and MLX's own conversions have one group size each."""
    assert next(one for one in checkpoints(find_model(name), scheme) if one.sure).repository == repository
