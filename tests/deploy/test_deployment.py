"""The Deployment document: structure first."""

from __future__ import annotations

import json

import pytest

from advisor.catalog.ready import published
from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.catalog.schemes import find_scheme
from advisor.deploy.chosen import Chosen
from advisor.deploy.commands import run_text
from advisor.deploy.deployment import deployment, made_by
from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import DeviceMemory, Placement
from advisor.engines import facts, offered
from advisor.errors import UnsupportedError

ON_GPU = Placement(kind="gpu", n_gpus=1, gpu_layers=33, n_layers=32)


def chosen(model: str, scheme: str, engine: str, **changes) -> Chosen:
    """One model under one scheme, with what is published of it."""
    profile, wanted = resolve_model(model), find_scheme(scheme)
    fields = {
        "model": profile,
        "scheme": wanted,
        "imatrix": None,
        "engine": engine,
        "backend": "cuda",
        "placement": ON_GPU,
        "context_tokens": 8192,
        "published": published(profile, wanted, facts(engine)),
    }
    return Chosen(**{**fields, **changes})


@pytest.mark.parametrize(
    ("model", "scheme", "engine", "words"),
    [
        ("unsloth/Qwen3-14B-GGUF", "Q4_K_M", "llama.cpp", ("-hf", "unsloth/Qwen3-14B-GGUF:Q4_K_M")),
        ("Qwen3-14B", "Q4_K_M", "llama.cpp", ("-hf", "Qwen/Qwen3-14B-GGUF:Q4_K_M")),
        ("Llama-3.1-8B", "UD-Q4_K_XL", "llama.cpp", ("-hf", "unsloth/Llama-3.1-8B-Instruct-GGUF:UD-Q4_K_XL")),
        ("MiniMax-M2", "W8A8-FP-block", "vllm", ("serve", "MiniMaxAI/MiniMax-M2")),
        ("Llama-3.1-8B", "BF16", "vllm", ("serve", "meta-llama/Llama-3.1-8B-Instruct")),
    ],
)
def test_ready_weights_are_pulled_by_the_engine(model, scheme, engine, words):
    """Nothing is converted that somebody has published."""
    plan = deployment(chosen(model, scheme, engine))
    assert plan.run.argv[1:3] == words
    assert (plan.make, plan.ready_made) == ((), True)


def test_an_ollama_tag_that_names_a_quantization_is_run_as_it_is():
    """`llama3.1:8b-instruct-q4_K_M` is a model of Ollama's library."""
    plan = deployment(chosen("llama3.1:8b-instruct-q4_K_M", "Q4_K_M", "ollama"))
    assert [command.argv for command in plan.then] == [("ollama", "run", "llama3.1:8b-instruct-q4_K_M")]
    assert plan.make == ()


def test_a_checkpoint_published_quantized_gets_no_quantization_flag():
    """vLLM refuses a method other than the checkpoint's."""
    plan = deployment(chosen("DeepSeek-V3.1", "W8A8-FP-block", "vllm"))
    assert "--quantization" not in plan.run.argv


def test_every_server_says_where_it_answers():
    """Port and health path come with every engine that serves."""
    servers = [engine for engine in offered() if engine.port]
    assert [engine.name for engine in servers if not engine.health_path] == []
    plan = deployment(chosen("Llama-3.1-8B", "BF16", "vllm"))
    assert (plan.host, plan.port, plan.health_path, plan.engine_version, plan.image) == (
        "127.0.0.1",
        8000,
        "/health",
        "0.33.0",
        "vllm/vllm-openai:v0.33.0",
    )


def test_an_open_server_is_warned_of():
    """An address other than this machine's lets everybody in."""
    plan = deployment(chosen("Llama-3.1-8B", "BF16", "vllm"), host="0.0.0.0")
    assert [warning for warning in plan.warnings if "other machines" in warning] != []


@pytest.mark.parametrize(("used_gib", "share"), [(11.1, "0.8"), (32.8, "0.3")])
def test_on_shared_memory_an_engine_takes_what_the_plan_needs(used_gib, share):
    """0.92 of a Jetson or a DGX Spark starves the system."""
    total = {11.1: 15.3, 32.8: 121.7}[used_gib]
    gpu = Gpu(name="shared", vendor="NVIDIA", unified_memory=True, memory_total_bytes=int(total * 2**30))
    machine = HardwareProfile(name="box", source="user", gpus=(gpu,))
    place = Placement(
        kind="unified",
        n_gpus=1,
        devices=(DeviceMemory(device="GPU 0: shared", weights_bytes=int(used_gib * 2**30)),),
    )
    plan = deployment(chosen("Qwen3-30B-A3B", "BF16", "vllm", placement=place, hardware=machine))
    at = plan.run.argv.index("--gpu-memory-utilization")
    assert plan.run.argv[at + 1] == share


