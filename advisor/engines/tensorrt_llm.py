"""TensorRT-LLM on its PyTorch backend: https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve.html.

Checkpoints come from NVIDIA Model-Optimizer (https://github.com/NVIDIA/Model-Optimizer, examples/hf_ptq).
"""

from __future__ import annotations

from advisor.documents.deployment import Command, TextFile
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, more_than_one, words

PORT = 8000
_FORMATS = {
    "W8A8-FP-static": "fp8",
    "NVFP4": "nvfp4",
    "W4A16-INT-awq-g128": "int4_awq",
    "W4A8-FP-awq-g128": "w4a8_awq_beta",
}
"""Model-Optimizer's names."""


def _start(launch: Launch) -> Started:
    eight_bit_cache = launch.kv_type in kv_types.EIGHT_BITS
    tensor, pipeline = more_than_one(launch.tensor_parallel), more_than_one(launch.pipeline_parallel)
    argv = words("trtllm-serve", launch.weights, "--backend", "pytorch")
    argv += words("--tp_size", tensor) if tensor else ()
    argv += words("--pp_size", pipeline) if pipeline else ()
    argv += words("--ep_size", tensor) if tensor and launch.expert_parallel else ()
    argv += words("--max_batch_size", launch.concurrency, "--max_seq_len", launch.context_tokens)
    if launch.memory_share:
        argv += words("--kv_cache_free_gpu_memory_fraction", f"{launch.memory_share:g}")
    argv += words("--extra_llm_api_options", "trtllm.yml") if eight_bit_cache else ()
    argv += words("--host", launch.host, "--port", PORT)
    files = (TextFile(name="trtllm.yml", text="kv_cache_config:\n  dtype: fp8\n"),) if eight_bit_cache else ()
    return Started(run=Command(argv=argv, files=files))


def _make(launch: Launch, source: str, target: str) -> tuple[Command, ...] | None:
    form = _FORMATS.get(launch.scheme.name)
    if form is None:
        return None
    # its default is an FP8 cache, which the plan may not have
    cache = "fp8" if launch.kv_type in kv_types.EIGHT_BITS else "none"
    argv = words("python", "Model-Optimizer/examples/hf_ptq/hf_ptq.py", "--pyt_ckpt_path", source)
    argv += words("--qformat", form, "--kv_cache_qformat", cache, "--export_path", target)
    clone = words("git", "clone", "--depth", 1, "https://github.com/NVIDIA/Model-Optimizer")
    return Command(argv=clone, makes="Model-Optimizer"), Command(argv=argv, makes=target)


ENGINE = Engine(
    name="tensorrt-llm",
    aliases=("trtllm", "trt-llm", "tensorrt", "tensorrt llm", "nim"),
    rank=5,
    systems=("linux",),
    physics="serving",
    paged=True,
    # of what the weights leave (kv_cache_free_gpu_memory_fraction); taken of the whole card, which errs high
    # for small models only
    memory_share=0.9,
    slots=2048,  # --max_batch_size by default (nvidia.github.io/TensorRT-LLM/commands/trtllm-serve.html)
    splits_matrices=True,
    expert_parallel=True,
    program="trtllm-serve",
    version="1.2.1",
    images={"cuda": "nvcr.io/nvidia/tensorrt-llm/release:1.2.1"},
    port=PORT,
    health_path="/health",
    start=_start,
    make=_make,
)
