"""The weights somebody has made already, and which of them an engine reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.ready import Published, library_tag, published
from advisor.catalog.resolve import resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.engines import facts


def ready(model: str, scheme: str, engine: str, imatrix: bool | None = None) -> Published | None:
    """What *engine* would pull."""
    return published(find_model(model), find_scheme(scheme), facts(engine), imatrix)


@pytest.mark.parametrize(
    ("tag", "scheme", "expected"),
    [
        ("llama3.1:8b-instruct-q4_K_M", "Q4_K_M", "llama3.1:8b-instruct-q4_K_M"),
        ("llama3.1:8b-instruct-q4_K_M", "Q5_K_M", None),
        ("gemma3:27b-it-qat", "Q4_0", "gemma3:27b-it-qat"),
        ("gemma3:27b-it-qat", "Q4_K_M", None),
        ("llama3.2:3b-instruct-fp16", "F16", "llama3.2:3b-instruct-fp16"),
        ("llama3.1:8b", "Q4_K_M", None),
        (None, "Q4_K_M", None),
    ],
)
def test_a_tag_counts_only_where_it_names_the_file(
    tag: str | None, scheme: str, expected: str | None
) -> None:
    """A bare tag may move to another file; one with its quantization does not."""
    assert expected == library_tag(replace(find_model("Llama-3.1-8B"), ollama_tag=tag), scheme)


def test_a_gguf_file_is_pulled_with_its_bytes() -> None:
    """One file of a repository, its size exact where the source states bytes."""
    found = ready("gpt-oss-20b", "Q4_K_M", "llama.cpp")
    assert found is not None
    assert (1, True) == (len(found.files), found.files[0].lower().endswith("q4_k_m.gguf"))
    assert ("exact", True) == (found.size.basis, found.size.low == found.size.value == found.size.high)


@pytest.mark.parametrize(
    ("scheme", "engine"), [("Q4_K_M", "vllm"), ("W8A8-INT", "llama.cpp"), ("BF16", "vllm")]
)
def test_nothing_is_ready_in_a_format_the_engine_does_not_read_or_that_is_the_model_s_own(
    scheme: str, engine: str
) -> None:
    """GGUF is llama.cpp's; the published type lies in the model's own repository."""
    assert ready("Llama-3.1-8B", scheme, engine) is None


def test_a_checkpoint_is_pulled_whole() -> None:
    """A serving engine takes the repository, whatever files it has."""
    found = ready("Llama-3.1-8B", "W8A8-INT", "vllm")
    assert found is not None
    assert ((), None) == (found.files, found.ollama_tag)


def test_a_repository_that_was_named_is_the_one_pulled() -> None:
    """Whoever names a repository with its file gets that one."""
    named = resolve_model("bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q5_K_M")
    found = published(named, find_scheme("Q5_K_M"), facts("llama.cpp"))
    assert found is not None
    assert "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF" == found.repository


def test_a_file_on_disk_is_pulled_from_nowhere() -> None:
    """A model that was given as a file needs no download."""
    local = replace(find_model("Llama-3.1-8B"), file_path="/models/a.gguf")
    assert published(local, find_scheme("Q4_K_M"), facts("llama.cpp")) is None


@pytest.mark.parametrize(("backend", "publisher"), [("cuda", "nvidia"), ("rocm", "amd"), (None, "nvidia")])
def test_a_checkpoint_of_modelopt_is_pulled_on_nvidia_gpus_alone(backend: str | None, publisher: str) -> None:
    """vLLM loads that format on no other maker's cards."""
    found = published(
        find_model("Llama-3.3-70B"), find_scheme("W8A8-FP-static"), facts("vllm"), backend=backend
    )
    assert found is not None
    assert found.repository.partition("/")[0] == publisher
