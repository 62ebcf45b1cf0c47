"""Names of models and machines as people type them, and what their commands then serve."""

import pytest

GPU = "RTX 4090 + 64GB"


@pytest.mark.parametrize(
    ("typed", "served"),
    [
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("meta-llama/Meta-Llama-3-8B", "meta-llama/Meta-Llama-3-8B"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "meta-llama/Meta-Llama-3-8B-Instruct"),
        ("Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B-Base"),
        ("Qwen/Qwen3-4B-Thinking-2507", "Qwen/Qwen3-4B-Thinking-2507"),
        ("Qwen/Qwen3-4B-Instruct-2507", "Qwen/Qwen3-4B-Instruct-2507"),
        ("Qwen/Qwen2.5-Coder-7B-Instruct", "Qwen/Qwen2.5-Coder-7B-Instruct"),
        ("google/gemma-3-4b-pt", "google/gemma-3-4b-pt"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"),
    ],
)
def test_the_model_asked_for_is_served(recommend, typed, served):
    """B.1: base, instruct, thinking and coder editions keep their own repository in the command."""
    answer = recommend(typed, GPU, "--engine", "vllm", "--scheme", "BF16")
    assert served in answer.words


@pytest.mark.parametrize(
    ("typed", "repository"),
    [
        ("TheBloke/Llama-2-13B-chat-GGUF", "TheBloke/Llama-2-13B-chat-GGUF"),
        (
            "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
            "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
        ),
        ("hf.co/unsloth/Qwen3.6-27B-GGUF:UD-Q4_K_XL", "unsloth/Qwen3.6-27B-GGUF:UD-Q4_K_XL"),
        ("unsloth/gpt-oss-20b-GGUF", "unsloth/gpt-oss-20b-GGUF"),
    ],
)
def test_a_named_repository_of_files_is_pulled(recommend, typed, repository):
    """B.1, B.2: the repository typed stands in the command."""
    assert repository in recommend(typed, GPU, "--engine", "llama.cpp").plan["run_command"]


@pytest.mark.parametrize(
    ("typed", "scheme"),
    [
        ("llama3.1:8b-instruct-q4_K_M", "Q4_K_M"),
        ("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M", "Q4_K_M"),
        ("gemma3:27b-it-qat", "Q4_0"),
        ("Qwen/Qwen3-8B-AWQ", "W4A16-INT-awq-g128"),
        ("mlx-community/Qwen3-8B-4bit", "MLX-4bit-g64"),
        ("Qwen/Qwen3-8B-FP8", "W8A8-FP-block"),
    ],
)
def test_a_quantization_in_the_name_is_kept(recommend, typed, scheme):
    """B.2: the scheme that a tag, file or repository names is the answer's."""
    hardware = "M4 Max 64GB" if scheme.startswith("MLX") else GPU
    assert recommend(typed, hardware).plan["scheme"] == scheme


def test_a_quantization_in_the_name_is_said(recommend):
    """B.2: that only this file is answered for is said."""
    answer = recommend("llama3.1:8b-instruct-q4_K_M", GPU)
    assert any("names its Q4_K_M file" in warning for warning in answer.document["warnings"])


def test_a_tune_keeps_its_own_name(recommend):
    """B.1: a fine-tune is not served as the model whose shapes it has."""
    command = recommend("dolphin-2.9-llama3-8b", GPU).plan["run_command"]
    assert ("dolphin-2.9-llama3-8b" in command, "meta-llama" in command) == (True, False)


@pytest.mark.parametrize("typed", ["moonshotai/Kimi-K2-Thinking", "moonshotai/Kimi-K2.5"])
def test_native_int4_is_the_reference(recommend, typed):
    """B.2: Kimi-K2 since Thinking is published in INT4: served as it is, about 590 GB, without a loss."""
    plan = recommend(typed, "8x H200", "--engine", "vllm").plan
    assert (plan["scheme"], plan["loss_pct"]["value"]) == ("W4A16-INT-rtn-g32", 0)
    assert plan["predicted"]["file_size_bytes"]["value"] == pytest.approx(594e9, rel=0.05)


@pytest.mark.parametrize(
    "typed",
    ["LLaMA-30B", "CodeGemma-2B", "SmolLM-135M-Instruct", "Phi-3-mini", "GLM-4.5V", "Phi-3-mini-4k-instruct"],
)
def test_models_people_name_are_known(recommend, typed):
    """B.4: each has an answer."""
    assert recommend(typed, GPU).code == 0


@pytest.mark.parametrize(
    "typed",
    [
        "BAAI/bge-m3",
        "nomic-embed-text",
        "Qwen/Qwen3-Embedding-8B",
        "mxbai-embed-large",
        "google/embeddinggemma-300m",
        "intfloat/multilingual-e5-large",
        "jinaai/jina-embeddings-v4",
        "Qwen/Qwen3-Reranker-4B",
        "openai/whisper-large-v3",
        "google/siglip-so400m-patch14-384",
    ],
)
def test_what_writes_no_text_is_not_answered_with_a_chat_model(recommend, typed):
    """B.4: embedding, reranking, speech and vision-only models are named as what they are."""
    answer = recommend(typed, GPU)
    assert (answer.code, typed in answer.message) == (3, True)


def test_an_unknown_model_is_called_unknown(ask):
    """B.4: recommend refuses a name it does not know; predict answers for its size and says so."""
    asked = ("--model", "foo-7b", "--hardware", "RTX 4090")
    recommended = ask("recommend", *asked, "--json")
    predicted = ask("predict", *asked, "--scheme", "Q4_K_M", "--json")
    said = "'foo-7b' is in no catalogue: answered as any model of 7b parameters"
    assert (recommended.code, said in predicted.document["notes"]) == (2, True)


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("llama3.1:8b-instruct-q4_K_M", "llama3.1:8b-instruct-q4_K_M"),
        ("gemma3:27b-it-qat", "gemma3:27b-it-qat"),
    ],
)
def test_a_tag_that_names_its_file_is_run_by_its_library(recommend, typed, tag):
    """B.1, B.2: Ollama's own file is pulled, nothing is made."""
    plan = recommend(typed, GPU).plan
    assert (plan["engine"], plan["run_command"].split()[-2:], plan["make_command"]) == (
        "ollama",
        ["run", tag],
        "",
    )


