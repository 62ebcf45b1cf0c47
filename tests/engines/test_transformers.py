"""Hugging Face transformers: a program, since there is no command line."""

from __future__ import annotations

import ast

import pytest

from advisor.catalog.kernels import backends_of
from advisor.engines import engine_for, facts, find_engine
from advisor.engines.transformers import python_text

TRANSFORMERS = facts("transformers")


@pytest.fixture
def program(started):
    """(scheme, changes) -> the text of run.py, which Python's parser takes."""

    def made(scheme: str = "BF16", **changes) -> str:
        run = started("transformers", scheme, **changes).run
        assert run.argv == ("python", "run.py")
        ast.parse(run.files[0].text)
        return run.files[0].text

    return made


def test_full_precision_is_loaded_as_it_is(program):
    """In BF16 where the GPU has it, without any configuration."""
    text = program()
    assert ("dtype=torch.bfloat16" in text, "quantization_config" in text) == (True, False)


def test_an_old_gpu_computes_in_half_precision(program, machine):
    """Below compute capability 8.0, the configuration included."""
    text = program("NF4", online="bnb", hardware=machine("7.5"))
    assert (text.count("torch.float16"), "bfloat16" in text) == (2, False)


@pytest.mark.parametrize(
    ("scheme", "config"),
    [
        ("NF4", 'bnb_4bit_quant_type="nf4"'),
        ("NF4-DQ", "bnb_4bit_use_double_quant=True"),
        ("BNB-FP4", 'bnb_4bit_quant_type="fp4"'),
        ("BNB-INT8", "BitsAndBytesConfig(load_in_8bit=True)"),
        ("W8A8-FP-dynamic", "FineGrainedFP8Config()"),
        ("W8A8-FP-block", "FineGrainedFP8Config()"),
    ],
)
def test_schemes_made_while_loading_have_a_configuration(program, scheme, config):
    """The class is imported beside the model."""
    text = program(scheme, online="yes")
    assert config in text
    assert config.partition("(")[0] in text.splitlines()[1] or "BitsAndBytesConfig" in text.splitlines()[1]


def test_a_made_checkpoint_needs_no_configuration(program):
    """Its own config.json holds it."""
    assert "quantization_config" not in program("NF4")


def test_hqq_goes_through_its_own_library(program):
    """transformers no longer wraps it; its kernels want axis 1 and F16."""
    text = program("HQQ-4bit-g64", online="hqq")
    assert "BaseQuantizeConfig(nbits=4, group_size=64, axis=1)" in text
    assert "compute_dtype=torch.float16" in text


def test_a_path_cannot_leave_its_quotes(program):
    """A name from outside stays text, in ASCII."""
    bad = '"); import os; os.system("touch canary"); ("é'
    assert python_text(bad) in program(weights=bad)
    assert (python_text(bad).isascii(), ast.literal_eval(python_text(bad))) == (True, bad)


def test_where_it_runs_and_what_it_is_called(families):
    """Four backends; HQQ is its format; kernels of its own, which serving engines' speeds do not tell."""
    assert backends_of("transformers") == {"cuda", "rocm", "cpu", "metal"}
    assert {"bnb", "hqq", "aqlm", "gptq", "awq"} <= families["transformers"]
    assert (engine_for("hqq"), find_engine("HuggingFace"), TRANSFORMERS.own_kernels) == (
        "transformers",
        "transformers",
        True,
    )
    assert TRANSFORMERS.kv_types == ("f16", "bf16")
