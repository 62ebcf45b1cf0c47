"""What makes a machine the one its measurements were taken on."""

from __future__ import annotations

import hashlib
import json
import math

from advisor.documents.hardware import HardwareProfile


def fingerprint(hardware: HardwareProfile) -> str:
    """Twelve hex digits of what a machine is: CPU brand, GPUs, nodes and RAM.

    RAM counts in steps of a quarter of a doubling, since a kernel's share of it changes from boot to boot.
    """
    total = hardware.memory.total_bytes
    said = [
        " ".join((hardware.cpu.brand or "").lower().split()),
        sorted(gpu.catalog_name or gpu.name for gpu in hardware.gpus),
        hardware.nodes,
        round(4 * math.log2(total / 2**30)) if total else None,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]
