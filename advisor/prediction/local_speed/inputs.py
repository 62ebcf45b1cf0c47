"""Documents -> the flat case of the local speed formula (`local_speed.terms`)."""

from __future__ import annotations

import re
from functools import lru_cache

from advisor.documents.hardware import Cpu, Gpu, Memory
from advisor.documents.model import ModelProfile
from advisor.engines import backends, facts
from advisor.errors import NotMeasuredError
from advisor.prediction.local_speed.work import LOCALSCORE_MIXES, NEUTRAL_YEAR, Device
from advisor.sizing.weights import Weights

_ISA_ORDER = (
    ("amx_int8", "amx"),
    ("avx512_vnni", "avx512-vnni"),
    ("avx_vnni", "avx2-vnni"),
    ("avx512f", "avx512"),
    ("avx2", "avx2"),
    ("avx", "avx"),
    ("sme", "i8mm"),
    ("sve", "i8mm"),
    ("i8mm", "i8mm"),
    ("dotprod", "dotprod"),
    ("asimddp", "dotprod"),
    ("neon", "neon"),
    ("asimd", "neon"),
)
"""The first feature present names the class; from the fastest integer dot product down."""


def engine_key(engine: str) -> str:
    """The engine's name in the fit: engines that run llama.cpp's kernels unchanged count as it."""
    return facts(engine).measured


def default_backend(engine: str, gpu: Gpu | None) -> str:
    """The backend an engine would use on this device when nobody says."""
    return facts(engine).backend or backends.native(gpu)


_ANY_DIGIT = str.maketrans("0123456789", "##########")
_FAMILIES = (
    (("IQ#_KT",), "IQ-KT"),
    (("IQ#_K",), "IQ-K"),
    (("IQ4",), "IQ4"),
    (("IQ#",), "IQ#"),
    (("Q8_",), "Q8_0"),
    (("Q#_K",), "Q#_K"),
    (("Q#_#",), "Q#_0"),
    (("TQ",), "TQ"),
    (("MXFP4",), "MXFP4"),
    (("NVFP4",), "NVFP4"),
    (("MLX-#",), "MLX-#"),
    (("MLX",), "MLX-16"),
    (("EXL#",), "EXL#"),
    (("W4A16", "GPTQ-4", "GPTQ ", "GPTQ4", "AWQ", "AUTOROUND", "INT4"), "W4A16"),
    (("W8A16-INT", "GPTQ-8", "INT8 "), "W8A16"),
    (("W8A8-INT", "INT8-W8A8"), "W8A8-INT"),
    (("FP8", "W8A8-FP", "W8A16-FP"), "FP8"),
    (("BF16", "F16", "FP16"), "F16"),
    (("F32",), "F32"),
    (("MLC",), "MLC-4"),
)
"""(how names begin, the family): # is any digit, of a family the first one of the name; a space ends it."""


@lru_cache(maxsize=4096)
def kernel_family(scheme: str) -> str:
    """What the kernels see of a scheme: `UD-Q4_K_XL` and `Q4_K_S` are Q4_K, `IQ3_XXS_R4` is IQ3
    (repacked)."""
    name = scheme.upper().removeprefix("UD-")
    repacked = "-R4" if name.endswith(("_R4", "_R8")) else ""
    name = name.removesuffix("_R4").removesuffix("_R8")
    written = f"{name} "
    shape = written.translate(_ANY_DIGIT)
    for starts, family in _FAMILIES:
        if written.startswith(starts) or shape.startswith(starts):
            digit = next((sign for sign in name if sign.isdigit()), "")
            return family.replace("#", digit) + repacked
    return re.sub(r"[^A-Z0-9]+.*", "", name) + repacked


@lru_cache(maxsize=1024)
def cpu_key(brand: str) -> str:
    """A CPU's short name: 'AMD Ryzen 9 7950X 16-Core Processor' and 'Ryzen 9 7950X' are the same, and so
    are 'Google Tensor G1 (Pixel 6a)' and 'Google Tensor G1'."""
    name = re.sub(r"\(.*?\)|®|™", "", brand)
    name = re.sub(
        r"@.*|\bmodel [ab]\b.*|\bw(ith|/) .*|\b(\d+-core|processor|cpu|amd|intel|\d+th gen)\b",
        " ",
        name,
        flags=re.IGNORECASE,
    )
    return " ".join(name.lower().split())


