"""vLLM. Flags and names of online quantization are those its own parser took, version below:
https://docs.vllm.ai/en/latest/cli/serve.html, https://docs.vllm.ai/en/latest/features/quantization/online/.
"""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import LEADER, Launch, Started, flags, more_than_one, words

PORT = 8000


def _start(launch: Launch) -> Started:
    argv = words("vllm", "serve", launch.weights)
    argv += flags(
        tokenizer=launch.tokenizer,
        dtype="half" if launch.half else None,
        quantization=launch.online,
        max_model_len=launch.context_tokens,
        max_num_seqs=-(-launch.concurrency // launch.data_parallel),  # of each rank
        tensor_parallel_size=more_than_one(launch.tensor_parallel),
        pipeline_parallel_size=more_than_one(launch.pipeline_parallel),
        data_parallel_size=more_than_one(launch.data_parallel),
        enable_expert_parallel=launch.expert_parallel,
        kv_cache_dtype="fp8" if launch.kv_type in kv_types.EIGHT_BITS else None,
        gpu_memory_utilization=f"{launch.memory_share:g}" if launch.memory_share else None,
        host=launch.host,
        port=PORT,
    )
    if launch.nodes == 1:
        return Started(run=Command(argv=argv))
    # https://docs.vllm.ai/en/latest/serving/parallelism_scaling/
    ranks = [argv + _rank(launch, rank) for rank in range(launch.nodes)]
    workers = tuple(Command(argv=words(*rank, "--headless")) for rank in ranks[1:])
    over_ray = Command(argv=words(*argv, "--distributed-executor-backend", "ray"))
    return Started(run=Command(argv=ranks[0]), workers=workers, over_ray=over_ray)


def _rank(launch: Launch, rank: int) -> tuple[str, ...]:
    return words("--nnodes", launch.nodes, "--node-rank", rank, "--master-addr", LEADER)


ENGINE = Engine(
    name="vllm",
    aliases=("vllm-ascend", "vllm-tpu", "vllm-musa", "1cat-vllm"),
    rank=3,
    by_default=True,
    formats=("compressed-tensors", "gptq", "awq", "safetensors", "bitsandbytes"),
    systems=("linux",),
    physics="serving",
    # V1, scheduler and host loop, is the default since (https://github.com/vllm-project/vllm/releases/tag/v0.8.0):
    # a step before it costs milliseconds more.
    rewritten_in="0.8",
    paged=True,
    fp8_cache_from="8.0",  # on a T4 its attention backends refuse it
    memory_share=0.92,  # the default of --gpu-memory-utilization (vllm/config/cache.py)
    slots=256,  # --max-num-seqs by default (`get_batch_defaults` in vllm/engine/arg_utils.py)
    slots_on_large=1024,
    splits_matrices=True,
    expert_parallel=True,
    data_parallel_attention=True,
    online={
        "W8A8-FP-dynamic": "fp8_per_channel",
        "W8A8-FP-block": "fp8_per_block",
        "W8A16-FP": "fp8_per_tensor",
        "MXFP8": "mxfp8",
        "MXFP4": "mxfp4",
    },
    program="vllm",
    package="vllm",
    version="0.33.0",
    # https://docs.vllm.ai/en/latest/deployment/docker.html
    images={"cuda": "vllm/vllm-openai:v0.33.0", "rocm": "vllm/vllm-openai-rocm:v0.33.0"},
    forms=("helm", "ray-serve"),
    port=PORT,
    health_path="/health",
    start=_start,
)
