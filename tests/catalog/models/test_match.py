"""Models are found by any usual spelling; another size or generation never matches."""

from __future__ import annotations

import pytest

from advisor.catalog.models import all_models, find_model, match_model
from advisor.catalog.resolve import resolve_model
from advisor.data import folder
from advisor.errors import UnknownNameError

SPELLINGS = {
    "llama-3.1-8b": "Llama-3.1-8B",
    "meta-llama/Meta-Llama-3.1-8B-Instruct": "Llama-3.1-8B",
    "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf": "Llama-3.1-8B",
    "Llama 3.1 8B": "Llama-3.1-8B",
    "llama_3_1_8b": "Llama-3.1-8B",
    "llama-3-1-8b-instruct": "Llama-3.1-8B",
    "llama3.1:8b-instruct-q4_K_M": "Llama-3.1-8B",
    "RedHatAI/Llama-3.1-8B-Instruct-FP8-dynamic": "Llama-3.1-8B",
    "neuralmagic/Meta-Llama-3.1-8B-Instruct-quantized.w8a8": "Llama-3.1-8B",
    "hugging-quants/Meta-Llama-3.1-70B-Instruct-AWQ-INT4": "Llama-3.1-70B",
    "llama 3 8b": "Llama-3-8B",
    "qwen3:30b-a3b": "Qwen3-30B-A3B",
    "qwen3:30b": "Qwen3-30B-A3B",
    "bartowski/Qwen_Qwen3-30B-A3B-GGUF": "Qwen3-30B-A3B",
    "Qwen3-30B-A3B-Thinking-2507": "Qwen3-30B-A3B-Thinking-2507",
    "unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF": "Qwen3-30B-A3B-2507",
    "Qwen3-235B-A22B-Thinking-2507": "Qwen3-235B-A22B-Thinking-2507",
    "qwen2.5-coder-32b-instruct-awq": "Qwen2.5-Coder-32B",
    "Qwen2.5-VL-7B-Instruct": "Qwen2.5-VL-7B",
    "Qwen3VL-2B-Instruct": "Qwen3-VL-2B",
    "qwen:14b": "Qwen1.5-14B",
    "mlx-community/Qwen3-4B-4bit": "Qwen3-4B",
    "mistral:7b": "Mistral-7B-v0.3",
    "Mistral-7B-Instruct-v0.2": "Mistral-7B-v0.2",
    "Mistral Nemo": "Mistral-Nemo-12B",
    "Mistral-Small-24B-Instruct-2501": "Mistral-Small-24B-2501",
    "Mixtral-8x7B-Instruct-v0.1": "Mixtral-8x7B",
    "gemma3:4b-it-q4_K_M": "Gemma-3-4B",
    "gemma-3-27b-it-qat": "Gemma-3-27B",
    "hf.co/unsloth/gemma-3-27b-it-GGUF:Q4_K_M": "Gemma-3-27B",
    "google/gemma-3n-E4B-it": "Gemma-3n-E4B",
    "deepseek-r1:8b": "DeepSeek-R1-0528-Qwen3-8B",
    "deepseek-r1": "DeepSeek-R1",
    "DeepSeek-V3-0324": "DeepSeek-V3-0324",
    "DeepSeek-R1-Distill-Qwen-14B-Uncensored": "DeepSeek-R1-Distill-Qwen-14B",
    "gpt-oss 20b": "gpt-oss-20b",
    "phi-4-14b": "Phi-4",
    "phi3:3.8b": "Phi-3-mini-4k",
    "CodeLlama 34B Instruct": "CodeLlama-34B",
    "TheBloke/Llama-2-13B-chat-GPTQ": "Llama-2-13B",
    "OLMo-2-1124-13B-Instruct": "OLMo-2-13B",
    "internlm2_5-20b-chat": "InternLM2.5-20B",
    "Command-R+": "Command-R-Plus-104B",
    "GLM-4.7-Flash-30B-A3B": "GLM-4.7-Flash",
    "Llama-4-Scout": "Llama-4-Scout-17B-16E",
    "shisa-v2-llama3.1-8b": "Llama-3.1-8B",
    "Zephyr-7B-beta": "Mistral-7B-v0.1",
    "Vicuna-13B-v1.5": "Llama-2-13B",
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.items())
def test_usual_spelling(text: str, expected: str) -> None:
    """Hugging Face ids, Ollama tags, file names and plain names lead to one row."""
    assert expected == find_model(text).catalog_name


