"""Text Generation Inference: https://huggingface.co/docs/text-generation-inference/reference/launcher."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, flags, more_than_one, words

PORT = 3000
_QUANTIZE = {"gptq": "gptq", "autoround": "gptq", "awq": "awq", "compressed-tensors": "compressed-tensors"}
"""Format of a checkpoint -> `--quantize`."""


def _start(launch: Launch) -> Started:
    form = None if launch.scheme.reference else _QUANTIZE.get(launch.scheme.format)
    argv = words("text-generation-launcher") + flags(
        model_id=launch.weights,
        quantize=launch.online or form,
        dtype="float16" if launch.half else None,
        num_shard=more_than_one(launch.tensor_parallel),
        max_input_tokens=launch.context_tokens - 1,
        max_total_tokens=launch.context_tokens,
        max_concurrent_requests=launch.concurrency,
        kv_cache_dtype="fp8_e4m3fn" if launch.kv_type in kv_types.EIGHT_BITS else None,
        cuda_memory_fraction=f"{launch.memory_share:g}" if launch.memory_share else None,
        hostname=launch.host,
        port=PORT,
    )
    return Started(run=Command(argv=argv))


ENGINE = Engine(
    name="tgi",
    aliases=("text-generation-inference", "text generation inference", "hf-tgi"),
    rank=12,
    systems=("linux",),
    physics="serving",
    paged=True,
    measured_as="vllm",
    memory_share=0.9,  # of --cuda-memory-fraction 1.0 its warm-up fills this much with the cache
    splits_matrices=True,
    online={"W8A8-FP-dynamic": "fp8", "NF4": "bitsandbytes-nf4", "BNB-FP4": "bitsandbytes-fp4"},
    program="text-generation-launcher",
    version="3.3.6",
    images={"cuda": "ghcr.io/huggingface/text-generation-inference:3.3.6"},
    port=PORT,
    health_path="/health",
    start=_start,
)
