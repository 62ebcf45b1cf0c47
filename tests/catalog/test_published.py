"""Names of quantized copies: which scheme a repository holds, and what a name leaves open."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.models import all_models
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.cli.main import run

REPOSITORIES = {
    "Qwen/Qwen2.5-7B-Instruct-AWQ": ("Qwen2.5-7B", "W4A16-INT-awq-g128"),
    "Qwen/Qwen2.5-7B-Instruct-GPTQ-Int4": ("Qwen2.5-7B", "W4A16-INT-gptq-g128"),
    "Qwen/Qwen2.5-7B-Instruct-GPTQ-Int8": ("Qwen2.5-7B", "W8A16-INT-gptq-g128"),
    "TheBloke/Llama-2-13B-chat-GPTQ-4bit-32g": ("Llama-2-13B", "W4A16-INT-gptq-g32"),
    "Qwen/Qwen3-8B-FP8": ("Qwen3-8B", "W8A8-FP-block"),
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic": ("Llama-3.1-8B", "W8A8-FP-dynamic"),
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8": ("Llama-3.1-8B", "W8A8-FP-static"),
    "neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a8": ("Llama-3.1-8B", "W8A8-INT"),
    "neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w4a16": ("Llama-3.1-8B", "W4A16-INT-gptq-g128"),
    "RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a16": ("Llama-3.1-8B", "W8A16-INT"),
    "Intel/Qwen2.5-7B-Instruct-int4-AutoRound": ("Qwen2.5-7B", "W4A16-INT-autoround-g128"),
    "mlx-community/Qwen3-8B-8bit": ("Qwen3-8B", "MLX-8bit-g64"),
    "unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit": ("Llama-3.1-8B", "NF4"),
    "nvidia/Llama-3.1-8B-Instruct-FP4": ("Llama-3.1-8B", "NVFP4"),
    "someone/Llama-3.1-8B-exl3-4.0bpw": ("Llama-3.1-8B", "EXL3-4.0bpw"),
    "ISTA-DASLab/Meta-Llama-3.1-8B-Instruct-AQLM-2Bit-1x16-hf": ("Llama-3.1-8B", "AQLM-2bit-1x16"),
    "mobiuslabsgmbh/Llama-3.1-8B-hqq-3bit-g64": ("Llama-3.1-8B", "HQQ-3bit-g64"),
    "mobiuslabsgmbh/Llama-3.1-8b-instruct_4bitgs64_hqq_calib": ("Llama-3.1-8B", "HQQ-4bit-g64"),
    "bartowski/Qwen3-8B-exl2-6_5": ("Qwen3-8B", "EXL2-6.5bpw"),
    "LoneStriker/Meta-Llama-3-8B-Instruct-4.0bpw-h6-exl2": ("Llama-3-8B", "EXL2-4.0bpw"),
    "OpenVINO/Qwen3-8B-int4-ov": ("Qwen3-8B", "OV-INT4-g128"),
    "OpenVINO/Qwen3-8B-int8-ov": ("Qwen3-8B", "OV-INT8"),
    "OpenVINO/Qwen3-8B-fp16-ov": ("Qwen3-8B", "F16"),
    "mlx-community/Qwen3-8B-bf16": ("Qwen3-8B", "BF16"),
    "mlx-community/gpt-oss-20b-MXFP4-Q8": ("gpt-oss-20b", "MLX-MXFP4"),
    "ISTA-DASLab/Meta-Llama-3.1-8B-Instruct-AQLM-PV-2Bit-1x16-hf": ("Llama-3.1-8B", "AQLM-2bit-1x16"),
    "relaxml/Llama-2-70b-chat-E8P-2Bit": ("Llama-2-70B", "QuIP#-2bit"),
    "OPEA/Qwen2.5-7B-Instruct-int4-sym-inc": ("Qwen2.5-7B", "W4A16-INT-autoround-g128"),
    "amd/Llama-3.3-70B-Instruct-FP8-KV": ("Llama-3.3-70B", "W8A8-FP-static"),
}


@pytest.mark.parametrize(("text", "expected"), REPOSITORIES.items())
def test_a_quantized_repository_has_its_scheme(text: str, expected: tuple[str, str]) -> None:
    """The model by its shapes, the scheme by the name's marks, and the repository itself to be served."""
    model = resolve_model(text)
    assert (model.catalog_name, model.fixed_scheme, model.hf_id) == (*expected, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Qwen3-30B-A3B-FP8", ("W8A8-FP-block", "Qwen/Qwen3-30B-A3B-FP8")),
        ("Qwen3-8B-FP8", ("W8A8-FP-block", "Qwen/Qwen3-8B-FP8")),
        ("GLM-4.5-Air-FP8", ("W8A8-FP-dynamic", "zai-org/GLM-4.5-Air-FP8")),
        (
            "mlx-community/Qwen3-30B-A3B-4bit-DWQ",
            ("MLX-4bit-g64", "mlx-community/Qwen3-30B-A3B-4bit-DWQ"),
        ),
        ("shawnw3i/Qwen3-14B-INT8", ("W8A8-INT", "shawnw3i/Qwen3-14B-INT8")),
    ],
)
def test_the_table_of_checkpoints_knows_better_than_a_name(text: str, expected: tuple[str, str]) -> None:
    """With or without its publisher, a repository has the scheme it was published in."""
    model = resolve_model(text)
    assert expected == (model.fixed_scheme, model.hf_id)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("someone/Llama-3.1-8B-Instruct-Q4_K_M-GGUF", "Q4_K_M"),
        ("google/gemma-3-27b-it-qat-q4_0-gguf", "Q4_0"),
        ("unsloth/gemma-3-27b-it-qat-GGUF", "Q4_0"),
        ("bartowski/Qwen_Qwen3-8B-GGUF", None),
    ],
)
def test_a_repository_of_one_file_is_that_file(text: str, scheme: str | None) -> None:
    """The quantization before '-GGUF' is that of its one file; without one there are several."""
    model = resolve_model(text)
    assert (text, scheme) == (model.files_repository, model.fixed_scheme)


