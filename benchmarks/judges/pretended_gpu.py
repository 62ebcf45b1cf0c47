"""A CUDA platform that pretends, so that vLLM's own parser, checks and model code run without a GPU.

For vLLM 0.33. Import before anything of vLLM; `present(capability, count)` chooses the machine.
"""

from __future__ import annotations

import os
import sys
import types
from typing import Any

os.environ |= {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "ERROR"}
_COMPILED = ("_C_stable_libtorch", "_moe_C_stable_libtorch", "_qutlass_C", "_C", "_moe_C")
_KERNELS = ("vllm_flash_attn._vllm_fa2_C", "vllm_flash_attn._vllm_fa3_C")
for _name in (*_COMPILED, *_KERNELS):
    sys.modules[f"vllm.{_name}"] = types.ModuleType(_name)

import torch  # noqa: E402  # after the modules it must not find

torch.backends.cuda.enable_cudnn_sdp = lambda enabled: None

import vllm.platforms as platforms  # noqa: E402
from vllm.platforms.cuda import CudaPlatformBase  # noqa: E402
from vllm.platforms.interface import DeviceCapability  # noqa: E402


class _Operators:
    """Operators that are registered and do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def operator(*args: Any, **kwargs: Any) -> bool:
            return True

        operator.default = operator.out = operator  # type: ignore[attr-defined]
        return operator


class _Stream:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


def present(capability: str, count: int, memory_bytes: int = 80 << 30) -> None:
    """Let *count* GPUs of that compute capability be seen."""
    major, minor = map(int, capability.split("."))

    class Pretended(CudaPlatformBase):
        @classmethod
        def get_device_capability(cls, device_id: int = 0) -> DeviceCapability:
            return DeviceCapability(major, minor)

        @classmethod
        def get_device_name(cls, device_id: int = 0) -> str:
            return "pretended"

        @classmethod
        def get_device_uuid(cls, device_id: int = 0) -> str:
            return "GPU-0"

        @classmethod
        def get_device_total_memory(cls, device_id: int = 0) -> int:
            return memory_bytes

        @classmethod
        def is_fully_connected(cls, device_ids: list[int]) -> bool:
            return True

        @classmethod
        def device_count(cls) -> int:
            return count

        @classmethod
        def num_compute_units(cls, device_id: int = 0) -> int:
            return 132

        @classmethod
        def get_cuda_runtime_major(cls) -> int:
            return 13

        @classmethod
        def is_integrated_gpu(cls, device_id: int = 0) -> bool:
            return False

        @classmethod
        def is_pin_memory_available(cls) -> bool:
            return True

    platforms._current_platform = Pretended()
    torch.cuda.device_count = lambda: count
    torch.cuda.Stream = torch.cuda.Event = _Stream
    _kernels(major * 10 + minor)
    for name in ("_C", "_moe_C", "_C_cache_ops", "_C_custom_ar", "_qutlass_C"):
        torch.ops.__dict__[name] = _Operators()


def _kernels(capability: int) -> None:
    import vllm._custom_ops as operators
    import vllm.utils.torch_utils as utilities

    for name, least in {
        "cutlass_scaled_mm_supports_fp8": 89,
        "cutlass_scaled_mm_supports_block_fp8": 90,
        "cutlass_scaled_mm_supports_fp4": 100,
        "cutlass_group_gemm_supported": 90,
        "cutlass_sparse_scaled_mm_supported": 90,
    }.items():
        setattr(operators, name, lambda asked, least=least: asked >= least)
    utilities.aux_stream = lambda *args, **kwargs: None
