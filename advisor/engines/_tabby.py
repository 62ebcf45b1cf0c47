"""TabbyAPI, the server of both ExLlama generations: https://github.com/theroyallab/tabbyAPI."""

from __future__ import annotations

from collections.abc import Callable

from advisor.documents.deployment import Command
from advisor.documents.kinds import KvType
from advisor.engines import kv_types
from advisor.engines.launch import Launch, Started, words

PORT = 5000
SETUP = (
    Command(
        argv=("git", "clone", "--depth", "1", "https://github.com/theroyallab/tabbyAPI"), makes="tabbyAPI"
    ),
)
KV_TYPES: tuple[KvType, ...] = ("f16", "q8_0", "q4_0")
"""ExLlama's cache of 8 and 4 bits (`-cq 8|4`)."""
_PAGE_TOKENS = 256
"""TabbyAPI's cache must be a multiple of this."""


def tabby(launch: Launch, mode: Callable[[int], str]) -> Started:
    """TabbyAPI's server; its cache holds all requests together."""
    cache = -(-launch.context_tokens * launch.concurrency // _PAGE_TOKENS) * _PAGE_TOKENS
    bits = kv_types.nominal_bits(launch.kv_type)
    folder, _, name = launch.weights.removeprefix("./").rpartition("/")
    argv = words("python", "tabbyAPI/main.py", "--model-dir", folder or ".", "--model-name", name)
    argv += words("--max-seq-len", launch.context_tokens, "--cache-size", cache)
    argv += words("--max-batch-size", launch.concurrency)
    argv += words("--cache-mode", mode(bits)) if bits else ()
    argv += words("--host", launch.host, "--port", PORT)
    return Started(run=Command(argv=argv))
