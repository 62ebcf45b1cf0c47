"""The first ExLlama: measured, never offered."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(name="exllama", offered=False, backend="cuda", outside_gpu="")
