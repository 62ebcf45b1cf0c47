"""What a tool wrote becomes the names of the catalogue, or an option is asked for."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.errors import UsageError
from advisor.measuring.complete import Completer, kept_model
from advisor.measuring.fingerprint import fingerprint
from advisor.measuring.rows import Row

HERE = HardwareProfile(
    name="here",
    source="probe",
    cpu=Cpu(brand="AMD Ryzen 9 7950X 16-Core Processor"),
    gpus=(Gpu(name="NVIDIA GeForce RTX 4090", vendor="NVIDIA"),),
)


def completed(row: Row, **said: str) -> Row:
    """*row* with names, on a machine that is HERE."""
    return Completer(**said, _here=HERE).complete(row)


def bench(**cells: object) -> Row:
    """A row as llama-bench's reader gives it."""
    facts = cells.pop("facts", {"model_type": "llama 8B Q4_K - Medium", "n_params": 8_030_261_248})
    return Row(
        **{
            "kind": "speed",
            "metric": "tokens_per_s",
            "value": 50.0,
            "phase": "decode",
            "engine": "llama.cpp",
            "model": "/models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf",
            "facts": facts,
            **cells,
        }
    )


@pytest.mark.parametrize(
    ("file", "described", "expected"),
    [
        ("/a/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf", "llama 8B Q4_K - Medium", "Q4_K_M"),
        ("model.gguf", "llama 8B Q4_K - Medium", "Q4_K_M"),
        ("model.gguf", "llama 8B IQ2_XXS - 2.0625 bpw", "IQ2_XXS"),
        ("model.gguf", "llama 8B mostly Q8_0", "Q8_0"),
        ("model.gguf", "gpt-oss 20B MXFP4 MoE", "MXFP4_MOE"),
    ],
)
def test_the_scheme_is_read_from_the_file_or_from_its_description(
    file: str, described: str, expected: str
) -> None:
    """The file's name first, then what llama.cpp says of it."""
    row = bench(model=file, facts={"model_type": described})
    assert expected == completed(row, hardware="RTX 4090", model="Llama-3.1-8B").scheme


@pytest.mark.parametrize(
    ("checkpoint", "expected"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "BF16"),
        ("openai/gpt-oss-20b", "MXFP4"),
        ("Qwen/Qwen2.5-7B-Instruct-AWQ", "W4A16-INT-awq-g128"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "W8A8-INT"),
    ],
)
def test_a_served_checkpoint_has_its_own_type_unless_its_name_says_otherwise(
    checkpoint: str, expected: str
) -> None:
    """Serving engines run what was published."""
    row = Row(kind="serving", metric="ttft_s", value=1.0, engine="vllm", model=checkpoint)
    assert expected == completed(row, hardware="H100 SXM5 80GB").scheme


@pytest.mark.parametrize(
    ("facts", "hardware", "expected"),
    [
        ({"cpu": HERE.cpu.brand, "gpu": "NVIDIA GeForce RTX 4090"}, None, HERE),
        ({"cpu": "Intel Xeon", "gpu": "NVIDIA GeForce RTX 3090"}, None, "GeForce RTX 3090"),
        ({"cpu": "Intel Xeon", "gpu": "NVIDIA A40, NVIDIA A40"}, None, "2x A40"),
        ({}, "this", HERE),
        ({"gpu": "NVIDIA GeForce RTX 3090"}, "RTX 4090", "RTX 4090"),
    ],
)
def test_the_machine_is_this_one_or_one_of_the_catalogue(
    facts: dict[str, str], hardware: str | None, expected: HardwareProfile | str
) -> None:
    """The same processor and cards are this machine; `--hardware` wins over what the file says."""
    machine = expected if isinstance(expected, HardwareProfile) else resolve_hardware(expected)
    said = {"hardware": hardware} if hardware else {}
    assert (
        fingerprint(machine) == completed(bench(backend="cuda", facts=facts | {"n_params": 8e9}), **said).host
    )


def test_a_machine_of_no_catalogue_is_kept_by_its_name_and_noted() -> None:
    """Its rows are used with --hardware only."""
    given = Completer(_here=HERE)
    row = given.complete(bench(backend="cuda", facts={"gpu": "Zorblax 9", "n_params": 8e9}))
    assert (("", "Zorblax 9"), 1) == ((row.host, row.hardware), len(given.notes))


@pytest.mark.parametrize(
    ("row", "said", "option"),
    [
        (bench(engine="", tool="guidellm"), {"hardware": "RTX 4090"}, "--engine NAME"),
        (bench(), {}, "--hardware this"),
        (bench(model=""), {"hardware": "RTX 4090"}, "--model NAME"),
        (bench(model="x.gguf", facts={}), {"hardware": "RTX 4090"}, "--model NAME, a GGUF file or its size"),
        (bench(model="Llama-3.1-8B", facts={}), {"hardware": "RTX 4090"}, "--scheme, e.g. Q4_K_M"),
    ],
)
def test_what_is_missing_is_asked_for_by_its_option(row: Row, said: dict[str, str], option: str) -> None:
    """One line that names the mend."""
    with pytest.raises(UsageError) as caught:
        completed(row, **said)
    assert (True, False) == (option in str(caught.value), "\n" in str(caught.value))


def test_damage_needs_no_machine() -> None:
    """Perplexity is the same wherever it was measured."""
    row = bench(kind="accuracy", metric="ppl", engine="", phase="")
    assert ("", "", "Q4_K_M") == ((found := completed(row)).host, found.backend, found.scheme)


def test_our_own_export_is_complete() -> None:
    """A row that left a store comes back as it was."""
    row = bench(tool="advisor measure", host="0123456789ab", model="Anything", scheme="Q4_K_M")
    assert row is completed(row)


def test_a_model_of_no_catalogue_keeps_its_shapes() -> None:
    """A catalogue's model is its name, and so is one alike; one with other shapes takes them along."""
    row = find_model("Llama-3.1-8B")
    said = {"name": "Llama-3.1-8B", "source": "gguf", "n_params": row.n_params}
    other, alike = ModelProfile(**said, n_layers=7), ModelProfile(**said, n_layers=row.n_layers)
    assert ((row.name, None), ("Llama-3.1-8B", said | {"n_layers": 7}), (row.name, None)) == tuple(
        map(kept_model, (row, other, alike))
    )
