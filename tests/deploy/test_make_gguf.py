"""The steps that produce a GGUF file."""

from __future__ import annotations

import pytest

from advisor.deploy.make_gguf import full_precision, make_gguf, no_recipe
from advisor.documents.model import ModelProfile


def lines(commands) -> list[str]:
    """The commands' words by spaces."""
    return [" ".join(command.argv) for command in commands]


def test_a_gguf_file_is_converted_calibrated_and_quantized(chosen):
    """The steps of llama.cpp, with a calibration text, an importance matrix and the embeddings' own type."""
    assert lines(make_gguf(chosen("Q4_K_L", "llama.cpp", imatrix=True))) == [
        "hf download meta-llama/Llama-3.1-8B-Instruct --local-dir Llama-3.1-8B-Instruct "
        "--exclude original/* --exclude metal/* --exclude *.pth --exclude consolidated*",
        "git clone --depth 1 https://github.com/ggml-org/llama.cpp",
        "python llama.cpp/convert_hf_to_gguf.py Llama-3.1-8B-Instruct --outtype bf16 "
        "--outfile Llama-3.1-8B-Instruct-BF16.gguf",
        "python calibration.py",
        "llama-imatrix -m Llama-3.1-8B-Instruct-BF16.gguf -f calibration.txt "
        "-o Llama-3.1-8B-Instruct-imatrix.gguf",
        "llama-quantize --imatrix Llama-3.1-8B-Instruct-imatrix.gguf --token-embedding-type q8_0 "
        "--output-tensor-type q8_0 Llama-3.1-8B-Instruct-BF16.gguf "
        "Llama-3.1-8B-Instruct-Q4_K_L.gguf Q4_K_M 8",
    ]


@pytest.mark.parametrize(
    ("scheme", "imatrix", "calibrated"),
    [("Q4_K_M", None, False), ("IQ2_XXS", None, True), ("Q4_K_M", True, True), ("IQ2_XXS", False, False)],
)
def test_a_matrix_is_made_where_the_type_needs_one(chosen, scheme, imatrix, calibrated):
    """llama-quantize refuses IQ2_XXS without; what is asked for goes before."""
    steps = lines(make_gguf(chosen(scheme, "llama.cpp", imatrix=imatrix)))
    assert ("python calibration.py" in steps, "--imatrix" in steps[-1]) == (calibrated, calibrated)


def test_one_type_everywhere_is_made_with_pure(chosen):
    """`IQ2_S-pure` is the type IQ2_S, which is the base of the ftype IQ2_M."""
    assert lines(make_gguf(chosen("IQ2_S-pure", "llama.cpp")))[-1].endswith(
        "--pure Llama-3.1-8B-Instruct-BF16.gguf Llama-3.1-8B-Instruct-IQ2_S-pure.gguf IQ2_M 8"
    )


@pytest.mark.parametrize(("scheme", "kind"), [("F16", "f16"), ("BF16", "bf16")])
def test_sixteen_bits_are_converted_and_no_more(chosen, scheme, kind):
    """The file is named by its own type."""
    assert lines(make_gguf(chosen(scheme, "llama.cpp")))[-1] == (
        f"python llama.cpp/convert_hf_to_gguf.py Llama-3.1-8B-Instruct --outtype {kind} "
        f"--outfile Llama-3.1-8B-Instruct-{scheme}.gguf"
    )


def test_ollama_quantizes_its_own_targets_from_sixteen_bits(chosen):
    """Q4_K_M without a matrix; llama-quantize makes Q5_K_M and what a matrix is wanted for."""
    asked = (("Q4_K_M", None), ("Q5_K_M", None), ("Q4_K_M", True))
    made = [lines(make_gguf(chosen(scheme, "ollama", imatrix=matrix)))[-1] for scheme, matrix in asked]
    assert [line.startswith("llama-quantize") for line in made] == [False, True, True]


def test_a_file_in_full_precision_is_quantized_as_it_is(chosen):
    """Nothing is downloaded or converted."""
    model = ModelProfile(name="m", source="gguf", file_path="/data/m-BF16.gguf", fixed_scheme="BF16")
    made = chosen("Q4_K_M", "llama.cpp", model=model)
    assert full_precision(made) == ((), "/data/m-BF16.gguf")
    assert lines(make_gguf(made)) == ["llama-quantize /data/m-BF16.gguf m-Q4_K_M.gguf Q4_K_M 8"]


def test_experts_trained_in_mxfp4_are_converted_as_they_are(chosen):
    """Quantizing a BF16 copy of them would lose what training gave; another model's are quantized."""
    native = ModelProfile(name="gpt-oss-20b", source="user", hf_id="openai/gpt-oss-20b", native_dtype="mxfp4")
    assert lines(make_gguf(chosen("MXFP4_MOE", "llama.cpp", model=native)))[-1] == (
        "python llama.cpp/convert_hf_to_gguf.py gpt-oss-20b --outfile gpt-oss-20b-MXFP4_MOE.gguf"
    )
    assert lines(make_gguf(chosen("MXFP4_MOE", "llama.cpp")))[-1].startswith("llama-quantize ")


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        (
            "UD-Q4_K_XL",
            "UD-Q4_K_XL is one publisher's mix: its recipe is not public, so it can only be downloaded",
        ),
        (
            "GGUF-NVFP4",
            "llama-quantize does not write NVFP4: convert an NVFP4 checkpoint with convert_hf_to_gguf.py",
        ),
        ("Q4_K_M", ""),
    ],
)
def test_what_cannot_be_made_says_why(chosen, scheme, reason):
    """Then there is no step."""
    made = chosen(scheme, "llama.cpp")
    assert (no_recipe(made), make_gguf(made) == ()) == (reason, reason != "")
