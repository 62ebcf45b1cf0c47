"""Ollama: its server's settings, Modelfiles, tags and library."""

from __future__ import annotations

import pytest

from advisor.documents.outcome import Placement
from advisor.engines import facts
from advisor.engines.ollama import modelfile, modelfile_path, tag
from advisor.errors import UnsupportedError

OLLAMA = facts("ollama")


def test_settings_reach_the_server_by_its_environment(started):
    """Context is per request; a quantized cache needs flash attention."""
    found = started("ollama", "Q4_K_M", concurrency=4, kv_type="q8_0", host="0.0.0.0")
    assert (found.run.argv, dict(found.run.env)) == (
        ("ollama", "serve"),
        {
            "OLLAMA_CONTEXT_LENGTH": "8192",
            "OLLAMA_NUM_PARALLEL": "4",
            "OLLAMA_KV_CACHE_TYPE": "q8_0",
            "OLLAMA_FLASH_ATTENTION": "1",
            "OLLAMA_HOST": "0.0.0.0:11434",
        },
    )


def test_a_file_becomes_a_model_by_a_modelfile(started):
    """Created under the model's name and scheme in lower case, then run."""
    made, run = started("ollama", "Q5_K_M", weights="m.gguf").then
    assert " ".join(made.argv) == "ollama create llama-3.1-8b-instruct:q5_k_m -f Modelfile"
    assert made.files[0].text == "FROM ./m.gguf\nPARAMETER num_ctx 8192\nPARAMETER num_gpu 33\n"
    assert run.argv == ("ollama", "run", "llama-3.1-8b-instruct:q5_k_m")


@pytest.mark.parametrize("name", ["hf.co/bartowski/Qwen_Qwen3-8B-GGUF:Q4_K_M", "llama3.1:8b"])
def test_a_modelfile_names_a_published_model_as_it_is(launch, name):
    """`FROM ./hf.co/…` would be a folder that is not there."""
    assert f"FROM {name}" == modelfile(launch("Q4_K_M", weights=name, downloads=True)).splitlines()[0]


def test_three_types_are_made_by_ollama_itself(started):
    """Q8_0, Q4_K_S and Q4_K_M; `create -q` takes its own spelling."""
    assert dict(OLLAMA.online) == {"Q8_0": "q8_0", "Q4_K_S": "q4_K_S", "Q4_K_M": "q4_K_M"}
    made = started("ollama", "Q4_K_M", online="q4_K_M").then[0]
    assert made.argv[3:5] == ("-q", "q4_K_M")


def test_a_published_tag_is_run_as_it_is(started, launch):
    """Nothing is created of what Ollama fetches."""
    found = started("ollama", weights="llama3.1:8b", downloads=True)
    assert [command.argv for command in found.then] == [("ollama", "run", "llama3.1:8b")]
    assert tag(launch(weights="llama3.1:8b", downloads=True)) == "llama3.1:8b"


def test_layers_and_threads_of_a_split_model_are_parameters(launch):
    """The processor's threads matter where layers are left to it."""
    split = Placement(kind="split", n_gpus=1, gpu_layers=20, n_layers=32)
    assert modelfile(launch(placement=split)).splitlines()[2:] == [
        "PARAMETER num_gpu 20",
        "PARAMETER num_thread 8",
    ]
    assert "PARAMETER num_gpu 0" in modelfile(launch(placement=Placement(kind="cpu", n_layers=32)))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("m.gguf", "./m.gguf"),
        ("/srv/m.gguf", "/srv/m.gguf"),
        ("C:\\m.gguf", "C:\\m.gguf"),
        ("my models/m.gguf", '"./my models/m.gguf"'),
    ],
)
def test_a_path_stands_in_a_modelfile_as_one_word(path, written):
    """A name without a folder would be looked for in Ollama's library."""
    assert modelfile_path(path) == written


@pytest.mark.parametrize("path", ['a"b.gguf', "a\nSYSTEM b.gguf", "a\x00.gguf"])
def test_a_path_that_a_modelfile_cannot_hold_is_refused(path):
    """It has no escapes."""
    with pytest.raises(UnsupportedError, match="a Modelfile cannot name"):
        modelfile_path(path)


def test_published_files_have_tags():
    """Its own tag, else a repository of the Hub with the scheme."""
    assert OLLAMA.name_of_published("o/m-GGUF", "Q4_K_M", "m:q4") == "m:q4"
    assert OLLAMA.name_of_published("o/m-GGUF", "Q4_K_M", None) == "hf.co/o/m-GGUF:Q4_K_M"


def test_its_library_is_read_by_its_manifests(tmp_path):
    """HOST/NAMESPACE/NAME/TAG; the namespace `library` is left out of a name."""
    for path in ("registry.ollama.ai/library/qwen3/8b", "registry.ollama.ai/me/mine/latest"):
        manifest = tmp_path / "manifests" / path
        manifest.parent.mkdir(parents=True)
        manifest.touch()
    assert sorted(OLLAMA.kept_weights(tmp_path)) == ["me/mine:latest", "qwen3:8b"]


def test_its_caches_and_builds():
    """Three types of cache; llama.cpp's kernels for five backends; whole layers outside the GPU."""
    assert (OLLAMA.kv_types, OLLAMA.outside_gpu) == (("f16", "q8_0", "q4_0"), "layers")
    assert set(OLLAMA.ggml_builds) == {"cuda", "rocm", "vulkan", "metal", "cpu"}
