"""From documents to the numbers of a step."""

from __future__ import annotations

import pytest

from advisor.catalog.gpus import find_gpu
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.prediction.serving_speed.inputs import (
    arch_group,
    engine_key,
    kernel,
    layers_guess,
    link_of,
    slots,
    work,
)
from advisor.sizing.weights import weigh

W8A8, FP8 = "W8A8-INT", "W8A8-FP-dynamic"


@pytest.mark.parametrize(
    ("gpu", "group", "link"),
    [
        ("A100 SXM4 80 GB", "ampere-dc", "nvlink"),
        ("A100 PCIe 80 GB", "ampere-dc", "pcie"),
        ("RTX A6000", "ampere", "pcie"),
        ("RTX 4090", "ada", "pcie"),
        ("H100 SXM5 80 GB", "hopper", "nvlink"),
        ("B200", "blackwell-dc", "nvlink"),
        ("RTX 5090", "blackwell", "pcie"),
        ("T4", "turing", "pcie"),
        ("MI300X", "amd", "nvlink"),
    ],
)
def test_architecture_group_and_link(gpu, group, link):
    """Datacenter modules exchange over NVLink or its like, cards over PCIe."""
    found = find_gpu(gpu).gpu()
    assert (arch_group(found), link_of(found)) == (group, link)


@pytest.mark.parametrize(
    ("gpu", "scheme", "family"),
    [
        ("A100 SXM4 80 GB", FP8, "w8a16"),
        ("RTX 4090", FP8, "w8a8-fp"),
        ("H100 SXM5 80 GB", "NVFP4", "w4a16"),
        ("B200", "NVFP4", "nvfp4"),
        ("A100 SXM4 80 GB", W8A8, "w8a8-int"),
        ("B300", W8A8, "w8a16"),
        ("T4", "NF4", "slow"),
    ],
)
def test_arithmetic_a_device_lacks_falls_back_to_weight_only(gpu, scheme, family):
    """FP8 before Ada and FP4 before Blackwell are unpacked to 16 bits; so is INT8 where its rate is a token
    one."""
    assert kernel(find_scheme(scheme), find_gpu(gpu).gpu())[0] == family


@pytest.mark.parametrize(
    ("version", "key"), [("", "vllm"), ("0.7.3", "vllm-v0"), ("0.10.1", "vllm"), ("0.20.1", "vllm")]
)
def test_old_vllm_has_coefficients_of_its_own(version, key):
    """vLLM's first engine, up to 0.7, spends more on every step."""
    assert engine_key("vllm", version) == key


def test_shapes_of_a_bare_parameter_count_lie_between_known_models():
    """13 B parameters lie between the 8 B and the 70 B member of the family they are read from."""
    layers, hidden = layers_guess(13_000_000_000)
    assert 32 < layers < 80
    assert 4096 < hidden < 8192


def test_chips_with_unified_memory_multiply_in_16_bits():
    """A GB10 serves FP8 and NVFP4 through weight-only kernels, and is an architecture of its own."""
    gpu = find_gpu("DGX Spark").gpu()
    families = [kernel(find_scheme(name), gpu)[0] for name in (FP8, "NVFP4")]
    assert (families, arch_group(gpu)) == (["w8a16", "w4a16"], "blackwell-unified")


@pytest.mark.parametrize(
    ("engine", "version", "gpu", "most"),
    [
        ("vllm", "", "H100 SXM5 80 GB", 1024),
        ("vllm", "0.7.2", "H100 SXM5 80 GB", 256),
        ("vllm", "", "A100 SXM4 80 GB", 256),
        ("vllm", "", "RTX 4090", 256),
        ("tensorrt-llm", "", "H100 SXM5 80 GB", 2048),
    ],
)
def test_engines_limit_requests_in_flight(engine, version, gpu, most):
    """vLLM keeps more on large cards since its second engine; TensorRT-LLM has one limit."""
    assert slots(engine, version, find_gpu(gpu).gpu()) == most


def test_active_parameters_stand_for_unknown_layers():
    """What one token reads of a mixture without shapes is its active parameters, output matrix aside."""
    model, scheme = find_model("Mistral-Small-4-119B"), find_scheme("NVFP4")
    found, _, _ = work(model, weigh(model, scheme), scheme, find_gpu("DGX Spark").gpu(), 1)
    read = found.body_params + found.expert_params * found.expert_share
    assert read == pytest.approx(model.n_active_params, rel=0.2)
