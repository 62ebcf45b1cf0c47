"""A placement -> what each device does for a token, as the local speed formula takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from advisor.documents.hardware import Gpu
from advisor.documents.outcome import HOST_DEVICE, Placement
from advisor.documents.requirements import Load
from advisor.engines import facts
from advisor.errors import NotMeasuredError
from advisor.prediction.case import Case, Sized
from advisor.prediction.local_speed.inputs import (
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
from advisor.prediction.local_speed.split import Part, Totals, experts_part, layers_part, shares
from advisor.prediction.local_speed.work import LOCALSCORE_MIXES, Device, Share, Work
from advisor.sizing.context_params import UBATCH_TOKENS
from advisor.sizing.kv_cache import kv_bytes_per_token_read

_LANE_BYTES_PER_S = {"1": 0.25e9, "2": 0.5e9, "3": 0.985e9, "4": 1.969e9, "5": 3.938e9, "6": 7.563e9}
"""PCI Express, one lane in one direction (PCI-SIG base specifications)."""
_UPLOADING = ("cuda", "rocm", "vulkan", "sycl")
"""Backends whose prompt batches are multiplied on the card even where the weights lie in main memory
(llama.cpp, `offload_op` of each backend; `--no-op-offload` switches it off)."""
_UPLOADED_FROM = 32
"""Tokens of a micro batch above which they are (ggml-cuda.cu: `min_batch_size`); ik_llama.cpp wants as many
for every expert."""
ON_CARDS = ("gpu", "multi-gpu", "tensor-parallel", "pipeline-parallel", "unified")
"""Placements that leave nothing to the processor."""


def prompt_work(work: Work, gpu: Gpu | None) -> Work:
    """The same plan reading a prompt: the card does the processor's part too, after copying its weights over
    the bus; *gpu* tells the link, else it is that of the card's year.

    Weights interleaved for processors stay there: no card has kernels for them.
    """
    cards = [share for share in work.shares if share.device.kind != "cpu"]
    rest = [share for share in work.shares if share.device.kind == "cpu"]
    if not cards or not rest or cards[0].device.backend not in _UPLOADING or _stays(work):
        return work
    moved = rest[0]
    card = cards[0]._replace(
        active_params=cards[0].active_params + moved.active_params,
        layers=cards[0].layers + moved.layers,
        kv_bytes=cards[0].kv_bytes + moved.kv_bytes,
    )
    upload = moved.held_bytes / _link_bytes_per_s(gpu, cards[0].device)
    return work._replace(shares=(card, *cards[1:]), upload_s=upload)


def _stays(work: Work) -> bool:
    """Whether the processor multiplies a prompt's batch by what lies in main memory."""
    least = float(_UPLOADED_FROM)
    if work.experts and facts(work.engine).uploads_full_experts_only:
        least *= work.experts / max(1.0, work.experts_used)
    return min(work.batch, work.prompt_tokens) <= least or work.family.endswith("-R4")


def _link_bytes_per_s(gpu: Gpu | None, device: Device) -> float:
    """The link as read, else 16 lanes of the generation that cards had in its year."""
    found = re.match(r"(\d)\.\d\s*x(\d+)", (gpu and gpu.pcie) or "")
    if found and found[1] in _LANE_BYTES_PER_S:
        return _LANE_BYTES_PER_S[found[1]] * int(found[2])
    # GeForce RTX 30 (2020) and Radeon RX 5000 brought PCIe 4 to cards, RTX 50 (2025) PCIe 5.
    generation = "5" if device.year >= 2025 else "4" if device.year >= 2020 else "3"
    return 16 * _LANE_BYTES_PER_S[generation]