@pytest.mark.parametrize(
    ("typed", "gpu", "number"),
    [
        ("7900xtx", "Radeon RX 7900 XTX", 1),
        ("AWS g5.xlarge", "A10G", 1),
        ("Azure Standard_NC24ads_A100_v4", "A100 PCIe 80 GB", 1),
        ("GCP a3-highgpu-8g", "H100 SXM5 80 GB", 8),
        ("Colab T4", "Tesla T4", 1),
        ("RunPod RTX A5000", "RTX A5000", 1),
        ("H100 SXM 8x", "H100 SXM5 80 GB", 8),
        ("2x3090", "GeForce RTX 3090", 2),
        ("dual RTX 3090", "GeForce RTX 3090", 2),
        ("rtx 4060 laptop", "GeForce RTX 4060 Mobile", 1),
        ("RTX 5090 + GTX 1660", "GeForce RTX 5090", 2),
        ("NVIDIA GeForce RTX 3060 12GB", "GeForce RTX 3060 12 GB", 1),
        ("p5.48xlarge", "H100 SXM5 80 GB", 8),
        ("Mac Studio M2 Ultra 192GB", "Apple M2 Ultra (60-core GPU)", 1),
    ],
)
def test_machines_as_people_type_them(recommend, typed, gpu, number):
    """B.3: counts, providers, laptops and spellings without spaces."""
    gpus = recommend("qwen3-8b", typed).document["hardware"]["gpus"]
    assert (gpus[0]["name"], len(gpus)) == (gpu, number)


