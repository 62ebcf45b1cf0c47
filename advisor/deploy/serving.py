"""Commands that serve a plan to many requests: vLLM, SGLang, TensorRT-LLM, LMDeploy.

Flags are those of https://docs.vllm.ai/en/latest/features/quantization/,
https://docs.sglang.io/docs/advanced_features/quantization.md,
https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve.html and https://github.com/InternLM/lmdeploy.
"""

from __future__ import annotations

from advisor.deploy.plan import ONLINE, Plan, quantized_at_load
from advisor.deploy.shell import command, flags

_FP8_KV = ("fp8", "q8_0")
"""Serving engines have no q8_0; eight bits per value are FP8 there."""


def _parallel(plan: Plan) -> tuple[int | None, int | None]:
    """(tensor, pipeline) parallel sizes, None for one."""
    place = plan.placement
    tensor = place.tensor_parallel if place else 1
    pipeline = place.pipeline_parallel if place else 1
    if tensor == pipeline == 1 and plan.gpus > 1:
        tensor = plan.gpus
    return (tensor if tensor > 1 else None), (pipeline if pipeline > 1 else None)


def _online(plan: Plan) -> str | None:
    if not quantized_at_load(plan):
        return None
    if plan.scheme.family == "bnb":
        return "bitsandbytes"
    return ONLINE.get(plan.engine, {}).get(plan.scheme.name)


def _half(plan: Plan) -> str | None:
    """BF16 arithmetic begins at compute capability 8.0; below it engines must be told to use F16."""
    old = plan.oldest_compute_capability
    return "half" if plan.scheme.name == "F16" or (old is not None and old < 8.0) else None


def vllm(plan: Plan) -> str:
    """`vllm serve`; prequantized checkpoints need no `--quantization`, it is read from their config."""
    tensor, pipeline = _parallel(plan)
    gguf = plan.scheme.is_gguf and not plan.scheme.reference
    words: list[object] = ["vllm", "serve", plan.checkpoint]
    words += flags(
        tokenizer=plan.model.hf_id if gguf else None,
        dtype=_half(plan),
        quantization=_online(plan),
        max_model_len=plan.context_tokens,
        max_num_seqs=plan.concurrency,
        tensor_parallel_size=tensor,
        pipeline_parallel_size=pipeline,
        kv_cache_dtype="fp8" if plan.kv_type in _FP8_KV else None,
        gpu_memory_utilization=0.92 if plan.backend in ("cuda", "rocm") else None,
    )
    return command(*words)


def sglang(plan: Plan) -> str:
    """`sglang.launch_server`."""
    tensor, pipeline = _parallel(plan)
    words: list[object] = ["python", "-m", "sglang.launch_server"]
    words += flags(
        model_path=plan.checkpoint,
        dtype=_half(plan),
        quantization=_online(plan),
        context_length=plan.context_tokens,
        max_running_requests=plan.concurrency,
        tp=tensor,
        pp=pipeline,
        mem_fraction_static=0.85,
        kv_cache_dtype="fp8_e4m3" if plan.kv_type in _FP8_KV else None,
    )
    return command(*words)


def tensorrt_llm(plan: Plan) -> str:
    """`trtllm-serve` on the PyTorch backend; an FP8 KV cache is an entry of its YAML file."""
    tensor, pipeline = _parallel(plan)
    eight_bit_kv = plan.kv_type in _FP8_KV
    words: list[object] = ["trtllm-serve", plan.checkpoint, "--backend", "pytorch"]
    words += ["--tp_size", tensor] if tensor else []
    words += ["--pp_size", pipeline] if pipeline else []
    words += ["--max_batch_size", plan.concurrency, "--max_seq_len", plan.context_tokens]
    words += ["--kv_cache_free_gpu_memory_fraction", 0.9]
    words += ["--extra_llm_api_options", "trtllm.yml"] if eight_bit_kv else []
    before = "printf 'kv_cache_config:\\n  dtype: fp8\\n' > trtllm.yml\n" if eight_bit_kv else ""
    return before + command(*words)


def lmdeploy(plan: Plan) -> str:
    """`lmdeploy serve api_server` on TurboMind."""
    tensor, _ = _parallel(plan)
    policy = {"q8_0": 8, "fp8": 8, "q4_0": 4}.get(plan.kv_type)
    family = plan.scheme.family
    words: list[object] = ["lmdeploy", "serve", "api_server", plan.checkpoint]
    words += flags(
        backend="turbomind",
        model_format="awq" if family == "awq" else "gptq" if family in ("gptq", "autoround") else None,
        quant_policy=policy,
        tp=tensor,
        session_len=plan.context_tokens,
    )
    return command(*words)
