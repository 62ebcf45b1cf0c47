"""What no machine passes: the bus for answers, the arithmetic peak for prompts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from advisor.prediction.local_speed.work import Device, Work


def peak_log_s(phase: str, work: Work) -> float:
    """Log of the seconds a step (decode) or prompt token takes at the peak of everything involved."""
    if phase == "decode":
        seconds = sum(
            (share.read_bytes + share.kv_bytes) / share.device.bandwidth_bytes_per_s for share in work.shares
        )
    else:
        rates = [(share, peak_ops_per_s(share.device)) for share in work.shares]
        seconds = sum(2.0 * share.active_params / rate for share, rate in rates if rate)
        seconds += work.upload_s / max(1.0, min(work.batch, work.prompt_tokens))
    return math.log(seconds / work.tensor_parallel) if seconds > 0 else -math.inf


def peak_ops_per_s(device: Device) -> float:
    """The fastest arithmetic of a card, whole numbers included; 0 for processors, whose peak is not known."""
    return max(device.matrix_flops, device.vector_flops, device.int8_ops) if device.kind != "cpu" else 0.0


def most_tokens_per_s(read_bytes: float, devices: Iterable[Device], reach: Mapping[str, float]) -> float:
    """The answer's tokens a second that no plan on *devices* passes, one after the other: all of *read_bytes*
    from the fastest of them; 0 without any."""
    known = [(one.bandwidth_bytes_per_s, reach.get(f"decode|{one.kind}", 1.0)) for one in devices]
    if not known:
        return 0.0
    return max(rate for rate, _ in known) * max(share for _, share in known) / read_bytes


def least_log_s(phase: str, work: Work, reach: Mapping[str, float]) -> float:
    """Log of the seconds below which no prediction goes: the peak over the share of it that the fastest
    machines of the kind reach (by `phase|kind`)."""
    share = reach.get(f"{phase}|{work.shares[0].device.kind}", 1.0)
    return peak_log_s(phase, work) - math.log(share)
