"""What one token costs which device: the flat description that the formula of local speed takes."""

from typing import Literal, NamedTuple

LOCALSCORE_MIXES = (
    (1024, 16),
    (4096, 256),
    (2048, 256),
    (2048, 768),
    (1024, 1024),
    (1280, 3072),
    (384, 1152),
    (64, 1024),
    (16, 1536),
)  # prompt and answer tokens of the nine tests LocalScore averages, https://www.localscore.ai/about
SMALL_BATCH = 8
"""Columns up to which llama.cpp multiplies a vector at a time, reading the weights once for all
(MMVQ_MAX_BATCH_SIZE of ggml-cuda/mmvq.cuh, mul_mat_vec_max_cols of ggml-vulkan.cpp); wider batches take the
kernels that prompts take."""
NEUTRAL_YEAR = 2021
"""Release year at which the year features vanish: the middle of the measured devices."""


class Device(NamedTuple):
    """One processor as the formula sees it."""

    key: str
    """Catalogue name; known devices carry an effect of their own under it."""
    kind: str
    """gpu, apple, apu, cpu."""
    vendor: str
    backend: str
    """cuda, rocm, vulkan, metal, sycl, opencl, cpu."""
    generation: str
    """Architecture of the GPU, microarchitecture of the CPU."""
    bandwidth_bytes_per_s: float
    matrix_flops: float = 0.0
    """Dense FP16 matrix rate; 0 = unknown."""
    vector_flops: float = 0.0
    """FP32 rate; 0 = unknown."""
    int8_ops: float = 0.0
    cores: float = 0.0
    """CPU cores in use (threads where fewer)."""
    idle_cores: float = 0.0
    """CPU cores that an engine with fewer threads leaves alone."""
    isa: str = ""
    """CPU class: sse, avx, avx2, avx512, vnni, amx, neon, dotprod, i8mm, sve …"""
    power: str = ""
    """CPU: how much power it may draw (`advisor.catalog.power_class`); "" = unknown."""
    sockets: int = 1
    interleaved: bool = False
    """Whether the memory of several NUMA nodes is read as one."""
    ram_stated: bool = False
    """Whether the bandwidth is that of this machine's memory rather than the most its processor takes."""
    year: float = NEUTRAL_YEAR
    mobile: bool = False


class Share(NamedTuple):
    """What one device does for every token."""

    device: Device
    read_bytes: float
    """Weights read to decode one token."""
    held_bytes: float
    """All weights it holds: what a prompt's batch reads."""
    active_params: float
    layers: float
    """Repeating layers whose attention it computes."""
    kv_bytes: float
    """KV cache read to decode one token."""
    handed_layers: float = 0.0
    """Layers of another device for which it does a part (the experts), so that work crosses twice."""


class Work(NamedTuple):
    """One prediction or one measured row."""

    shares: tuple[Share, ...]
    engine: str
    family: str
    """What the kernels see: F16, Q8_0, Q4_K, IQ3, MXFP4, MLX-4bit …"""
    active_share: float
    """Active ÷ all parameters; 1 for dense models."""
    attention_flops: float
    """Per token at the mean depth, all layers."""
    prompt_tokens: float = 512.0
    batch: float = 512.0
    """Micro batch of the prompt."""
    sequences: float = 1.0
    """Answers written together, each step one token for all of them; above SMALL_BATCH a step is a prompt's
    micro batch of as many tokens, each with a KV cache of its own."""
    flash_attn: bool | None = None
    n_devices: int = 1
    tensor_parallel: int = 1
    averaged: bool = False
    """LocalScore's mean over nine mixes."""
    kv_type: str = "f16"
    age_years: float = 0.0
    """How long before the newest measurements the engine was built; 0 predicts today's."""
    upload_s: float = 0.0
    """Seconds to copy weights that lie in main memory to the card, once per micro batch of a prompt."""
    hybrid: bool = False
    """Linear-attention or state-space layers: more, smaller kernels."""
    latent: bool = False
    """Latent attention (MLA): the cache is small, and reading it is arithmetic."""
    experts_used: float = 0.0
    """Experts that one token runs through in a layer; 0 for dense models."""
    experts: float = 0.0
    """Experts of a layer; 0 for dense models."""


def written_together(work: Work, sequences: float) -> Work:
    """*work* on one answer -> on *sequences* of them at once."""
    tokens = sequences if sequences > SMALL_BATCH else work.prompt_tokens
    return work._replace(sequences=sequences, prompt_tokens=tokens)


def phase_of(work: Work) -> Literal["decode", "prefill"]:
    """Which formula tells how fast answers are written."""
    return "prefill" if work.sequences > SMALL_BATCH else "decode"
