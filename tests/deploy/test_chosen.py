"""What a deployment is made from: names, sources and shares of memory."""

from __future__ import annotations

import pytest

from advisor.catalog.ready import Published
from advisor.catalog.schemes import find_scheme
from advisor.deploy.chosen import expected_file_name
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import DeviceMemory, Placement

LLAMA = ModelProfile(name="Llama-3.1-8B-Instruct", source="catalogue")
QUANTIZED = ModelProfile(name="m", source="gguf", file_path="/data/m.Q4_K_M.gguf", fixed_scheme="Q4_K_M")


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        ("q4km", "Llama-3.1-8B-Instruct-Q4_K_M.gguf"),
        ("awq", "Llama-3.1-8B-Instruct-W4A16-INT-awq-g128"),
        ("bf16", "Llama-3.1-8B-Instruct-BF16.gguf"),
        ("quip#", "Llama-3.1-8B-Instruct-QuIP-sharp-2bit"),
    ],
)
def test_file_names_hold_the_model_and_the_scheme(scheme, name):
    """GGUF is a file, everything else a directory."""
    assert expected_file_name(LLAMA, find_scheme(scheme)) == name


@pytest.mark.parametrize("path", ["/data/m.Q4_K_M.gguf", "C:\\data\\m.Q4_K_M.gguf"])
def test_a_file_that_has_the_scheme_keeps_its_name(path):
    """On any system."""
    model = ModelProfile(name="m", source="gguf", file_path=path, fixed_scheme="Q4_K_M")
    assert expected_file_name(model, find_scheme("Q4_K_M")) == "m.Q4_K_M.gguf"


def test_a_quantized_file_is_read_where_it_is(chosen):
    """Nothing is fetched or made."""
    made = chosen("Q4_K_M", "llama.cpp", model=QUANTIZED)
    assert (made.on_disk, made.weights, made.file) == (
        True,
        ("/data/m.Q4_K_M.gguf", False),
        "/data/m.Q4_K_M.gguf",
    )


@pytest.mark.parametrize(
    ("scheme", "engine", "changes", "weights"),
    [
        ("BF16", "vllm", {}, ("meta-llama/Llama-3.1-8B-Instruct", True)),
        ("W8A8-FP-dynamic", "vllm", {}, ("meta-llama/Llama-3.1-8B-Instruct", True)),
        ("awq", "vllm", {}, ("./Llama-3.1-8B-Instruct-W4A16-INT-awq-g128", False)),
        ("awq", "vllm", {"published": Published(repository="o/m-AWQ")}, ("o/m-AWQ", True)),
        ("Q4_K_M", "llama.cpp", {}, ("Llama-3.1-8B-Instruct-Q4_K_M.gguf", False)),
        ("Q4_K_M", "llama.cpp", {"file_name": "x.gguf"}, ("x.gguf", False)),
        ("Q4_K_M", "llama.cpp", {"published": Published(repository="o/m-GGUF")}, ("o/m-GGUF:Q4_K_M", True)),
        ("Q4_K_M", "ollama", {}, ("Llama-3.1-8B-Instruct-BF16.gguf", False)),
        ("Q5_K_M", "ollama", {}, ("Llama-3.1-8B-Instruct-Q5_K_M.gguf", False)),
    ],
)
def test_an_engine_is_pointed_at_what_it_can_read(chosen, scheme, engine, changes, weights):
    """What is published or made while loading it fetches itself; what must be made has the plan's name."""
    assert chosen(scheme, engine, **changes).weights == weights


@pytest.mark.parametrize(
    ("changes", "word"),
    [({}, "q4_K_M"), ({"imatrix": True}, None), ({"published": Published(repository="o/m-GGUF")}, None)],
)
def test_an_engine_makes_only_what_nobody_calibrated_or_published(chosen, changes, word):
    """Ollama knows no importance matrix."""
    assert chosen("Q4_K_M", "ollama", **changes).online == word


def test_a_tokenizer_is_named_where_a_gguf_file_is_served_as_a_guest(chosen):
    """vLLM and SGLang read the weights only."""
    named = [chosen("Q4_K_M", engine).launch().tokenizer for engine in ("sglang", "llama.cpp")]
    assert named == ["meta-llama/Llama-3.1-8B-Instruct", None]


@pytest.mark.parametrize(
    ("engine", "backend", "used_gib", "share"),
    [
        ("vllm", "cuda", 30, 0.3),
        ("vllm", "cuda", 1, 0.1),
        ("vllm", "cuda", 120, 0.92),
        ("vllm", "cpu", 30, None),
        ("llama.cpp", "cuda", 30, None),
    ],
)
def test_memory_shared_with_the_processor_is_taken_as_far_as_it_is_needed(
    chosen, engine, backend, used_gib, share
):
    """A tenth more in steps of 0.05, a tenth at least, the engine's own share at most; GPUs only."""
    gpu = Gpu(name="GB10", vendor="NVIDIA", unified_memory=True, memory_total_bytes=120 * 2**30)
    device = DeviceMemory(device="GPU 0: GB10", weights_bytes=used_gib * 2**30)
    made = chosen(
        "BF16",
        engine,
        backend=backend,
        hardware=HardwareProfile(name="box", source="user", gpus=(gpu,)),
        placement=Placement(kind="unified", n_gpus=1, devices=(device,)),
    )
    assert made.memory_share == share


@pytest.mark.parametrize(
    ("scheme", "file", "tag"),
    [
        ("Q4_K_M", "m-Q4_K_M.gguf", "Q4_K_M"),
        ("MXFP4_MOE", "gpt-oss-120b-mxfp4-00001-of-00003.gguf", "MXFP4"),
        ("F16", "qwen2.5-3b-instruct-fp16.gguf", "FP16"),
    ],
)
def test_a_published_file_is_fetched_by_what_stands_in_its_name(chosen, scheme, file, tag):
    """`-hf` looks for the tag in the names of the repository's files."""
    ready = Published("o/m-GGUF", (file,))
    assert chosen(scheme, "llama.cpp", published=ready).weights == (f"o/m-GGUF:{tag}", True)
