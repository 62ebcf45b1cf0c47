"""Intel's fork of llama.cpp for SYCL: measured, never offered."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(
    name="ipex-llm", aliases=("llama.cpp (ipex-llm)",), offered=False, reads_gguf=True, outside_gpu="experts"
)