def chip_key(name: str) -> str:
    """A GPU's key: options in brackets (core counts nobody states) are left out."""
    return re.sub(r"\s*\(.*?\)", "", name).strip()


@lru_cache(maxsize=1024)
def gpu_device(gpu: Gpu, backend: str) -> Device:
    """A GPU as the formula sees it. Raises NotMeasuredError when its bandwidth is unknown."""
    if not gpu.bandwidth_bytes_per_s:
        raise NotMeasuredError(
            f"the memory bandwidth of {gpu.name!r} is unknown, so its speed cannot be predicted;"
            " state it with --bandwidth"
        )
    vector = gpu.fp32_flops or (gpu.fp16_flops or 0.0) / 2.0
    return Device(
        key=chip_key(gpu.catalog_name or gpu.name),
        kind=_kind(gpu),
        vendor=gpu.vendor,
        backend=backend,
        generation=gpu.architecture or "",
        bandwidth_bytes_per_s=gpu.bandwidth_bytes_per_s,
        matrix_flops=gpu.fp16_flops or vector,
        vector_flops=vector,
        int8_ops=gpu.int8_ops or 0.0,
        year=float(gpu.year or NEUTRAL_YEAR),
        mobile=gpu.form == "laptop",
    )


def _kind(gpu: Gpu) -> str:
    """The class of device it is like: NVIDIA's chips with unified memory (GB10, Jetson) have the tensor
    cores and run the kernels of its cards; what they read from differs, and that is stated."""
    if gpu.vendor == "Apple":
        return "apple"
    inside = gpu.unified_memory or gpu.form in ("apu", "soc")
    return "apu" if inside and gpu.vendor != "NVIDIA" else "gpu"


def cpu_device(
    cpu: Cpu,
    memory: Memory,
    threads: int | None = None,
    read_share: float = 1.0,
    usual_cores: float | None = None,
) -> Device:
    """The CPU and main memory as the formula sees them.

    *read_share* is the share of peak a read sweep reaches, to bring a measured bandwidth to the scale of
    peaks;
    *usual_cores* are those of this CPU elsewhere, for when nobody counted them.
    Raises NotMeasuredError when neither a peak nor a measured bandwidth is known.
    """
    bandwidth = memory.bandwidth_bytes_per_s
    if memory.measured_bandwidth_bytes_per_s:
        bandwidth = memory.measured_bandwidth_bytes_per_s / read_share
    if not bandwidth:
        raise NotMeasuredError(
            f"the memory bandwidth of {cpu.brand or 'this CPU'!r} is unknown, so the part that runs on the"
            " CPU cannot be predicted; probe the machine, or state it with --bandwidth"
        )
    cores = _cores(cpu, usual_cores)
    if bandwidth > SERVER_BYTES_PER_S and 0 < (cpu.physical_cores or 0) <= SLICE_CORES:
        bandwidth = min(bandwidth, cores * SLICE_CORE_BYTES_PER_S / read_share)
    used = min(cores, threads) if threads else cores
    isa, year, power = set(cpu.isa), float(NEUTRAL_YEAR), ""
    if cpu.brand:
        row_isa, row_year, power = _cpu_facts(cpu.brand)
        isa, year = isa or set(row_isa), row_year or year
    return Device(
        key=cpu_key(cpu.brand or ""),
        kind="cpu",
        vendor=cpu.vendor or "",
        backend="cpu",
        generation=chip_key(cpu.microarchitecture or ""),
        bandwidth_bytes_per_s=bandwidth,
        cores=float(used),
        idle_cores=float(cores - used),
        isa=isa_class(isa),
        power=power,
        sockets=cpu.sockets or 1,
        interleaved=(cpu.numa_nodes or 1) > 1,
        ram_stated=bool(memory.measured_bandwidth_bytes_per_s),
        year=year,
    )


SERVER_BYTES_PER_S = 150e9
"""Eight channels of DDR4-2400 have 154 GB/s; no processor with so few cores of its own has as many."""
LEAST_ACTIVE = 0.05
"""Of a model whose active parameters are all in its input embedding, by the counts stated: some work is left
(a judgement)."""
SLICE_CORES = 4
"""Cores up to which a server processor is a slice of one: no server was sold with fewer of its own."""
SLICE_CORE_BYTES_PER_S = 14.1e9
"""What each core reads in a virtual machine of few cores of a server, whatever the socket's bandwidth
(measurements/cpu_bench/own-two-core-avx512.csv: 28.2 GB/s with two)."""
_LITTLE = re.compile(r"/A5\d")
"""Arm's small cores beside larger ones: Cortex-X1/A76/A55 …"""
PHONE_CORES = 4
"""Cores phones are measured with: measurements/speed_local's sweeps are slower with one, two and eight."""