def test_no_secret_stands_in_a_plan(monkeypatch):
    """The token goes by the name of its variable."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    from advisor.documents.plain import dumps

    text = dumps(deployment(chosen("Llama-3.1-8B", "BF16", "vllm")))
    assert ("hf_secret" in text, json.loads(text)["secrets"]) == (False, ["HF_TOKEN"])


@pytest.mark.parametrize(
    ("engine", "leader", "worker"),
    [
        (
            "vllm",
            ("--nnodes", "2", "--node-rank", "0", "--master-addr", "LEADER_ADDRESS"),
            ("--nnodes", "2", "--node-rank", "1", "--master-addr", "LEADER_ADDRESS", "--headless"),
        ),
        (
            "sglang",
            ("--dist-init-addr", "LEADER_ADDRESS:5000", "--nnodes", "2", "--node-rank", "0"),
            ("--dist-init-addr", "LEADER_ADDRESS:5000", "--nnodes", "2", "--node-rank", "1"),
        ),
    ],
)
def test_every_node_gets_its_own_command(engine, leader, worker):
    """Tensor parallelism inside a node, the pipeline across; ranks differ in one word."""
    place = Placement(kind="tensor-parallel", n_gpus=16, tensor_parallel=8, pipeline_parallel=2)
    nodes = resolve_hardware("2 nodes of 8x H100 SXM, 400 Gb/s")
    plan = deployment(chosen("DeepSeek-V3.1", "W8A8-FP-block", engine, placement=place, hardware=nodes))
    assert plan.run.argv[-len(leader) :] == leader
    assert [command.argv[-len(worker) :] for command in plan.workers] == [worker]
    assert plan.leader == "LEADER_ADDRESS"


def test_llama_cpp_borrows_the_gpus_of_other_nodes():
    """`--rpc` names each lender; a lender is open to whoever reaches it, which is said."""
    place = Placement(kind="multi-gpu", n_gpus=4, gpu_layers=81, n_layers=80)
    nodes = resolve_hardware("2 nodes of 2x RTX 4090, 100 Gb/s")
    plan = deployment(chosen("Llama-3.3-70B", "Q8_0", "llama.cpp", placement=place, hardware=nodes))
    assert plan.run.argv[plan.run.argv.index("--rpc") + 1] == "WORKER_1_ADDRESS:50052"
    assert [command.argv for command in plan.workers] == [("rpc-server", "-H", "0.0.0.0", "-p", "50052")]
    assert (plan.leader, "asks nobody" in plan.warnings[0]) == ("", True)


def test_the_disk_that_making_takes_is_counted_whole():
    """The checkpoint, the same as one GGUF file, and the file made of it; a download takes its own size."""
    made = deployment(chosen("Qwen2.5-7B", "IQ2_XXS", "llama.cpp", published=None, file_size_bytes=10**9))
    params = resolve_model("Qwen2.5-7B").n_params
    assert made.resources.making_bytes == 2 * 2 * params + 10**9
    assert deployment(chosen("Qwen3-14B", "Q4_K_M", "llama.cpp")).resources.making_bytes is None


def test_an_engine_without_a_command_line_is_an_error():
    """Nothing is invented for it; the engines with one are named."""
    with pytest.raises(UnsupportedError, match="no command line is known for quip-sharp; one is for"):
        deployment(chosen("Llama-3.1-8B", "quip#", "quip-sharp"))


def test_nothing_is_made_of_a_file_that_has_the_scheme():
    """A quantized file is never quantized again."""
    model = ModelProfile(name="m", source="gguf", file_path="/data/m.Q4_K_M.gguf", fixed_scheme="Q4_K_M")
    assert made_by(chosen("Llama-3.1-8B", "Q4_K_M", "llama.cpp")._replace(model=model)) == ()


def test_each_node_serves_its_share(chosen):
    """60 requests over two servers; every form says that something must stand in front of them."""
    place = Placement(kind="gpu", n_gpus=1, replicas=2)
    found = deployment(chosen("BF16", "vllm", placement=place, concurrency=60))
    assert (2, True) == (found.replicas, " --max-num-seqs 30 " in " ".join(found.run.argv))
    assert found.warnings[0].startswith("one server on each of 2 nodes: ")
    assert run_text(found).startswith("# on each of 2 nodes\nvllm serve ")


def test_an_inferred_file_is_said_beside_its_command() -> None:
    """A rung of a ladder that no list shows, not a listed one."""
    plans = [chosen("Qwen3-30B-A3B", scheme, "llama.cpp") for scheme in ("Q4_K_M", "Q4_K_S")]
    assert [sum("is inferred" in line for line in deployment(plan).warnings) for plan in plans] == [1, 0]
