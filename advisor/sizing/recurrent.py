"""The state a recurrent layer keeps for each sequence: Mamba, delta nets, linear attention, convolutions."""

from __future__ import annotations

import re

from advisor.catalog.layer_kinds import CONVOLUTION, LINEAR
from advisor.documents.model import ModelProfile
from advisor.sizing.layers import USUAL_WIDTH, noted

CONV_KERNEL = 4
"""Taps of the causal convolution of Mamba 1/2 and Gated DeltaNet (`conv_kernel`, `d_conv` of their
configs)."""
F32_BYTES = 4
"""llama.cpp keeps recurrent states in F32 (rs buffers of Qwen3-Next logs: 75.38 MiB for 36 layers)."""
DELTA_NET_KEYS = (
    "linear_num_key_heads",
    "linear_key_head_dim",
    "linear_num_value_heads",
    "linear_value_head_dim",
    "linear_conv_kernel_dim",
)
_KIMI_HEAD = 128
"""Width of a Kimi-delta-attention head in every published model (linear_attn_config.head_dim)."""


def delta_net(model: ModelProfile) -> tuple[int, int, int, int, int] | None:
    """(key heads, key width, value heads, value width, taps) of gated delta nets, where they are stated."""
    values = [model.metadata.get(key) for key in DELTA_NET_KEYS]
    if all(isinstance(value, int) for value in values[:4]):
        k_heads, k_dim, v_heads, v_dim = (int(value) for value in values[:4] if value is not None)
        return k_heads, k_dim, v_heads, v_dim, int(values[4] or CONV_KERNEL)
    found = re.search(r"gdn k(\d+)x(\d+) v(\d+)x(\d+) conv(\d+)", model.extra or "")
    if found is None:
        return None
    k_heads, k_dim, v_heads, v_dim, taps = (int(item) for item in found.groups())
    return k_heads, k_dim, v_heads, v_dim, taps


def kimi_delta(model: ModelProfile) -> tuple[int, int, int] | None:
    """(heads, width, taps) of Kimi delta attention; None for a model that has none."""
    heads = noted(model, "", "kda_heads")
    stated = re.search(r"KDA (\d+) heads x(\d+)", (model.layer_pattern or ""))
    if heads is None and stated:
        return int(stated[1]), int(stated[2]), CONV_KERNEL
    family = (model.architecture or "").startswith(("Kimi", "Bailing", "Glm5Next"))
    if heads is None and not family:
        return None
    return (
        heads or int(model.n_heads or 0),
        noted(model, "", "kda_head_dim") or _KIMI_HEAD,
        noted(model, "", "kda_taps") or CONV_KERNEL,
    )


def state_values(model: ModelProfile, arch: str, kind: str) -> tuple[int, bool]:
    """Numbers of one recurrent layer's state for one sequence, and whether the shape is known.

    Source: llama.cpp `n_embd_r()` = (conv - 1) x (inner + 2 x groups x state), `n_embd_s()` = state x inner
    (src/llama-hparams.cpp).
    """
    if kind == CONVOLUTION:
        taps = noted(model, r"kernel (\d+)", "conv_L_cache") or 3
        return (taps - 1) * int(model.hidden_size or 0), True
    if kind == LINEAR:
        return _linear_state(model)
    return _mamba_state(model, arch)


def _linear_state(model: ModelProfile) -> tuple[int, bool]:
    gated = delta_net(model)
    if gated:
        k_heads, k_dim, v_heads, v_dim, taps = gated
        inner = v_heads * v_dim
        return k_dim * inner + (taps - 1) * (inner + 2 * k_heads * k_dim), True
    kimi = kimi_delta(model)
    if kimi:
        heads, width, taps = kimi
        return heads * (width * width + 3 * (taps - 1) * width), True
    if model.ssm_state_size:
        return _mamba_state(model, "")
    # Lightning attention (MiniMax-01) and its kin: a matrix of head width squared for each head.
    heads = int(model.n_heads or 32)
    width = int(model.head_dim or int(model.hidden_size or USUAL_WIDTH) // heads)
    return heads * width * width, (model.architecture or "").startswith("MiniMax")


def _mamba_state(model: ModelProfile, arch: str) -> tuple[int, bool]:
    state = int(model.ssm_state_size or 128)
    meta = {key.rsplit(".", 1)[-1]: value for key, value in model.metadata.items() if ".ssm." in key}
    if meta.get("inner_size"):
        inner, groups = int(meta["inner_size"]), int(meta.get("group_count", 1) or 0)
        state = int(meta.get("state_size", state))
        return state * inner + (int(meta.get("conv_kernel", 4)) - 1) * (inner + 2 * groups * state), True
    shape = mamba2_shape(model)
    if shape is None and arch.startswith("falconh1"):
        shape = _falcon_h1(model)
    if shape:
        inner, groups = shape
        return state * inner + (CONV_KERNEL - 1) * (inner + 2 * groups * state), True
    # Mamba's default expansion of 2 (arXiv 2312.00752, huggingface.co/docs/transformers/model_doc/jamba), no
    # groups; models with a narrower inner size err high.
    expand = noted(model, "", "mamba_expand", "expand") or 2
    known = arch.startswith("jamba") or (model.architecture or "") in (
        "MambaForCausalLM",
        "FalconMambaForCausalLM",
    )
    return expand * int(model.hidden_size or USUAL_WIDTH) * (state + CONV_KERNEL - 1), known


def mamba2_shape(model: ModelProfile) -> tuple[int, int] | None:
    """(inner width, groups) of Mamba-2 layers, where they are stated."""
    heads = noted(model, "", "mamba_num_heads", "mamba_n_heads")
    width = noted(model, "", "mamba_head_dim", "mamba_d_head")
    if heads and width:
        return heads * width, noted(model, "", "n_groups", "mamba_n_groups") or 1
    text = model.extra or ""
    found = re.search(r"mamba heads (\d+)x(\d+) groups (\d+)", text)
    if found:
        return int(found[1]) * int(found[2]), int(found[3])
    found = re.search(r"d_inner (\d+) heads \d+ groups (\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _falcon_h1(model: ModelProfile) -> tuple[int, int] | None:
    """Mamba width and groups of the published Falcon-H1 sizes."""
    from advisor.sizing.published_shapes import FALCON_H1

    if model.hidden_size not in FALCON_H1:
        return None
    return FALCON_H1[model.hidden_size][0], 2 if model.hidden_size == 5120 else 1
