"""MLC-LLM: measured, never offered."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(name="mlc-llm", repositories=r"^mlc-ai/|[-_]mlc$", offered=False)
