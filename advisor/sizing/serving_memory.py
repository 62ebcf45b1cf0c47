"""What a serving engine may fill of a card, and what it needs there beside weights and KV cache.

vLLM's `gpu_memory_utilization` and its kin: the share is a fact of each engine (`memory_share` of its file in
`advisor.engines`), the rule is `serving_available`. Every figure is an upper bound with its source.
"""

from __future__ import annotations

from advisor.documents.hardware import Gpu
from advisor.documents.model import ModelProfile
from advisor.engines import facts
from advisor.sizing.layers import architecture_key
from advisor.sizing.overheads import GIB, least, usable_total

NON_TORCH_TP1_BYTES = int(0.27 * GIB)
NON_TORCH_TPN_BYTES = int(2.10 * GIB)
"""Driver, NCCL and library memory per card: llm-d-planner's measurements of vLLM 0.19 on an H100
(github.com/llm-d-incubation/llm-d-planner, docs/empirical-vllm-memory-results.md)."""
# Peak of the activations in vLLM's profiling run, GiB, by architecture; same source.
_ACTIVATION_GIB = (
    ("llama", 1.89),
    ("qwen3moe", 2.68),
    ("qwen3next", 2.68),
    ("qwen35moe", 2.68),
    ("qwen3", 2.21),
    ("qwen2", 2.25),
    ("gemma2", 3.65),
    ("gemma3", 3.94),
    ("gemma4", 3.94),
)
_ACTIVATION_DENSE_GIB, _ACTIVATION_MOE_GIB = 2.0, 2.5
"""Of architectures not in that list: near those of Llama and Qwen;
Gemma's vocabulary is twice theirs (a judgement).
"""


def serving_activation_bytes(model: ModelProfile) -> int:
    """Activations at the peak of a serving engine's step, per card (it does not shrink with tensor
    parallelism)."""
    arch = architecture_key(model)
    default = _ACTIVATION_MOE_GIB if model.is_moe else _ACTIVATION_DENSE_GIB
    return int(GIB * next((gib for name, gib in _ACTIVATION_GIB if arch.startswith(name)), default))


def serving_overhead_bytes(tensor_parallel: int) -> int:
    """Memory outside the framework's allocator on each card."""
    return NON_TORCH_TP1_BYTES if tensor_parallel <= 1 else NON_TORCH_TPN_BYTES


def serving_available(gpu: Gpu, engine: str, scratch_bytes: int = 0) -> int | None:
    """Bytes a serving engine may fill on one card; None when its memory is unknown.

    *scratch_bytes*: activations, for which engines that keep them outside their share find room beside it.
    """
    total = usable_total(gpu)
    if total is None:
        return gpu.memory_free_bytes
    known = facts(engine)
    budget = int(total * (known.memory_share or 1.0))
    if known.scratch_outside_share:
        budget = min(budget + scratch_bytes, total)
    return least(budget, gpu.memory_free_bytes)
