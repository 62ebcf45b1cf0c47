"""The steps that produce a checkpoint, each with its format's own tool."""

from __future__ import annotations

import ast

import pytest

from advisor.deploy.make_checkpoint import make_checkpoint, no_recipe


def lines(commands) -> list[str]:
    """The commands' words by spaces."""
    return [" ".join(command.argv) for command in commands]


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("MLX-4bit-g64", "--q-bits 4 --q-group-size 64"),
        ("MLX-MXFP4", "--q-mode mxfp4"),
        ("MLX-mixed-3-6", "--quant-predicate mixed_3_6"),
    ],
)
def test_mlx_converts(chosen, scheme, words):
    """Bits and group, a float mode, or a recipe of two widths."""
    assert lines(make_checkpoint(chosen(scheme, "mlx", backend="metal"))) == [
        f"mlx_lm.convert --model meta-llama/Llama-3.1-8B-Instruct -q {words} "
        f"--mlx-path Llama-3.1-8B-Instruct-{scheme}"
    ]


@pytest.mark.parametrize(
    ("scheme", "engine", "words"),
    [
        ("EXL3-4.0bpw", "exllamav3", "-o Llama-3.1-8B-Instruct-EXL3-4.0bpw -w work -b 4.0 -hb 6"),
        ("EXL2-4.0bpw", "exllamav2", "-o work -cf Llama-3.1-8B-Instruct-EXL2-4.0bpw -b 4.0 -hb 6"),
    ],
)
def test_exllama_converts_a_downloaded_folder(chosen, scheme, engine, words):
    """Each generation's own program, with the words it gives its folders."""
    download, get, convert = lines(make_checkpoint(chosen(scheme, engine)))
    assert download.startswith("hf download meta-llama/Llama-3.1-8B-Instruct ")
    assert get == f"git clone --depth 1 https://github.com/turboderp-org/{engine}"
    assert convert == f"python {engine}/convert.py -i Llama-3.1-8B-Instruct {words}"


def test_auto_round_writes_into_a_folder_that_is_moved_to_its_name(chosen):
    """It makes a folder of its own inside the one it is given."""
    assert lines(make_checkpoint(chosen("autoround", "sglang"))) == [
        "auto-round --model meta-llama/Llama-3.1-8B-Instruct --scheme W4A16 --format auto_round "
        "--output_dir auto-round",
        "mv auto-round/Llama-3.1-8B-Instruct-w4g128 Llama-3.1-8B-Instruct-W4A16-INT-autoround-g128",
    ]


def test_auto_round_takes_the_slower_recipe_at_two_bits(chosen):
    """Its authors advise it there."""
    made = lines(make_checkpoint(chosen("W2A16-INT-autoround-g64", "transformers")))
    assert made[0].startswith(
        "auto-round-best --model meta-llama/Llama-3.1-8B-Instruct --bits 2 --group_size 64 "
    )


@pytest.mark.parametrize(
    ("scheme", "config"),
    [
        ("W4A16-INT-gptq-g128", "QuantizeConfig(bits=4, group_size=128)"),
        ("W4A16-INT-gptq-perchannel", "QuantizeConfig(bits=4, group_size=-1, act_group_aware=False)"),
    ],
)
def test_gptq_goes_through_gptqmodel(chosen, scheme, config):
    """On 512 samples; ordering by activation needs groups."""
    (made,) = make_checkpoint(chosen(scheme, "vllm"))
    text = made.files[0].text
    ast.parse(text)
    assert (config in text, "range(512)" in text, made.makes) == (
        True,
        True,
        f"Llama-3.1-8B-Instruct-{scheme}",
    )


def test_int8_is_smoothed_and_calibrated(chosen):
    """llm-compressor makes what has no tool of its own: SmoothQuant, then GPTQ, on 512 samples."""
    (made,) = make_checkpoint(chosen("W8A8-INT", "vllm"))
    text = made.files[0].text
    assert text.index("SmoothQuantModifier(smoothing_strength=0.8)") < text.index("GPTQModifier(targets")
    assert "num_calibration_samples=512" in text


def test_an_engines_own_recipe_goes_first(chosen):
    """LMDeploy has a quantizer for AWQ; for GPTQ the usual one serves."""
    made = [lines(make_checkpoint(chosen(scheme, "lmdeploy")))[0] for scheme in ("awq", "gptq")]
    assert [made[0].partition(" --")[0], made[1]] == [
        "lmdeploy lite auto_awq meta-llama/Llama-3.1-8B-Instruct",
        "python quantize.py",
    ]


@pytest.mark.parametrize(
    ("scheme", "engine"), [("fp8", "vllm"), ("BF16", "vllm"), ("AQLM-2bit-1x16", "transformers")]
)
def test_nothing_is_made_where_nothing_has_to_or_can_be(chosen, scheme, engine):
    """What the engine makes while loading, full precision, and formats of research."""
    assert make_checkpoint(chosen(scheme, engine)) == ()


def test_a_format_of_research_says_where_to_look(chosen):
    """Its authors' page, since there is no short recipe."""
    made = chosen("AQLM-2bit-1x16", "transformers")
    assert no_recipe(made) == (
        f"AQLM-2bit-1x16 has no short recipe: take a published checkpoint, or follow {made.scheme.source}"
    )
    assert no_recipe(chosen("awq", "vllm")) == ""
