"""A placement -> what each device does for a token, as the local speed formula takes it."""

from __future__ import annotations

import re
from dataclasses import replace

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.outcome import Placement
from advisor.documents.requirements import Load
from advisor.prediction import case as asking
from advisor.prediction.case import Sized
from advisor.prediction.local_speed.inputs import (
    DEFAULT_UBATCH,
    attention_flops,
    cpu_device,
    cpu_key,
    engine_key,
    gpu_device,
    is_hybrid,
    kernel_family,
    mean_depth,
    n_layers,
    per_token,
)
from advisor.prediction.local_speed.terms import LOCALSCORE_MIXES, Case, Device, Share
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.weights import Weights


def plan_case(asked: asking.Case, load: Load, sized: Sized, fitted: dict) -> tuple[Case, Case]:
    """The case of decoding the answer, on average, and of reading the prompt.

    The engine `llamafile` is LocalScore's: its figures are means over nine mixes, whatever length is asked.
    """
    model, weights, placement = asked.model, sized.weights, sized.placement
    prompt_tokens = load.prompt_tokens
    depth = asked.depth_tokens + prompt_tokens + load.output_tokens // 2
    averaged = engine_key(asked.engine) == "llamafile"
    if averaged:
        depth = int(mean_depth(True, 0.0, 0.0))
        prompt_tokens = round(sum(p for p, _ in LOCALSCORE_MIXES) / len(LOCALSCORE_MIXES))
    held, read, active = per_token(model, weights)
    layers = n_layers(model)
    portions = _portions(asked, sized, fitted, read / held)
    kv = kv_bytes_per_token_read(model, depth, asked.kv_type)
    shares = tuple(
        Share(
            device=device,
            read_bytes=read * p_read,
            held_bytes=held * p_held,
            active_params=active * p_read,
            layers=layers * p_layers,
            kv_bytes=kv * p_layers,
        )
        for device, p_read, p_held, p_layers in portions
    )
    n_gpus = max(1, placement.n_gpus)
    decode = Case(
        shares=shares,
        engine=engine_key(asked.engine),
        family=kernel_family(asked.scheme.name),
        active_share=min(1.0, read / held) if model.is_moe else 1.0,
        attention_flops=attention_flops(model, depth),
        prompt_tokens=float(prompt_tokens),
        batch=float(asked.ubatch_tokens or DEFAULT_UBATCH),
        flash_attn=asked.flash_attn,
        n_devices=n_gpus,
        tensor_parallel=placement.tensor_parallel,
        averaged=averaged,
        kv_type=_kv_class(asked.kv_type),
        hybrid=is_hybrid(model),
    )
    attention = attention_flops(model, asked.depth_tokens + prompt_tokens / 2)
    return decode, _prompt_case(decode, asked.hardware, attention)


_LANE_BYTES_PER_S = {"1": 0.25e9, "2": 0.5e9, "3": 0.985e9, "4": 1.969e9, "5": 3.938e9, "6": 7.563e9}
"""PCI Express, one lane in one direction (PCI-SIG base specifications)."""
_UPLOADING = ("cuda", "rocm", "vulkan", "sycl")
"""Backends whose prompt batches are multiplied on the card even where the weights lie in main memory
(llama.cpp, `offload_op` of each backend, for batches from 32 tokens on; `--no-op-offload` switches it
off)."""


def _prompt_case(decode: Case, hardware: HardwareProfile, attention: float) -> Case:
    """The same plan reading a prompt: the card does the CPU's part too, after copying its weights over the
    bus."""
    case = replace(decode, attention_flops=attention)
    gpus = [share for share in case.shares if share.device.kind != "cpu"]
    rest = [share for share in case.shares if share.device.kind == "cpu"]
    if not gpus or not rest or gpus[0].device.backend not in _UPLOADING:
        return case
    first, moved = gpus[0], rest[0]
    card = replace(
        first,
        active_params=first.active_params + moved.active_params,
        layers=first.layers + moved.layers,
    )
    upload = moved.held_bytes / _link_bytes_per_s(hardware.gpus[0])
    return replace(case, shares=(card, *gpus[1:]), upload_s=upload)


