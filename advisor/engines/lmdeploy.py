"""LMDeploy on TurboMind: https://github.com/InternLM/lmdeploy, docs/en/quantization."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, flags, more_than_one, words

PORT = 23333
_MODEL_FORMATS = {"awq": "awq", "gptq": "gptq", "autoround": "gptq", "fp8": "fp8", "mxfp4": "mxfp4"}
_POLICIES = {"q8_0": 8, "q4_0": 4}
"""INT8 and INT4; TurboMind refuses FP8 (https://lmdeploy.readthedocs.io/en/latest/quantization/kv_quant.html)."""


def _start(launch: Launch) -> Started:
    form = _MODEL_FORMATS.get(launch.scheme.family)
    if launch.scheme.format == "compressed-tensors" and form in (None, "awq", "gptq"):
        form = "compressed-tensors" if launch.scheme.family != "none" else None
    argv = words("lmdeploy", "serve", "api_server", launch.weights)
    argv += flags(
        backend="turbomind",
        model_format=form,
        quant_policy=_POLICIES.get(launch.kv_type),
        tp=more_than_one(launch.tensor_parallel),
        session_len=launch.context_tokens,
        max_batch_size=launch.concurrency,
        cache_max_entry_count=f"{launch.memory_share:g}" if launch.memory_share else None,
        server_name=launch.host,
        server_port=PORT,
    )
    return Started(run=Command(argv=argv))


def _make(launch: Launch, source: str, target: str) -> tuple[Command, ...] | None:
    scheme = launch.scheme
    if scheme.family != "awq":
        return None
    argv = words("lmdeploy", "lite", "auto_awq", source)
    argv += words("--w-bits", f"{scheme.weight_bits:g}", "--w-group-size", scheme.group_size)
    argv += words("--calib-samples", 128, "--calib-seqlen", 2048, "--work-dir", target)
    return (Command(argv=argv, makes=target),)


ENGINE = Engine(
    name="lmdeploy",
    aliases=("turbomind",),
    rank=6,
    systems=("linux", "windows"),
    physics="serving",
    paged=True,
    memory_share=0.8,  # cache_max_entry_count: of what the weights leave; see TensorRT-LLM's
    splits_matrices=True,
    kv_types=("f16", "bf16", "q8_0", "q4_0"),
    program="lmdeploy",
    package="lmdeploy",
    version="0.18.0",
    images={"cuda": "openmmlab/lmdeploy:v0.18.0"},
    port=PORT,
    health_path="/health",
    start=_start,
    make=_make,
)
