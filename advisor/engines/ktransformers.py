"""KTransformers: experts on the CPU, the rest on a GPU, many requests; measured, never offered."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(name="ktransformers", offered=False, physics="serving", measured_as="vllm")
