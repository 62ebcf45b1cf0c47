"""Which part of a model's work the processor does when the rest is on graphics cards."""

from collections.abc import Sequence
from typing import NamedTuple

from advisor.prediction.local_speed.work import Device, Share
from advisor.sizing.weights import Weights

NEARLY_ALL = 0.9
"""Share of a model that its output matrix, or its experts where no layer lists theirs, may be: the rest is
attention and embeddings (a judgement)."""
MOST = 0.99
"""No more than this share of a model counts as moved: something stays on the card."""


class Totals(NamedTuple):
    """What one token costs on all devices together."""

    read_bytes: float
    held_bytes: float
    active_params: float
    layers: float
    kv_bytes: float


class Part(NamedTuple):
    """A part of the totals, each between 0 and 1; `handed_layers` is a count."""

    read: float = 0.0
    held: float = 0.0
    layers: float = 0.0
    handed_layers: float = 0.0


def experts_part(weights: Weights, moved: Sequence[int], n_layers: float, active_share: float) -> Part:
    """The routed experts of the layers *moved* (all that exist when their bytes are not known by layer)."""
    held = float(weights.total_bytes.value)
    by_layer = weights.layer_expert_bytes
    experts = float(sum(by_layer[i] for i in moved if i < len(by_layer)))
    if not experts:
        experts = held * (1 - active_share) * min(1.0, len(moved) / max(1.0, n_layers))
    used = _expert_use(weights, active_share)
    return Part(
        read=min(MOST, experts * used / (held * active_share)),
        held=min(MOST, experts / held),
        handed_layers=float(sum(1 for i in moved if i < n_layers and (not by_layer or by_layer[i]))),
    )


def layers_part(weights: Weights, gpu_layers: int, n_layers: int, active_share: float) -> Part:
    """All but *gpu_layers* repeating layers; the output too unless there is one layer more for it."""
    held = float(weights.total_bytes.value)
    on_gpu = min(gpu_layers, n_layers) / max(1, n_layers)
    output = float(weights.output_bytes or (weights.embedding_bytes if weights.tied else 0))
    output = min(NEARLY_ALL, output / held / max(active_share, 1e-9))
    moved = (1.0 - output) * (1 - on_gpu) + (0.0 if gpu_layers > n_layers else output)
    return Part(read=moved, held=1 - on_gpu, layers=1 - on_gpu)


def _expert_use(weights: Weights, active_share: float) -> float:
    """Share of an expert tensor read per token, from the totals."""
    held = float(weights.total_bytes.value)
    experts = float(sum(weights.layer_expert_bytes)) or held * NEARLY_ALL
    unread = held * (1 - active_share) - (0 if weights.tied else weights.embedding_bytes)
    return min(1.0, max(0.01, 1.0 - unread / experts))  # counts that contradict each other: a hundredth


def shares(
    totals: Totals, cards: Sequence[tuple[Device, float]], cpu: Device | None, moved: Part
) -> tuple[Share, ...]:
    """The shares of the *cards* (each with its part of what is not moved) and of the processor."""
    out = [
        _share(
            totals, device, Part(part * (1 - moved.read), part * (1 - moved.held), part * (1 - moved.layers))
        )
        for device, part in cards
    ]
    if cpu is not None and moved.held > 0:
        out.append(_share(totals, cpu, moved))
    return tuple(share for share in out if share.held_bytes > 0)


def _share(totals: Totals, device: Device, part: Part) -> Share:
    return Share(
        device=device,
        read_bytes=totals.read_bytes * part.read,
        held_bytes=totals.held_bytes * part.held,
        active_params=totals.active_params * part.read,
        layers=totals.layers * part.layers,
        kv_bytes=totals.kv_bytes * part.layers,
        handed_layers=part.handed_layers,
    )
