"""The gate between schemes and machines, against what the pages of the engines say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.catalog.support import runnable, why_not
from advisor.documents.hardware import Cpu, Gpu, HardwareProfile
from advisor.engines import engine_names


def machine(
    name: str, vendor: str, capability: str | None, form: str = "datacenter", **rest
) -> HardwareProfile:
    """A machine with one GPU and an unknown CPU."""
    gpu = Gpu(name=name, vendor=vendor, compute_capability=capability, form=form)
    return HardwareProfile(name=name, source="catalogue", gpus=(gpu,), **rest)


A100 = machine("A100", "NVIDIA", "8.0")
V100 = machine("V100", "NVIDIA", "7.0")
T4 = machine("T4", "NVIDIA", "7.5")
RTX_4090 = machine("RTX 4090", "NVIDIA", "8.9", "desktop")
H100 = machine("H100", "NVIDIA", "9.0")
B200 = machine("B200", "NVIDIA", "10.0")
RTX_5090 = machine("RTX 5090", "NVIDIA", "12.0", "desktop")
RX_7900 = machine("RX 7900 XTX", "AMD", "gfx1100", "desktop")
MI300X = machine("MI300X", "AMD", "gfx942")
RX_9070 = machine("RX 9070 XT", "AMD", "gfx1201", "desktop")
ARC = machine("Arc B580", "Intel", "xe2-hpg", "desktop")
M3 = machine("M3 Max", "Apple", "apple9", "soc", cpu=Cpu(architecture="aarch64", isa=("asimd", "dotprod")))
ADRENO = machine("Adreno 750", "Qualcomm", "adreno-750", "soc")
EPYC = HardwareProfile(
    name="EPYC 9654", source="catalogue", cpu=Cpu(brand="AMD EPYC 9654", isa=("avx2", "avx512f"))
)
OLD_CPU = HardwareProfile(name="Xeon E5", source="catalogue", cpu=Cpu(brand="Xeon E5-2680 v4", isa=("avx2",)))
XEON = HardwareProfile(
    name="Xeon 8480", source="catalogue", cpu=Cpu(brand="Xeon", isa=("avx2", "avx512f", "amx_int8"))
)


def ways(scheme: str, hardware: HardwareProfile, *engines: str, every: bool = False) -> list[tuple[str, str]]:
    """(engine, backend) pairs."""
    return [(way.engine, way.backend) for way in runnable(find_scheme(scheme), hardware, engines, every)]


@pytest.mark.parametrize(
    ("scheme", "hardware", "reason"),
    [
        ("fp8", V100, "the FP8 Marlin kernel needs compute capability 7.5; V100 has 7.0"),
        ("awq", V100, "the AWQ kernel needs compute capability 7.5; V100 has 7.0"),
        ("W8A16-FP", V100, "the FP8 Marlin kernel needs compute capability 7.5; V100 has 7.0"),
        ("NVFP4", V100, "the Marlin kernel needs compute capability 7.5; V100 has 7.0"),
        ("W8A8-INT", RTX_5090, "the INT8 kernel ends at compute capability 9.0; RTX 5090 has 12.0"),
        ("fp8", RX_7900, "FP8 arithmetic needs gfx942, gfx950; RX 7900 XTX is gfx1100"),
        (
            "awq",
            OLD_CPU,
            "vllm needs an NVIDIA GPU, an Intel GPU, a CPU with avx512f or an AMD GPU for "
            "W4A16-INT-awq-g128; Xeon E5 has none of them",
        ),
        (
            "fp8",
            M3,
            "vllm has no backend for Apple GPUs; it runs W8A8-FP-dynamic on an NVIDIA GPU or an AMD GPU",
        ),
        (
            "W4A8-FP-gptq-g128",
            RX_7900,
            "vllm does not run W4A8-FP-gptq-g128 on AMD GPUs, only on an NVIDIA GPU",
        ),
        (
            "W8A16-FP",
            RTX_4090,
            "the FP8 Marlin kernel ends at compute capability 8.8; RTX 4090 has 8.9, where FP8 arithmetic is "
            "used instead (W8A8-FP-dynamic)",
        ),
        (
            "Q4_K_M",
            A100,
            "Q4_K_M does not run on mlx; it runs on llama.cpp, ollama, lm-studio, ik_llama.cpp, sglang",
        ),
    ],
)
def test_the_reason_is_one_sentence_with_both_figures(scheme, hardware, reason):
    """What is missing, how much of it is needed, and how much is there: of several kernels the one that asks
    least."""
    engines = ("mlx",) if scheme == "Q4_K_M" else ("vllm",)
    assert why_not(find_scheme(scheme), hardware, engines) == reason


def test_pascal_runs_exl2_where_it_multiplies_in_16_bits():
    """A P100 does at full rate, a P40 at a 64th of that in 32 bits: a token a second of a model of 34B."""
    p40, p100 = machine("P40", "NVIDIA", "6.1"), machine("P100", "NVIDIA", "6.0")
    assert ways("EXL2-4.0bpw", p100, "exllamav2") == [("exllamav2", "cuda")]
    assert why_not(find_scheme("EXL2-4.0bpw"), p40, ("exllamav2",)) == (
        "fast FP16 arithmetic needs compute capability 7.0; P40 has 6.1"
    )


@pytest.mark.parametrize(
    ("scheme", "hardware"),
    [
        ("fp8", RTX_4090),
        ("fp8", H100),
        ("fp8", MI300X),
        ("W8A16-FP", A100),
        ("W8A16-FP", T4),
        ("gptq", V100),
        ("awq", T4),
        ("NVFP4", B200),
        ("NVFP4", RTX_5090),
        ("NVFP4A16", A100),
        ("W8A8-INT", A100),
        ("awq", EPYC),
        ("NVFP4", A100),
        ("NVFP4", T4),
        ("MXFP4", MI300X),
        ("gptq", RX_7900),
        ("awq", RX_9070),
        ("fp8", RX_9070),
        ("MXFP4", RX_9070),
        ("BF16", RX_7900),
        ("W4A8-FP-gptq-g128", H100),
    ],
)
def test_vllm_runs_what_its_tables_say(scheme, hardware):
    """The positive side of the same gates."""
    assert [way.engine for way in runnable(find_scheme(scheme), hardware, ("vllm",))] == ["vllm"]
    assert why_not(find_scheme(scheme), hardware, ("vllm",)) == ""


def test_tensorrt_llm_gates_have_an_upper_end():
    """W4A16 AWQ is in TensorRT-LLM's table up to Hopper, block FP8 on Hopper and Blackwell SM100 only."""
    engine = ("tensorrt-llm",)
    found = {
        h.name: (
            bool(runnable(find_scheme("awq"), h, engine)),
            bool(runnable(find_scheme("fp8 block"), h, engine)),
        )
        for h in (A100, RTX_4090, H100, B200, RTX_5090)
    }
    expected = {
        "A100": (True, False),
        "RTX 4090": (True, False),
        "H100": (True, True),
        "B200": (False, True),
        "RTX 5090": (False, False),
    }
    assert found == expected


