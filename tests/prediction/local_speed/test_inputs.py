"""Documents as the flat case of the formula."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.hardware import Cpu, Gpu, Memory
from advisor.documents.model import ModelProfile
from advisor.errors import NotMeasuredError
from advisor.prediction.local_speed.inputs import (
    SLICE_CORE_BYTES_PER_S,
    attention_flops,
    chip_key,
    cpu_device,
    cpu_key,
    default_backend,
    engine_key,
    gpu_device,
    is_hybrid,
    isa_class,
    kernel_family,
    mean_depth,
    n_layers,
    per_token,
)
from advisor.sizing.weights import weigh

from .conftest import CPU, MEMORY


@pytest.mark.parametrize(
    ("scheme", "family"),
    [
        ("Q4_K_M", "Q4_K"),
        ("UD-Q4_K_XL", "Q4_K"),
        ("Q8_0", "Q8_0"),
        ("UD-Q8_K_XL", "Q8_0"),
        ("IQ3_XXS", "IQ3"),
        ("IQ3_XXS_R4", "IQ3-R4"),
        ("IQ4_XS", "IQ4"),
        ("IQ4_KS", "IQ-K"),
        ("IQ2_KT", "IQ-KT"),
        ("BF16", "F16"),
        ("MLX-4bit-g64", "MLX-4"),
        ("EXL3-4.0bpw", "EXL3"),
        ("W4A16-INT-gptq-g128", "W4A16"),
        ("MXFP4", "MXFP4"),
        ("Q5_1", "Q5_0"),
        ("TQ2_0", "TQ"),
        ("NVFP4", "NVFP4"),
        ("MLX-bf16", "MLX-16"),
        ("GPTQ", "W4A16"),
        ("GPTQ-8bit", "W8A16"),
        ("INT8-W8A8", "W8A8-INT"),
        ("W8A16-FP", "FP8"),
        ("F32", "F32"),
        ("MLC-q4f16_1", "MLC-4"),
        ("HQQ-4bit", "HQQ"),
    ],
)
def test_kernel_family(scheme, family):
    """Schemes that run the same kernels share a family."""
    assert family == kernel_family(scheme)


def test_names_of_processors_and_engines():
    """A brand string and a short name are one CPU; llama.cpp's front ends are llama.cpp."""
    assert cpu_key("AMD Ryzen 9 7950X 16-Core Processor") == cpu_key("Ryzen 9 7950X") == "ryzen 9 7950x"
    assert cpu_key("Google Tensor G1 (Pixel 6a)") == cpu_key("Google Tensor G1")
    assert cpu_key("Raspberry Pi 5 Model B Rev 1.0") == cpu_key("Raspberry Pi 5")
    assert cpu_key("11th Gen Intel(R) Core(TM) i7-1185G7 @ 3.00GHz") == cpu_key("Core i7-1185G7")
    assert cpu_key("AMD Ryzen 7 7840HS w/ Radeon 780M Graphics") == cpu_key("Ryzen 7 7840HS")
    assert engine_key("LM-Studio") == "llama.cpp"
    assert isa_class({"avx2", "avx512f", "avx512_vnni"}) == "avx512-vnni"
    assert isa_class({"neon", "dotprod"}) == "dotprod"


def test_cores_an_engine_gets():
    """Phones run on their large cores, a slice of a server on its own, a desktop on what was counted."""
    phone = Cpu(brand="Google Tensor G1", microarchitecture="Cortex-X1/A76/A55", physical_cores=8)
    slice_ = Cpu(brand="EPYC 9654", microarchitecture="Zen 4", physical_cores=96, usable_cores=2)
    assert cpu_device(phone, MEMORY).cores == 4
    assert cpu_device(phone, MEMORY, threads=2).cores == 2
    assert cpu_device(slice_, MEMORY, usual_cores=96).cores == 2
    assert cpu_device(CPU, MEMORY).cores == 16


def test_a_card_is_its_specifications():
    """The catalogue's name without its brackets, rates as stated, the middle year where none is."""
    card = find_gpu("RTX 4090").gpu()
    found = gpu_device(card, "cuda")
    assert (found.key, found.kind, found.bandwidth_bytes_per_s) == ("GeForce RTX 4090", "gpu", 1010e9)
    assert gpu_device(replace(card, year=None), "cuda").year == 2021
    assert (gpu_device(replace(card, form="laptop"), "cuda").mobile, chip_key("M3 Max (40-core GPU)")) == (
        True,
        "M3 Max",
    )


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "gpu"),
        ({"vendor": "Apple"}, "apple"),
        ({"unified_memory": True}, "apu"),
        ({"form": "soc"}, "apu"),
        ({"form": "soc", "vendor": "NVIDIA"}, "gpu"),
    ],
)
def test_what_shares_main_memory_is_another_kind(changes, kind):
    """Apple's chips are one of their own; NVIDIA's run the kernels of its cards."""
    card = Gpu(name="x", vendor="AMD", bandwidth_bytes_per_s=1e11)
    assert gpu_device(replace(card, **changes), "vulkan").kind == kind


