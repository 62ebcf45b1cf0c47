"""SGLang: https://docs.sglang.io/docs/advanced_features/server_arguments.md and .../quantization.md."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import LEADER, Launch, Started, flags, more_than_one, words

PORT = 30000
_MEETING_PORT = 5000
"""Where the ranks find one another; any free port."""


def _start(launch: Launch) -> Started:
    argv = words("python", "-m", "sglang.launch_server")
    argv += flags(
        model_path=launch.weights,
        dtype="half" if launch.half else None,
        quantization=launch.online,
        load_format="bitsandbytes" if launch.online == "bitsandbytes" else None,
        context_length=launch.context_tokens,
        max_running_requests=launch.concurrency,
        tp_size=more_than_one(launch.tensor_parallel * launch.data_parallel),
        pp_size=more_than_one(launch.pipeline_parallel),
        dp_size=more_than_one(launch.data_parallel),
        enable_dp_attention=launch.data_parallel > 1,
        ep_size=launch.tensor_parallel * launch.data_parallel if launch.expert_parallel else None,
        mem_fraction_static=f"{launch.memory_share:g}" if launch.memory_share else None,
        kv_cache_dtype="fp8_e4m3" if launch.kv_type in kv_types.EIGHT_BITS else None,
        host=launch.host,
        port=PORT,
    )
    if launch.nodes == 1:
        return Started(run=Command(argv=argv))
    # https://docs.sglang.io/references/multi_node_deployment/multi_node.html
    where = ("--dist-init-addr", f"{LEADER}:{_MEETING_PORT}", "--nnodes", launch.nodes, "--node-rank")
    ranks = [Command(argv=argv + words(*where, rank)) for rank in range(launch.nodes)]
    return Started(run=ranks[0], workers=tuple(ranks[1:]))


ENGINE = Engine(
    name="sglang",
    rank=4,
    systems=("linux",),
    physics="serving",
    paged=True,
    fp8_cache_from="8.0",  # as vLLM: the same attention kernels
    memory_share=0.85,  # --mem-fraction-static, scratch outside it (docs.sglang.io)
    scratch_outside_share=True,
    slots=2048,  # the least --max-running-requests it sets itself (docs.sglang.io)
    splits_matrices=True,
    expert_parallel=True,
    data_parallel_attention=True,
    online={"W8A8-FP-dynamic": "fp8", "MXFP8": "mxfp8", "bnb": "bitsandbytes"},
    package="sglang",
    version="0.5.23",
    images={"cuda": "lmsysorg/sglang:v0.5.23"},
    image_program="python3",
    port=PORT,
    health_path="/health",
    start=_start,
)
