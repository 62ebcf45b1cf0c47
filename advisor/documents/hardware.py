"""A machine: what the probe saw, what a catalogue lists, or what the user says."""

from __future__ import annotations

from dataclasses import dataclass, field

from advisor.documents.kinds import GpuForm, HardwareSource
from advisor.documents.quantities import Amount, Bytes, Count, Rate, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """The processor; a field nobody could read is None and `HardwareProfile.unknown` says why."""

    brand: str | None = None
    vendor: str | None = None
    microarchitecture: str | None = None
    """As in profiles/cpus.csv, e.g. 'Zen 4', 'Sapphire Rapids'."""
    architecture: str = "x86_64"
    """x86_64, aarch64, riscv64 …"""
    family: Whole | None = None
    model: Whole | None = None
    stepping: Whole | None = None
    sockets: Count | None = None
    physical_cores: Count | None = None
    performance_cores: Count | None = None
    logical_cores: Count | None = None
    usable_cores: Count | None = None
    """After affinity and cgroup quota."""
    isa: tuple[str, ...] = ()
    """Features engines dispatch on: avx2, avx_vnni, avx512f, avx512_vnni, avx512_bf16, amx_int8, amx_bf16,
    asimd, dotprod, i8mm, bf16, sve, sve2, sme.
    """
    cache_bytes: dict[str, Bytes] = field(default_factory=dict, hash=False)
    """Keys L1d, L2, L3; the sum over the machine."""
    numa_nodes: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Main memory."""

    total_bytes: Bytes | None = None
    available_bytes: Bytes | None = None
    """What a new process can use now: MemAvailable bounded by every cgroup limit."""
    limit_bytes: Bytes | None = None
    """The tightest cgroup limit, if any."""
    swap_total_bytes: Bytes | None = None
    swap_used_bytes: Bytes | None = None
    kind: str | None = None
    """DDR4, DDR5, LPDDR5X …"""
    channels: Count | None = None
    bandwidth_bytes_per_s: Rate | None = None
    """Peak, from the CPU table or the user."""
    measured_bandwidth_bytes_per_s: Rate | None = None
    """Read sweep run on this machine; beats the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One accelerator as an engine sees it (a MIG slice is one; an MI250X card is two)."""

    name: str
    vendor: str
    """NVIDIA, AMD, Intel, Apple, Qualcomm …"""
    catalog_name: str | None = None
    """The row of profiles/gpus.csv; None when nothing matched."""
    architecture: str | None = None
    compute_capability: str | None = None
    """'8.9' for NVIDIA, 'gfx1100' for AMD, None elsewhere."""
    memory_total_bytes: Bytes | None = None
    memory_free_bytes: Bytes | None = None
    bandwidth_bytes_per_s: Rate | None = None
    fp16_flops: Rate | None = None
    """Dense matrix rate with FP32 accumulation where the vendor states one."""
    int8_ops: Rate | None = None
    fp8_flops: Rate | None = None
    fp4_flops: Rate | None = None
    fp32_flops: Rate | None = None
    unified_memory: bool = False
    """It shares main memory (Apple, APU, GB10, Jetson); memory_total_bytes is then what it may use of it."""
    form: GpuForm | None = None
    year: Count | None = None
    tdp_w: Amount | None = None
    pcie: str | None = None
    """Link as read, e.g. '4.0 x16'."""


ARITHMETIC = ("fp16_flops", "int8_ops", "fp8_flops", "fp4_flops", "fp32_flops")
"""The rates of a `Gpu` that a slice or a half of it has a share of; its bandwidth is shared otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInstall:
    """An inference engine found on the machine."""

    name: str
    """llama.cpp, ollama, vllm, mlx …"""
    path: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareProfile:
    """One machine (or several equal nodes)."""

    schema_version: str = "1.0"
    name: str
    source: HardwareSource
    cpu: Cpu = field(default_factory=Cpu)
    memory: Memory = field(default_factory=Memory)
    gpus: tuple[Gpu, ...] = ()
    nodes: Count = 1
    network_bytes_per_s: Rate | None = None
    """Between nodes: of one node, one direction."""
    os: str | None = None
    container: str | None = None
    board: str | None = None
    """Product or board name, e.g. 'Raspberry Pi 5', 'Jetson Orin Nano'."""
    engines: tuple[EngineInstall, ...] = ()
    disk_free_bytes: Bytes | None = None
    unknown: dict[str, str] = field(default_factory=dict, hash=False)
    """Field path -> why it could not be read."""
    notes: tuple[str, ...] = ()
    """Warnings beside every answer: swap in use, other processes on the GPU, a guessed variant."""