def works(asked: Case, load: Load, sized: Sized, fitted: Mapping[str, Any]) -> tuple[Work, Work]:
    """The work of decoding the answer, on average, and of reading the prompt.

    The engine `llamafile` is LocalScore's: its figures are means over nine mixes, whatever length is asked.
    """
    model, weights = asked.model, sized.weights
    prompt_tokens: float = load.prompt_tokens
    depth: float = asked.depth_tokens + prompt_tokens + load.output_tokens // 2
    averaged = engine_key(asked.engine) == "llamafile"
    if averaged:
        depth = mean_depth(True, 0.0, 0.0)
        prompt_tokens = round(sum(p for p, _ in LOCALSCORE_MIXES) / len(LOCALSCORE_MIXES))
    held, read, active = per_token(model, weights)

    def shares_at(tokens: float) -> tuple[Share, ...]:
        kv = kv_bytes_per_token_read(model, int(tokens), asked.kv_type)
        return _shares(asked, sized, Totals(read, held, active, n_layers(model), kv), fitted)

    decode = Work(
        shares=shares_at(depth),
        engine=engine_key(asked.engine),
        family=kernel_family(asked.scheme.name),
        active_share=min(1.0, read / held) if model.is_moe else 1.0,
        attention_flops=attention_flops(model, depth),
        prompt_tokens=float(prompt_tokens),
        batch=float(asked.ubatch_tokens or UBATCH_TOKENS),
        flash_attn=asked.flash_attn,
        n_devices=max(1, sized.placement.n_gpus),
        tensor_parallel=sized.placement.tensor_parallel,
        averaged=averaged,
        kv_type="f16" if asked.kv_type in ("auto", "f16", "bf16", "") else "q8_0",
        hybrid=is_hybrid(model),
        latent=bool(model.mla_kv_lora_rank),
        experts_used=float(model.n_experts_used or 0),
        experts=float(model.n_experts or 0),
    )
    read_at = asked.depth_tokens + prompt_tokens / 2
    prompt = decode._replace(shares=shares_at(read_at), attention_flops=attention_flops(model, read_at))
    return decode, prompt_work(prompt, asked.hardware.gpus[0] if asked.hardware.gpus else None)


def devices_of(asked: Case, fitted: Mapping[str, Any]) -> list[Device]:
    """Every device that a plan of this case may use and whose bandwidth is known."""
    found = []
    for make in (
        partial(_processor, asked, fitted),
        *(partial(gpu_device, gpu, asked.backend) for gpu in asked.hardware.gpus),
    ):
        with suppress(NotMeasuredError):
            found.append(make())
    return found


def _processor(asked: Case, fitted: Mapping[str, Any]) -> Device:
    hardware = asked.hardware
    known = fitted["devices"].get(cpu_key(hardware.cpu.brand or ""), {})
    return cpu_device(hardware.cpu, hardware.memory, asked.threads, fitted["read_share"], known.get("cores"))


def _shares(asked: Case, sized: Sized, totals: Totals, fitted: Mapping[str, Any]) -> tuple[Share, ...]:
    """What each device does under the placement."""
    hardware, placement = asked.hardware, sized.placement

    if not hardware.gpus or asked.backend == "cpu" or placement.kind == "cpu":
        return shares(totals, [(_processor(asked, fitted), 1.0)], None, Part())
    moved = _moved(sized, totals)
    cards = _over_gpus(hardware.gpus, asked.backend, placement)
    return shares(totals, cards, _processor(asked, fitted) if moved.held > 0 else None, moved)


def _moved(sized: Sized, totals: Totals) -> Part:
    """What the processor does."""
    weights, placement = sized.weights, sized.placement
    if placement.kind in ON_CARDS:
        return Part()
    active_share = totals.read_bytes / totals.held_bytes
    layers = max(1, placement.n_layers)
    if placement.kind == "experts-on-cpu" and placement.cpu_expert_layers:
        return experts_part(weights, range(placement.cpu_expert_layers), layers, active_share)
    return layers_part(weights, placement.gpu_layers, layers, active_share)


def _over_gpus(gpus: tuple[Gpu, ...], backend: str, placement: Placement) -> list[tuple[Device, float]]:
    """Equal cards are one entry: in a layer split they work one after the other."""
    n = max(1, min(len(gpus), placement.n_gpus or 1))
    used = gpus[:n]
    held = [d.weights_bytes for d in placement.devices if d.device != HOST_DEVICE]
    if len(held) != n or not sum(held):
        held = [1] * n
    merged: dict[Device, float] = {}
    for gpu, part in zip(used, held, strict=True):
        device = gpu_device(gpu, backend)
        merged[device] = merged.get(device, 0.0) + part / sum(held)
    return list(merged.items())
