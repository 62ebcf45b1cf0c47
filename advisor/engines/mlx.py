"""MLX-LM on Apple Silicon: https://github.com/ml-explore/mlx-lm."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, words

PORT = 8080
_KV_GROUP = 64


def _start(launch: Launch) -> Started:
    argv = words("mlx_lm.server", "--model", launch.weights)
    if launch.concurrency > 1:
        argv += words("--decode-concurrency", launch.concurrency, "--prompt-concurrency", launch.concurrency)
    bits = kv_types.nominal_bits(launch.kv_type)
    if bits:
        argv += words("--kv-bits", bits, "--kv-group-size", _KV_GROUP, "--quantized-kv-start", 0)
    return Started(run=Command(argv=argv + words("--host", launch.host, "--port", PORT)))


ENGINE = Engine(
    name="mlx",
    aliases=("mlx-lm", "mlxlm"),
    rank=7,
    by_default=True,
    formats=("mlx",),
    systems=("macos",),
    backend="metal",
    outside_gpu="",
    kv_types=("f16", "bf16", "q8_0", "q4_0"),
    program="mlx_lm.server",
    package="mlx_lm",
    version="0.32.2",
    port=PORT,
    health_path="/health",
    start=_start,
)