def _cores(cpu: Cpu, usual: float | None) -> float:
    """The cores an engine gets by default: the large ones, of which *usual* are those measured elsewhere."""
    counted = cpu.physical_cores or cpu.usable_cores or (cpu.logical_cores or 0) / 2
    cores = cpu.performance_cores or counted
    if not cpu.performance_cores and _LITTLE.search(cpu.microarchitecture or ""):
        cores = min(cores or PHONE_CORES, PHONE_CORES)
    elif not cpu.performance_cores and usual and (cpu.sockets or 1) == 1:
        cores = min(cores or usual, usual)
    cores = cores or usual or _middle_cores(cpu)
    return min(cores, cpu.usable_cores) if cpu.usable_cores else cores


def _middle_cores(cpu: Cpu) -> float:
    """The geometric middle of the family's core counts; four, the fewest of new computers, when not even the
    family is known."""
    from advisor.catalog.cpus import cpu_family, find_cpu

    row = find_cpu(cpu.brand) if cpu.brand else cpu_family(cpu.microarchitecture or "")
    low, high = (row and row.cores_range) or (4, 4)
    return float((low * high) ** 0.5)


def isa_class(features: set[str]) -> str:
    """The class of a CPU's integer dot products; 'base' when no known feature is listed."""
    return next((name for feature, name in _ISA_ORDER if feature in features), "base")


@lru_cache(maxsize=256)
def _cpu_facts(brand: str) -> tuple[tuple[str, ...], float | None, str]:
    """(instruction sets, year, power class) as the catalogue has them."""
    from advisor.catalog.cpus import find_cpu
    from advisor.catalog.power_class import power_class

    row = find_cpu(brand)
    return (tuple(row.isa), row.year, power_class(brand) or "") if row else ((), None, "")


def mean_depth(averaged: bool, depth: float, gen_tokens: float) -> float:
    """Tokens in the cache while an answer is written, on average."""
    if averaged:
        return sum(p + g / 2 for p, g in LOCALSCORE_MIXES) / len(LOCALSCORE_MIXES)
    return depth + gen_tokens / 2


def attention_flops(model: ModelProfile, depth: float) -> float:
    """Operations of scores and mixing per token at *depth*, all layers; windows honoured, and entries that
    stand for several tokens count once. Those narrower than a head are keys of an indexer: scored, not mixed.
    """
    from advisor.sizing.cache_layout import cache_layout

    heads, width = model.n_heads or 32, model.head_dim or 128
    total = 0.0
    for group in cache_layout(model).groups:
        entries = depth / group.stride if group.window is None else min(depth, group.window)
        indexes = group.stride > 1 and group.k_values < width
        total += group.count * entries * heads * (2.0 * group.k_values if indexes else 4.0 * width)
    return total


def n_layers(model: ModelProfile) -> float:
    """Repeating layers; those of models of this size when nobody states them."""
    if model.n_layers:
        return float(model.n_layers)
    from advisor.sizing.cache_layout import cache_layout

    return float(sum(group.count for group in cache_layout(model).groups)) or 32.0


def is_hybrid(model: ModelProfile) -> bool:
    """Whether some layers carry a state instead of a KV cache."""
    return bool(model.linear_attention_layers or model.ssm_state_size)


def per_token(
    model: ModelProfile, weights: Weights | None, file_bytes: float | None = None
) -> tuple[float, float, float]:
    """(bytes held, bytes read, parameters used) to decode one token.

    A known file size is the truth for the total; its parts keep the proportions of *weights*. Without
    *weights*
    the share read is that of the active parameters.
    """
    n_params = float(model.n_params or (weights.n_params if weights else 0) or 1)
    active = float(model.n_active_params or n_params)
    if weights is None:
        return file_bytes or 0.0, (file_bytes or 0.0) * min(1.0, active / n_params), active
    held = float(weights.total_bytes.value)
    read = float(weights.active_bytes_per_token or held * active / n_params)
    if model.vocab_size and model.hidden_size and not weights.tied:
        active -= model.vocab_size * model.hidden_size  # one row of the input embedding is read, no more
    if file_bytes:
        read, held = read * file_bytes / held, file_bytes
    return held, min(read, held), active if active > 0 else LEAST_ACTIVE * n_params
