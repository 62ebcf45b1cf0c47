"""One file with llama.cpp in it; LocalScore measures it by averages of its own: measured, never offered."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(
    name="llamafile",
    aliases=("llama.cpp (llamafile/localscore)",),
    offered=False,
    reads_gguf=True,
    outside_gpu="experts",
)
