"""ExLlamaV3: https://github.com/turboderp-org/exllamav3."""

from __future__ import annotations

from advisor.engines import _tabby
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started


def _start(launch: Launch) -> Started:
    return _tabby.tabby(launch, lambda bits: f"{bits},{bits}")


ENGINE = Engine(
    name="exllamav3",
    aliases=("exl3", "exllama", "exllama3", "tabbyapi"),
    rank=10,
    formats=("exl3",),
    repositories=r"[-_.]exl3(?![a-z])",
    systems=("linux", "windows"),
    backend="cuda",
    outside_gpu="",
    kv_types=_tabby.KV_TYPES,
    package="exllamav3",
    version="1.6.5",
    port=_tabby.PORT,
    health_path="/health",
    setup=_tabby.SETUP,
    fetches=False,
    start=_start,
)
