"""ExLlamaV2: https://github.com/turboderp-org/exllamav2."""

from __future__ import annotations

from advisor.engines import _tabby
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started


def _start(launch: Launch) -> Started:
    return _tabby.tabby(launch, lambda bits: f"Q{min(bits, 8)}")


ENGINE = Engine(
    name="exllamav2",
    aliases=("exl2", "exllama2"),
    rank=9,
    formats=("exl2",),
    repositories=r"[-_.]exl2(?![a-z])",
    systems=("linux", "windows"),
    outside_gpu="",
    kv_types=_tabby.KV_TYPES,
    package="exllamav2",
    version="0.3.2",
    port=_tabby.PORT,
    health_path="/health",
    setup=_tabby.SETUP,
    fetches=False,
    start=_start,
)
