"""MLX-LM on Apple Silicon: https://github.com/ml-explore/mlx-lm."""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, words

PORT = 8080
_KV_GROUP = 64
_ONE_AT_A_TIME = "mlx_lm.server answers one request at a time with a quantized cache"
"""`--kv-bits` turns batching off (mlx_lm/server.py, `_is_batchable`)."""


def _start(launch: Launch) -> Started:
    argv = words("mlx_lm.server", "--model", launch.weights)
    several, bits = launch.concurrency > 1, kv_types.nominal_bits(launch.kv_type)
    if bits:
        argv += words("--kv-bits", bits, "--kv-group-size", _KV_GROUP, "--quantized-kv-start", 0)
    elif several:
        argv += words("--decode-concurrency", launch.concurrency, "--prompt-concurrency", launch.concurrency)
    run = Command(argv=argv + words("--host", launch.host, "--port", PORT))
    return Started(run=run, warnings=(_ONE_AT_A_TIME,) if several and bits else ())


ENGINE = Engine(
    name="mlx",
    aliases=("mlx-lm", "mlxlm"),
    rank=7,
    by_default=True,
    formats=("mlx",),
    repositories=r"^mlx-community/|/.*\bmlx\b",
    systems=("macos",),
    backend="metal",
    outside_gpu="",
    reads_images=False,  # mlx-vlm does (https://github.com/Blaizzy/mlx-vlm), a package of its own
    kv_types=("f16", "bf16", "q8_0", "q4_0"),
    program="mlx_lm.server",
    package="mlx_lm",
    version="0.32.2",
    port=PORT,
    health_path="/health",
    start=_start,
)
