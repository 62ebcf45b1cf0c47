"""Commands and links pasted where a model is asked for."""

import pytest

from advisor.catalog.models.pasted import named_in
from advisor.catalog.resolve import resolve_model


@pytest.mark.parametrize(
    ("pasted", "model"),
    [
        ("ollama run phi4", "phi4"),
        ("$ ollama run --verbose phi4", "phi4"),
        ("ollama pull qwen3:30b-a3b", "qwen3:30b-a3b"),
        ("docker model run ai/phi4", "ai/phi4"),
        ("llama-cli -hf owner/M-GGUF:Q4_K_M -c 4096", "owner/M-GGUF:Q4_K_M"),
        ("llama-server --hf-repo owner/M-GGUF --hf-file M-Q8_0.gguf", "owner/M-GGUF/M-Q8_0.gguf"),
        ("llama-server -m ./M-Q8_0.gguf -ngl 99", "./M-Q8_0.gguf"),
        ("vllm serve owner/M --max-model-len 32768", "owner/M"),
        ("vllm serve --max-model-len 32768 owner/M", "owner/M"),
        ("python -m sglang.launch_server --model-path owner/M --tp 2", "owner/M"),
        ("docker run --gpus all vllm/vllm-openai --model=owner/M", "owner/M"),
        ("hf download owner/M-GGUF M-Q8_0.gguf --local-dir .", "owner/M-GGUF/M-Q8_0.gguf"),
        ('huggingface-cli download owner/M-GGUF --include "*Q4_K_M*"', "owner/M-GGUF"),
        ("https://huggingface.co/owner/M-GGUF/blob/main/M-Q8_0.gguf", "owner/M-GGUF/M-Q8_0.gguf"),
        ("hf.co/owner/M/resolve/main/M-Q8_0.gguf?download=true", "owner/M/M-Q8_0.gguf"),
        ("Llama 3.1 8B Instruct", "Llama 3.1 8B Instruct"),
        ("30B-A3B", "30B-A3B"),
        ("my models/run 2/M-Q8_0.gguf", "my models/run 2/M-Q8_0.gguf"),
    ],
)
def test_what_a_command_or_link_is_about(pasted, model):
    """The word after the option or the verb, with the file of it; what is neither stays as it is."""
    assert model == named_in(pasted)


@pytest.mark.parametrize(
    ("pasted", "name", "scheme"),
    [
        ("ollama run phi4", "Phi-4", None),
        ("ollama pull qwen3:30b-a3b", "Qwen3-30B-A3B", None),
        ("hf download Qwen/Qwen3-8B-GGUF Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B", "Q4_K_M"),
        ("vllm serve Qwen/Qwen3-8B --max-model-len 32768 --tensor-parallel-size 2", "Qwen3-8B", None),
        ("https://huggingface.co/Qwen/Qwen3-8B/tree/main", "Qwen3-8B", None),
        ("https://ollama.com/library/phi4", "Phi-4", None),
    ],
)
def test_it_is_a_model_of_the_catalogue(pasted, name, scheme):
    """A pasted command answers as the name in it does."""
    found = resolve_model(pasted)
    assert (name, scheme) == (found.name, found.fixed_scheme)