def _link_bytes_per_s(gpu: Gpu) -> float:
    """The link as read, else 16 lanes of the generation desktop cards had in its year (4.0 from 2020 on)."""
    found = re.match(r"(\d)\.\d\s*x(\d+)", gpu.pcie or "")
    if found and found[1] in _LANE_BYTES_PER_S:
        return _LANE_BYTES_PER_S[found[1]] * int(found[2])
    return 16 * _LANE_BYTES_PER_S["4" if (gpu.year or 2020) >= 2020 else "3"]


def _kv_class(kv_type: str) -> str:
    return "f16" if kv_type in ("auto", "f16", "bf16", "") else "q8_0"


Portion = tuple[Device, float, float, float]
"""Device, share of the bytes read, of the bytes held, of the layers."""


def _portions(asked: asking.Case, sized: Sized, fitted: dict, active_share: float) -> list[Portion]:
    hardware, placement, backend = asked.hardware, sized.placement, asked.backend

    def cpu() -> Device:
        known = fitted["devices"].get(cpu_key(hardware.cpu.brand or ""), {})
        return cpu_device(
            hardware.cpu, hardware.memory, asked.threads, fitted["read_share"], known.get("cores")
        )

    if not hardware.gpus or backend == "cpu" or placement.kind == "cpu":
        return [(cpu(), 1.0, 1.0, 1.0)]
    on_cpu_read, on_cpu_held, on_cpu_layers = _on_cpu(sized.weights, placement, active_share)
    portions = [
        (device, p * (1 - on_cpu_read), p * (1 - on_cpu_held), p * (1 - on_cpu_layers))
        for device, p in _over_gpus(hardware.gpus, backend, placement)
    ]
    if on_cpu_held > 0:
        portions.append((cpu(), on_cpu_read, on_cpu_held, on_cpu_layers))
    return [p for p in portions if p[2] > 0]


def _on_cpu(weights: Weights, placement: Placement, active_share: float) -> tuple[float, float, float]:
    """Shares of bytes read, bytes held and layers that the CPU does."""
    if placement.kind in (
        "gpu",
        "multi-gpu",
        "tensor-parallel",
        "pipeline-parallel",
        "unified",
    ):
        return 0.0, 0.0, 0.0
    held = float(weights.total_bytes.value)
    layers = max(1, placement.n_layers)
    if placement.kind == "experts-on-cpu" and placement.cpu_expert_layers:
        experts = sum(weights.layer_expert_bytes[: placement.cpu_expert_layers])
        if not experts:
            experts = held * (1 - active_share) * placement.cpu_expert_layers / layers
        used = _expert_use(weights, active_share)
        return min(0.99, experts * used / (held * active_share)), min(0.99, experts / held), 0.0
    on_gpu = min(placement.gpu_layers, layers) / layers
    output = (
        (weights.output_bytes or (weights.embedding_bytes if weights.tied else 0))
        / held
        / max(active_share, 1e-9)
    )
    rest = 1.0 - min(0.9, output)
    output_on_cpu = 0.0 if placement.gpu_layers > layers else min(0.9, output)
    return rest * (1 - on_gpu) + output_on_cpu, 1 - on_gpu, 1 - on_gpu


def _expert_use(weights: Weights, active_share: float) -> float:
    """Share of an expert tensor read per token, from the totals."""
    held = float(weights.total_bytes.value)
    experts = float(sum(weights.layer_expert_bytes)) or held * 0.9
    unread = held * (1 - active_share) - (0 if weights.tied else weights.embedding_bytes)
    return min(1.0, max(0.01, 1.0 - unread / experts))


def _over_gpus(gpus: tuple[Gpu, ...], backend: str, placement: Placement) -> list[tuple[Device, float]]:
    """Equal cards are one entry: in a layer split they work one after the other."""
    n = max(1, min(len(gpus), placement.n_gpus or 1))
    used = gpus[:n]
    held = [d.weights_bytes for d in placement.devices if not d.device.startswith("CPU")]
    if len(held) != n or not sum(held):
        held = [1] * n
    merged: dict[Device, float] = {}
    for gpu, part in zip(used, held, strict=True):
        device = gpu_device(gpu, backend)
        merged[device] = merged.get(device, 0.0) + part / sum(held)
    return list(merged.items())