def test_a_gguf_file_runs_on_every_vendor_through_its_own_backend():
    """llama.cpp: CUDA, ROCm and Vulkan, SYCL and Vulkan, Metal, CPU."""
    found = {
        h.name: [backend for _, backend in ways("Q4_K_M", h, "llama.cpp")]
        for h in (A100, RX_7900, ARC, M3, EPYC)
    }
    assert found == {
        "A100": ["cuda"],
        "RX 7900 XTX": ["rocm", "vulkan"],
        "Arc B580": ["vulkan", "sycl"],
        "M3 Max": ["metal"],
        "EPYC 9654": ["cpu"],
    }


def test_i_quants_are_missing_on_opencl_and_fall_back():
    """The OpenCL backend has no IQ2_XXS; Vulkan and the CPU of the same phone have."""
    assert ways("IQ2_XXS", ADRENO, "llama.cpp") == [("llama.cpp", "vulkan"), ("llama.cpp", "cpu")]
    assert ("llama.cpp", "opencl") in ways("Q4_0", ADRENO, "llama.cpp")


def test_vulkan_beside_cuda_is_offered_only_on_request():
    """A slower double is left out unless every way is asked for."""
    assert ways("Q4_K_M", RTX_4090, "llama.cpp") == [("llama.cpp", "cuda")]
    assert ways("Q4_K_M", RTX_4090, "llama.cpp", every=True) == [
        ("llama.cpp", "cuda"),
        ("llama.cpp", "vulkan"),
        ("llama.cpp", "cpu"),
    ]


def test_gguf_on_sglang_is_possible_but_not_offered():
    """SGLang reads single GGUF files; only asking for every way shows it."""
    assert ways("Q4_K_M", A100, "sglang") == []
    assert ways("Q4_K_M", A100, "sglang", every=True) == [("sglang", "cuda")]
    assert why_not(find_scheme("Q4_K_M"), A100, ("sglang",)) == (
        "sglang reads GGUF files with limits only (single-file GGUF only); use llama.cpp"
    )