def test_own_names() -> None:
    """Every row is found by its own name and its own Hugging Face id."""
    names = [model.name for model in all_models()]
    ids = [model.hf_id for model in all_models() if model.hf_id]
    assert names == [find_model(name).name for name in names]
    assert ids == [find_model(hf_id).hf_id for hf_id in ids]


@pytest.mark.parametrize(
    "text",
    [
        "llama-8b",
        "llama-3.1-9b",
        "3B",
        "foo-13B",
        "Qwen-14B",
        "Qwen3-Omni-30B-A3B-Instruct",
        "Phi-4-multimodal",
        "Qwen3.8-35B-A3B-Distill",
        "Qwen2.5-VL-32B",
        "mixtral",
        "llama3",
        "",
        "-",
        "Falcon-180B-chat",
    ],
)
def test_another_model_never_matches(text: str) -> None:
    """Another size, generation or kind of a family has other shapes: no row beats a wrong one."""
    assert match_model(text) is None


def test_unknown_name_lists_the_nearest_five() -> None:
    """The error names what was probably meant, and that a bare size works."""
    with pytest.raises(UnknownNameError) as caught:
        find_model("lama-3.1-8b")
    assert len(caught.value.nearest) == 5
    assert "Llama-3.1-8B" in caught.value.nearest
    assert "--params 8B" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Llama-3.1-8B-Instruct", "instruct"),
        ("Llama-3.1-8B-base", "base"),
        ("qwen2.5-coder:7b", "code"),
        ("Qwen3-4B-Thinking-2507", "reasoning"),
        ("QwQ-32B", "reasoning"),
        ("Llama-3.1-8B", "instruct"),
        ("Llama-2-7B", "base"),
        ("Qwen3-8B", "hybrid"),
    ],
)
def test_variant_is_the_edition_s(text: str, expected: str | None) -> None:
    """Base, instruct and reasoning editions share shapes; which one was named is kept."""
    assert expected == find_model(text).variant


def test_unstated_version_is_told() -> None:
    """'mistral-7b' may be any of three versions; the newest is taken and a note says so."""
    model = find_model("mistral-7b")
    assert model.name == "Mistral-7B-v0.3"
    assert "version" in model.notes[0]


def test_fine_tune_is_told() -> None:
    """A fine-tune has its base's shapes, not its scores: the note says what it was taken for."""
    assert "fine-tune of Qwen3.5-27B" in find_model("allura-org/Qwen3.5-27B-Anko").notes[0]


def test_stated_size_chooses_and_refuses() -> None:
    """A size from elsewhere tells Command-R's two versions apart and refuses a name that only looks right."""
    assert match_model("Command-R", 34.98).name == "Command-R-35B"
    assert match_model("Llama-3.1-8B", 70.6) is None


def test_shapes_are_numbers() -> None:
    """A row becomes typed fields: counts are integers, parameters are single, not billions."""
    model = find_model("qwen3-30b-a3b")
    assert (
        model.n_params,
        model.n_layers,
        model.hidden_size,
        model.n_experts,
        model.n_experts_used,
        model.moe_intermediate_size,
        model.tie_embeddings,
    ) == (30_532_123_000, 48, 2048, 128, 8, 768, False)
    assert 3.3e9 < model.n_active_params < 3.4e9
    assert find_model("llama-3.1-8b").n_active_params == find_model("llama-3.1-8b").n_params


def test_names_of_the_measurements_are_listed() -> None:
    """What no rule could know is in profiles/model_aliases.csv, with the basis said in the answer."""
    model = find_model("Koala-13B")
    assert model.catalog_name == "Llama-2-13B"
    assert "shapes of Llama-2-13B" in model.notes[0]
    assert find_model("Command-R").name == "Command-R-35B"