def test_a_bandwidth_nobody_knows_is_not_guessed():
    """The message names the option that states it."""
    with pytest.raises(NotMeasuredError, match=r"'x' is unknown.*--bandwidth"):
        gpu_device(Gpu(name="x", vendor="AMD"), "vulkan")
    with pytest.raises(NotMeasuredError, match="probe the machine"):
        cpu_device(CPU, Memory())


def test_a_measured_bandwidth_is_brought_to_the_scale_of_peaks():
    """A sweep that reads 66 GB/s where sweeps read 0.8 of the peak means 82.5."""
    swept = replace(MEMORY, measured_bandwidth_bytes_per_s=66e9)
    found = cpu_device(CPU, swept, read_share=0.8)
    assert (found.bandwidth_bytes_per_s, found.ram_stated) == (pytest.approx(82.5e9), True)


def test_a_slice_of_a_server_reads_as_fast_as_its_cores():
    """Two cores of twelve channels read what two cores can."""
    two = Cpu(brand="AMD EPYC 9654", physical_cores=2)
    found = cpu_device(two, Memory(bandwidth_bytes_per_s=460e9))
    assert found.bandwidth_bytes_per_s == 2 * SLICE_CORE_BYTES_PER_S


def test_threads_beyond_the_cores_are_none():
    """Fewer leave cores alone."""
    found = [cpu_device(CPU, MEMORY, threads) for threads in (4, 64)]
    assert [(device.cores, device.idle_cores) for device in found] == [(4, 12), (16, 0)]


def test_an_engine_uses_the_devices_own_backend():
    """Unless it has one only."""
    nvidia = find_gpu("RTX 4090").gpu()
    assert [default_backend("llama.cpp", nvidia), default_backend("mlx", None)] == ["cuda", "metal"]


def test_attention_grows_with_depth_inside_its_window():
    """Twice the depth, twice the work, but for layers with a window."""
    dense, windowed = find_model("llama-3.1-8b"), find_model("Gemma-3-12B")
    assert attention_flops(dense, 8192) == 2 * attention_flops(dense, 4096) > 0
    assert 1 < attention_flops(windowed, 8192) / attention_flops(windowed, 4096) < 2


def test_compressed_attention_looks_at_one_entry_for_several_tokens():
    """DeepSeek-V4-Flash: 43 windows of 128, 21 layers of an entry for four tokens with an indexer's key of
    128, 20 of an entry for 128; 64 heads of 512."""
    scored, mixed = 2 * 64 * 128, 4 * 64 * 512
    entries = 43 * 128 + 21 * 8192 / 4 + 20 * 8192 / 128
    assert attention_flops(find_model("DeepSeek-V4-Flash"), 8192) == mixed * entries + scored * 21 * 8192 / 4


def test_depth_is_the_mean_while_an_answer_is_written():
    """Half of the answer is in the cache; LocalScore's nine mixes have one of their own."""
    assert mean_depth(False, 100, 50) == 125
    assert mean_depth(True, 0, 0) == mean_depth(True, 10**6, 10**6)


def test_layers_are_those_of_models_of_the_size_where_nobody_states_them():
    """And a state in place of a cache is told."""
    bare = ModelProfile(name="13B", source="user", n_params=13_000_000_000)
    assert n_layers(find_model("llama-3.1-8b")) == 32
    assert 24 < n_layers(bare) < 80
    assert (is_hybrid(find_model("qwen3.6-35b-a3b")), is_hybrid(bare)) == (True, False)


def test_a_mixture_reads_a_part_of_what_it_holds():
    """A dense model reads nearly all; a known file size scales both."""
    scheme = find_scheme("Q4_K_M")
    dense, sparse = find_model("llama-3.1-8b"), find_model("qwen3-30b-a3b")
    held, read, active = per_token(dense, weigh(dense, scheme))
    assert 0.9 < read / held <= 1
    assert active < dense.n_params
    held, read, _ = per_token(sparse, weigh(sparse, scheme))
    assert read / held < 0.2
    assert per_token(sparse, weigh(sparse, scheme), 2 * held)[:2] == (2 * held, pytest.approx(2 * read))
    assert per_token(sparse, None, 30e9)[1] == pytest.approx(30e9 * sparse.n_active_params / sparse.n_params)
