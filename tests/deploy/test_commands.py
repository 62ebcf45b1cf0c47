"""A deployment as text: what a person copies, a Modelfile, and every script through bash's own parser."""

from __future__ import annotations

import ast
import shutil
import subprocess

import pytest

from advisor.catalog.schemes import all_schemes
from advisor.deploy.commands import formats, make_command, modelfile, render, run_command, script
from advisor.deploy.deployment import deployment
from advisor.deploy.targets import all_targets
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Placement
from advisor.engines import offered
from advisor.errors import UnsupportedError

ENGINES = [engine.name for engine in offered() if engine.start is not None]


def test_vllm_serves_a_checkpoint_without_a_quantization_flag(chosen):
    """The checkpoint's own config names its scheme; what engines call their options is tested beside them."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=2)
    made = chosen("W8A8-INT", "vllm", placement=place, concurrency=64, context_tokens=2048, kv_type="fp8")
    assert run_command(made) == (
        "vllm serve ./Llama-3.1-8B-Instruct-W8A8-INT --max-model-len 2048 --max-num-seqs 64 "
        "--tensor-parallel-size 2 --kv-cache-dtype fp8 --gpu-memory-utilization 0.92 "
        "--host 127.0.0.1 --port 8000"
    )


def test_what_an_engine_makes_while_loading_is_not_made_before(chosen):
    """The published weights and one flag."""
    made = chosen("fp8", "vllm")
    assert " meta-llama/Llama-3.1-8B-Instruct --quantization fp8_per_channel " in run_command(made)
    assert make_command(made) == ""


def test_a_file_that_a_command_reads_is_written_first(chosen):
    """TensorRT-LLM's FP8 cache is an entry of its YAML."""
    assert run_command(chosen("NVFP4", "tensorrt-llm", kv_type="fp8")).startswith(
        "cat > trtllm.yml <<'EOF'\nkv_cache_config:\n  dtype: fp8\nEOF\ntrtllm-serve "
    )


def test_what_follows_a_server_stands_behind_it(chosen):
    """The server runs in the background; a note is a comment."""
    made = chosen("Q5_K_M", "ollama", concurrency=4, kv_type="q8_0")
    assert run_command(made).splitlines()[1:] == [
        "OLLAMA_CONTEXT_LENGTH=8192 OLLAMA_NUM_PARALLEL=4 OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_FLASH_ATTENTION=1 "
        "ollama serve &",
        "cat > Modelfile <<'EOF'",
        "FROM ./Llama-3.1-8B-Instruct-Q5_K_M.gguf",
        "PARAMETER num_ctx 8192",
        "PARAMETER num_gpu 33",
        "EOF",
        "ollama create llama-3.1-8b-instruct:q5_k_m -f Modelfile",
        "ollama run llama-3.1-8b-instruct:q5_k_m",
    ]


def test_every_node_has_its_line(chosen):
    """By rank, and what stands for the leader's address is said."""
    place = Placement(kind="tensor-parallel", n_gpus=2, tensor_parallel=1, pipeline_parallel=2)
    nodes = HardwareProfile(name="two", source="user", gpus=(Gpu(name="GPU", vendor="NVIDIA"),), nodes=2)
    lines = run_command(chosen("awq", "vllm", placement=place, hardware=nodes)).splitlines()
    assert lines[::2] == [
        "# on the node of rank 0, whose address stands for LEADER_ADDRESS",
        "# on the node of rank 1",
        "# or once, where the nodes are a Ray cluster",
    ]
    assert [line.rpartition(" ")[2] for line in lines[1::2]] == ["LEADER_ADDRESS", "--headless", "ray"]


def test_a_modelfile_is_for_gguf(chosen):
    """Ollama imports GGUF files, whatever engine the plan is for."""
    assert modelfile(chosen("Q5_K_M", "llama.cpp")).startswith("FROM ./Llama-3.1-8B-Instruct-Q5_K_M.gguf\n")
    with pytest.raises(UnsupportedError, match="add --engine ollama"):
        modelfile(chosen("awq", "vllm"))


def test_a_plan_has_every_form(chosen):
    """What a person copies, a Modelfile, and each file of `targets`."""
    made = chosen("Q5_K_M", "ollama")
    assert formats() == ("command", "modelfile", *all_targets())
    assert [render(made, form) for form in ("command", "modelfile", "script")] == [
        run_command(made),
        modelfile(made),
        script(made),
    ]


def test_a_path_with_spaces_is_one_word(chosen):
    """Shell words are quoted, a Modelfile's path too."""
    model = ModelProfile(
        name="My Model", source="gguf", file_path="/data/my models/my model.gguf", fixed_scheme="Q4_K_M"
    )
    assert run_command(chosen("Q4_K_M", "llama.cpp", model=model)).startswith(
        "llama-server -m '/data/my models/my model.gguf' -c 8192"
    )
    assert modelfile(chosen("Q4_K_M", "ollama", model=model)).startswith(
        'FROM "/data/my models/my model.gguf"\n'
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("engine", ENGINES)
def test_every_script_parses_in_bash_and_every_program_in_python(chosen, engine):
    """All schemes of the engine in one text through `bash -n`, each program through Python's parser."""
    spaced = ModelProfile(name="Model with 'quotes' & $signs", source="user", hf_id="o/Model with 'quotes'")
    texts, programs = [], []
    for scheme in all_schemes():
        if any(support.engine == engine for support in scheme.supports):
            for changes in ({}, {"kv_type": "q8_0"}, {"model": spaced}):
                made = chosen(scheme.name, engine, **changes)
                texts.append(script(made))
                whole = deployment(made)
                files = [file for command in (*whole.make, whole.run, *whole.then) for file in command.files]
                programs += [file.text for file in files if file.name.endswith(".py")]
    assert texts != []
    checked = subprocess.run(
        ["bash", "-n"], input="\n".join(texts), text=True, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    for program in programs:
        ast.parse(program)