def test_mlx_is_for_apple_and_ik_types_for_ik_llama_cpp():
    """Formats with one engine."""
    assert ways("mlx-4bit", M3) == [("mlx", "metal")]
    assert ways("IQ4_KS", RTX_4090) == [("ik_llama.cpp", "cuda")]
    assert ways("IQ4_KS", EPYC) == [("ik_llama.cpp", "cpu")]


def test_amx_is_noted_where_it_is():
    """The AMX kernel of llama.cpp speeds Q4_K_M up and is named only on CPUs that have it."""
    notes = [runnable(find_scheme("Q4_K_M"), h, ("llama.cpp",))[0].note for h in (XEON, EPYC)]
    assert ["AMX kernel" in note for note in notes] == [True, False]


def test_serving_engines_run_on_linux_only():
    """vLLM does not support Windows natively; llama.cpp does."""
    windows = machine("RTX 4090", "NVIDIA", "8.9", "desktop", os="Windows 11")
    assert why_not(find_scheme("awq"), windows, ("vllm",)) == "vllm does not run on Windows 11"
    assert ways("Q4_K_M", windows, "llama.cpp") == [("llama.cpp", "cuda")]


def test_an_unknown_compute_capability_is_allowed_with_a_note():
    """A GPU nobody could identify is not ruled out."""
    unknown = machine("Some GPU", "NVIDIA", None)
    way = runnable(find_scheme("fp8"), unknown, ("vllm",))[0]
    assert way.note == "if the GPU has compute capability 8.9"


def test_one_good_gpu_of_two_is_enough_and_is_named():
    """A mixed machine runs FP8 on the card that can."""
    both = HardwareProfile(name="two", source="user", gpus=A100.gpus + RTX_4090.gpus)
    assert runnable(find_scheme("fp8"), both, ("vllm",))[0].note == "only on RTX 4090"


@pytest.mark.parametrize(
    ("scheme", "hardware", "start"),
    [
        ("MLX-4bit-g64", RTX_4090, "mlx has no backend for NVIDIA GPUs"),
        ("EXL3-4.0bpw", ARC, "exllamav3 has no backend for Intel GPUs"),
        ("EXL3-4.0bpw", EPYC, "exllamav3 needs an NVIDIA GPU for EXL3-4.0bpw; EPYC 9654 has none"),
        ("fp8", M3, "W8A8-FP-dynamic needs an NVIDIA GPU or an AMD GPU; M3 Max has none"),
    ],
)
def test_a_scheme_of_one_engine_names_the_engine_and_what_it_lacks(scheme, hardware, start):
    """Without a choice of engines; a scheme of several engines names the hardware only."""
    assert why_not(find_scheme(scheme), hardware).startswith(start)


def test_research_schemes_run_nowhere_and_say_so():
    """A name of a paper is understood, and no engine is invented for it."""
    scheme = find_scheme("W4A4-QuaRot")
    assert why_not(scheme, H100) == f"no engine of the support table runs {scheme.name}"


HARDWARE = {
    "CUDA (NVIDIA": "cuda",
    "HIP/ROCm": "rocm",
    "Metal (Apple": "metal",
    "Vulkan (any": "vulkan",
    "SYCL (Intel": "sycl",
    "OpenCL (Qual": "opencl",
    "CANN": "cann",
    "WebGPU": "webgpu",
    "CPU (x86": "cpu",
}


def test_llama_cpp_backends_are_those_of_the_support_table():
    """Each type runs on the backends whose source has a kernel for it, as read there type by type."""
    stated: dict[str, dict[str, str]] = {}
    table = Path(__file__).parent / "llama_cpp_backends.csv"
    with table.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            backend = next((b for start, b in HARDWARE.items() if row["hardware"].startswith(start)), None)
            if backend:
                stated.setdefault(row["scheme"], {})[backend] = row["supported"]
    ours = {}
    for name in stated:
        scheme = find_scheme(name, "llama.cpp")
        levels = {}
        for support in scheme.supports:
            if support.engine == "llama.cpp" and not support.requires_isa:
                levels[support.backend] = support.level
        ours[name] = {backend: levels.get(backend, "no") for backend in stated[name]}
    assert ours == stated


def test_every_engine_of_every_support_is_known():
    """No support row names an engine the table of engines lacks."""
    known = set(engine_names())
    assert {support.engine for scheme in all_schemes() for support in scheme.supports} <= known