def test_first_columns_are_plain() -> None:
    """The quick look-up takes the first two cells of a line as they stand: no quotes, no commas in them."""
    lines = (folder("profiles") / "models.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("name,hf_id,")
    assert [model.name for model in all_models()] == [line.split(",")[0] for line in lines[1:]]


TAGS = {
    "llama3.1:8b": "Llama-3.1-8B",
    "llama3.1:8b-instruct-q8_0": "Llama-3.1-8B",
    "llama3.2:3b-instruct-q4_K_M": "Llama-3.2-3B",
    "llama3.3:70b": "Llama-3.3-70B",
    "llama3:8b": "Llama-3-8B",
    "llama4:scout": "Llama-4-Scout-17B-16E",
    "llama2:13b-chat": "Llama-2-13B",
    "qwen2.5:7b-instruct-q4_K_M": "Qwen2.5-7B",
    "qwen2.5-coder:32b": "Qwen2.5-Coder-32B",
    "qwen3:8b-q4_K_M": "Qwen3-8B",
    "qwen3:30b-a3b": "Qwen3-30B-A3B",
    "qwq:32b": "QwQ-32B",
    "gemma2:9b-instruct-q6_K": "Gemma-2-9B",
    "gemma3:12b-it-qat": "Gemma-3-12B",
    "gemma3n:e4b": "Gemma-3n-E4B",
    "mistral:7b-instruct-v0.3-q4_0": "Mistral-7B-v0.3",
    "mistral-nemo:12b": "Mistral-Nemo-12B",
    "mixtral:8x22b-instruct": "Mixtral-8x22B",
    "phi3:3.8b": "Phi-3-mini-4k",
    "phi4:14b": "Phi-4",
    "phi4-mini:3.8b": "Phi-4-mini",
    "deepseek-r1:32b": "DeepSeek-R1-Distill-Qwen-32B",
    "deepseek-r1:70b-llama-distill-q4_K_M": "DeepSeek-R1-Distill-Llama-70B",
    "deepseek-r1:671b": "DeepSeek-R1",
    "gpt-oss:20b": "gpt-oss-20b",
    "codellama:34b": "CodeLlama-34B",
    "tinyllama:1.1b": "TinyLlama-1.1B",
    "granite3.3:8b": "Granite-3.3-8B",
    "command-r:35b": "Command-R-35B",
    "olmo2:13b": "OLMo-2-13B",
    "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M": "Llama-3.2-3B",
    "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF": "Llama-3.1-8B",
    "unsloth/Qwen3-30B-A3B-GGUF:UD-Q4_K_XL": "Qwen3-30B-A3B",
}


@pytest.mark.parametrize(("text", "name"), TAGS.items())
def test_tags_and_gguf_repositories_have_the_shapes_of_a_row(text: str, name: str) -> None:
    """A tag of Ollama or a GGUF repository is the model it was made of."""
    assert resolve_model(text).catalog_name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mistral", "Mistral-7B-v0.3"),
        ("mistral:latest", "Mistral-7B-v0.3"),
        ("gemma", "Gemma-7B"),
        ("gemma2", "Gemma-2-9B"),
        ("gemma3", "Gemma-3-4B"),
        ("llama3", "Llama-3-8B"),
        ("llama3.1", "Llama-3.1-8B"),
        ("llama3.2", "Llama-3.2-3B"),
        ("qwen2.5", "Qwen2.5-7B"),
        ("qwen3", "Qwen3-8B"),
        ("phi3", "Phi-3-mini-4k"),
        ("smollm2", "SmolLM2-1.7B"),
        ("deepseek-r1:latest", "DeepSeek-R1-0528-Qwen3-8B"),
    ],
)
def test_ollama_name_without_a_size_is_its_default_and_says_so(text: str, name: str) -> None:
    """What `ollama run NAME` would fetch, with a note on the size."""
    found = find_model(text)
    assert found.catalog_name == name
    assert "Ollama" in found.notes[0]


def test_every_ollama_default_is_in_the_catalogue() -> None:
    """And `:latest` after another name changes nothing; a catalogue name spelled alike means itself."""
    from advisor.catalog.models.ollama_defaults import DEFAULTS

    assert [find_model(tag + ":latest").catalog_name for tag in DEFAULTS] == list(DEFAULTS.values())
    assert find_model("phi4:latest").name == "Phi-4"
    assert find_model("deepseek-r1").name == "DeepSeek-R1"
