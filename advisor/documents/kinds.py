"""Every closed list of words a document may hold; the published JSON Schemas carry them as enums.

Lists that data extends (engines, schemes, their families and formats, vendors) are not closed and stand in
profiles/ and advisor/engines.
"""

from __future__ import annotations

from typing import Literal, get_args

Basis = Literal["exact", "measured-here", "measured", "interpolated", "extrapolated"]
"""What a figure rests on, the strongest first."""
Objective = Literal["accuracy", "speed", "size", "make-cost", "serve-cost"]
TaskCategory = Literal[
    "knowledge",
    "commonsense",
    "math",
    "code",
    "instruction",
    "long-context",
    "multilingual",
    "truthfulness",
    "language-modelling",
    "average",
]
KvType = Literal["f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl", "fp8"]
KvChoice = Literal["auto", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl", "fp8"]
"""A KV type, or "auto": the fullest that fits."""
Backend = Literal[
    "cuda",
    "rocm",
    "vulkan",
    "metal",
    "sycl",
    "opencl",
    "cpu",
    "xpu",
    "cann",
    "musa",
    "tpu",
    "webgpu",
]
PlacementKind = Literal[
    "gpu",
    "split",
    "experts-on-cpu",
    "multi-gpu",
    "tensor-parallel",
    "pipeline-parallel",
    "data-parallel",
    "unified",
    "cpu",
]
"""`split`: layers on GPU and CPU; `multi-gpu`: layers over several GPUs;
`data-parallel`: the requests over several GPUs, each with the whole attention and a share of the experts."""
Status = Literal["ok", "nothing_fits", "not_measured"]
RejectionKind = Literal[
    "unsupported",
    "calibration",
    "limited",
    "pointless",
    "memory",
    "disk",
    "loss",
    "not-measured",
    "speed",
    "ttft",
    "unusable",
    "outranked",
]
SupportedModels = Literal["any", "dense", "native"]
"""Models of which an engine loads a scheme. `dense`: no mixture of experts; `native`: published in it."""
HardwareSource = Literal["probe", "catalogue", "user", "inventory"]
"""`inventory`: read from what another tool wrote."""
ModelSource = Literal["catalogue", "gguf", "hf-config", "user"]
GpuForm = Literal["desktop", "laptop", "datacenter", "apu", "soc"]
Variant = Literal["base", "instruct", "hybrid", "reasoning", "code", "vision", "draft"]
"""What an edition was trained for: `reasoning` always thinks before it answers, `hybrid` when asked to,
`draft` only speeds up another model."""
Modality = Literal["text", "vision", "vision+audio"]
Attention = Literal["mha", "gqa", "mqa", "mla", "hybrid"]
ActivationType = Literal["f16", "int8", "fp8", "fp4", "int6", "int4"]
"""Arithmetic of the matrix product; int6 and int4 are what research rounds to, no kernel multiplies int6."""
Calibration = Literal["none", "optional", "required"]
"""What making a scheme needs: an imatrix for GGUF, a calibration set elsewhere."""
SupportLevel = Literal["yes", "partial"]
"""`partial`: works, slower or with limits."""
ErrorCode = Literal[
    "bad_file",
    "bad_json",
    "disk_full",
    "interrupted",
    "not_measured",
    "probe_failed",
    "store",
    "unexpected",
    "unknown_name",
    "unsupported",
    "usage",
]

BASES: tuple[Basis, ...] = get_args(Basis)
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
TASK_CATEGORIES: tuple[TaskCategory, ...] = get_args(TaskCategory)
KV_TYPES: tuple[KvType, ...] = get_args(KvType)
KV_CHOICES: tuple[KvChoice, ...] = get_args(KvChoice)
BACKENDS: tuple[Backend, ...] = get_args(Backend)
MODALITIES: tuple[Modality, ...] = get_args(Modality)
VARIANTS: tuple[Variant, ...] = get_args(Variant)


def weakest(*bases: Basis) -> Basis:
    """The basis of a figure made from several. Raises ValueError without any."""
    return max(bases, key=BASES.index)