def test_a_part_of_a_split_file_names_its_quantization() -> None:
    """Every part of a file in several holds the same scheme, unsloth's mixes included."""
    name = "Qwen3-235B-A22B-Instruct-2507-UD-Q2_K_XL-00001-of-00002.gguf"
    assert resolve_model(name).fixed_scheme == "UD-Q2_K_XL"
    assert resolve_model("gpt-oss-120b-mxfp4-00001-of-00003.gguf").fixed_scheme == "MXFP4_MOE"


def test_every_scheme_is_written_as_the_table_writes_it() -> None:
    """`fixed_scheme` is a canonical name."""
    schemes = [scheme for _, scheme in REPOSITORIES.values()]
    assert schemes == [find_scheme(scheme).name for scheme in schemes]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("someone/Qwen2.5-7B-Instruct-AWQ", "does not state the group size: W4A16-INT-awq-g128 is assumed"),
        ("ISTA-DASLab/Llama-3.1-8B-AQLM-PV-2Bit-1x16-hf", "fine-tuned after rounding (PV-tuning)"),
        ("someone/Llama-3.1-8B-FP8", "does not state its scales: W8A8-FP-dynamic is assumed"),
        ("turboderp/Llama-3.1-8B-Instruct-exl3", "does not state the bits per weight of this EXL3 copy"),
        ("qwen3:8b-q4_K_M", "names its Q4_K_M file: the answer is for that file"),
        ("unsloth/Qwen3-30B-A3B-GGUF:UD-Q4_K_XL", "names its UD-Q4_K_XL file: the answer is for that file"),
        ("Llama-3.1-8B-Q4_K_M", "names its Q4_K_M file: the answer is for that file"),
    ],
)
def test_what_a_name_leaves_open_is_told(text: str, note: str) -> None:
    """Group size, scales, bits; and the one file that a tag means."""
    assert note in " ".join(resolve_model(text).notes)


def test_no_catalogue_model_counts_as_a_copy() -> None:
    """The published weights of a model are not a quantized copy of it, whatever type they are stored in."""
    names = [name for model in all_models() for name in (model.name, model.hf_id) if name]
    assert [name for name in names if resolve_model(name).fixed_scheme] == []


@pytest.mark.parametrize(
    "text", ["Qwen/Qwen2.5-7B-Instruct-AWQ", "RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8-dynamic"]
)
def test_a_quantized_repository_is_served_as_it_is(text: str, capsys) -> None:
    """End to end: no other scheme is considered, and the command serves that repository."""
    code = run(["recommend", "--model", text, "--hardware", "RTX 4090", "--json"])
    plan = json.loads(capsys.readouterr().out)["recommendation"]
    assert (code, plan["scheme"], plan["make_command"]) == (0, REPOSITORIES[text][1], "")
    assert plan["run_command"].startswith(f"vllm serve {text} ")