@pytest.mark.parametrize(
    ("typed", "gib"),
    [
        ("H200 1g.35gb", 35),
        ("H100 3g.40gb", 40),
        ("NVIDIA-H100-80GB-HBM3-MIG-3g.40gb", 40),
        ("A100 MIG 1g.10gb", 10),
        ("NVIDIA L40S-48Q", 48),
        ("NVIDIA A40-12Q", 12),
    ],
)
def test_slices_have_the_memory_of_the_slice(recommend, typed, gib):
    """B28: MIG and vGPU profiles in every form in which they are written."""
    gpus = recommend("Qwen3-4B", typed).document["hardware"]["gpus"]
    assert gpus[0]["memory_total_bytes"] / 2**30 == pytest.approx(gib, rel=0.07)


@pytest.mark.parametrize("typed", ["Ryzen AI 9 HX 370", "AMD Ryzen AI 9 HX 370 w/ Radeon 890M"])
def test_memory_opened_to_an_integrated_gpu(recommend, typed):
    """B29: --vram is taken for the GPU inside a processor."""
    answer = recommend("Qwen3-8B", typed, "--ram", "96GB", "--vram", "90GB")
    gpu = answer.document["hardware"]["gpus"][0]
    assert (answer.code, gpu["name"]) == (0, "Radeon 890M")
    device = answer.plan["predicted"]["placement"]["devices"][0]
    assert device["available_bytes"] / 2**30 == pytest.approx(90, rel=0.03)


def test_a_laptop_is_not_passed_over(recommend):
    """B.3: where the catalogue has no laptop version the answer says so."""
    answer = recommend("qwen3-8b", "4070 ti super 16gb laptop")
    assert any("laptop" in warning for warning in answer.document["warnings"])


@pytest.mark.parametrize("typed", ["EPYC 7763", "Ryzen 5 7600", "Core i7-13700H", "EPYC 9654"])
def test_stated_main_memory_is_not_called_unstated(recommend, typed):
    """B.3: with --ram nothing says that main memory is not stated."""
    answer = recommend("qwen3-8b", typed, "--ram", "24GB")
    assert [one for one in answer.document["warnings"] if "not stated" in one or "give --ram" in one] == []


@pytest.mark.parametrize("typed", ["CIX P1", "Orange Pi 6 Plus", "QCS6490", "SG2044", "Raspberry Pi 5 8GB"])
def test_boards_are_known(recommend, typed):
    """B.3: Arm and RISC-V boards have an answer."""
    assert recommend("Qwen3-0.6B", typed).code == 0


def test_unreleased_hardware_with_stated_figures(recommend):
    """B.3: memory and bandwidth as stated are enough."""
    answer = recommend("qwen3-8b", "RTX 6090", "--vram", "48GB", "--bandwidth", "2500GB/s")
    assert (answer.code, answer.document["hardware"]["gpus"][0]["name"]) == (0, "RTX 6090")


def test_main_memory_alone_is_a_machine(recommend):
    """B.3: '16GB RAM' is a computer without a GPU."""
    hardware = recommend("qwen3-8b", "16GB RAM").document["hardware"]
    assert (hardware["gpus"], hardware["memory"]["total_bytes"]) == ([], 16 * 2**30)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("NF4-g128", None),
        ("Q2_K_M", None),
        ("i1-IQ3_M", "IQ3_M"),
        ("UD-Q4_K_XL", "UD-Q4_K_XL"),
        ("BNB-LLM.int8", "BNB-INT8"),
        ("W4A16-AQLM", None),
        ("DQ3_K_M", None),
        ("Q8_K_R8", None),
        ("IQ4_K", "IQ4_K"),
    ],
)
def test_schemes_as_people_publish_them(ask, typed, name):
    """B.5: understood, or refused with one line that says what it is."""
    asked = ("--model", "Llama-3.1-8B", "--hardware", "RTX 4090", "--scheme", typed, "--json")
    answer = ask("recommend", *asked)
    if name:
        assert (answer.code, answer.plan["scheme"]) == (0, name)
    else:
        assert (answer.code, typed in answer.message) == (2, True)
