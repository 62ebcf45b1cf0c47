"""The state a recurrent layer keeps for each sequence: Mamba, Gated DeltaNet, short convolutions."""

from __future__ import annotations

import re

from advisor.documents.model import ModelProfile

CONV_KERNEL = 4
"""Taps of the causal convolution of Mamba 1/2 and Gated DeltaNet (`conv_kernel`, `d_conv` of their
configs)."""


def state_values(model: ModelProfile, arch: str, text: str) -> tuple[int, bool]:
    """Numbers of one recurrent layer's state for one sequence, and whether the shape is known.

    Source: llama.cpp `n_embd_r()` = (conv - 1) x (inner + 2 x groups x state), `n_embd_s()` = state x inner
    (src/llama-hparams.cpp).
    """
    if arch.startswith("lfm2"):
        kernel = int(number_in(r"kernel (\d+)", text) or 3)
        return (kernel - 1) * int(model.hidden_size or 0), True
    gdn = re.search(r"gdn k(\d+)x(\d+) v(\d+)x(\d+) conv(\d+)", text)
    if gdn:
        k_heads, k_dim, v_heads, v_dim, conv = (int(x) for x in gdn.groups())
        inner = v_heads * v_dim
        return k_dim * inner + (conv - 1) * (inner + 2 * k_heads * k_dim), True
    state = int(model.ssm_state_size or 128)
    meta = {key.rsplit(".", 1)[-1]: value for key, value in model.metadata.items() if ".ssm." in key}
    if meta.get("inner_size"):
        inner, groups = int(meta["inner_size"]), int(meta.get("group_count", 1) or 0)
        state = int(meta.get("state_size", state))
        return state * inner + (int(meta.get("conv_kernel", 4)) - 1) * (inner + 2 * groups * state), True
    heads = re.search(r"mamba heads (\d+)x(\d+) groups (\d+)", text)
    inner2 = re.search(r"d_inner (\d+) heads \d+ groups (\d+)", text)
    if heads:
        inner, groups = int(heads[1]) * int(heads[2]), int(heads[3])
    elif inner2:
        inner, groups = int(inner2[1]), int(inner2[2])
    elif arch.startswith("falconh1") and (known := _falcon_h1(model)):
        inner, groups = known
    elif arch.startswith("jamba"):
        # Mamba 1, `mamba_expand` 2 (huggingface.co/docs/transformers/model_doc/jamba); no groups.
        return 2 * int(model.hidden_size or 0) * (state + CONV_KERNEL - 1), True
    else:
        # Mamba's default expansion of 2 (arXiv 2312.00752); models with a narrower inner size err high.
        return 2 * int(model.hidden_size or 4096) * (state + CONV_KERNEL - 1), False
    return state * inner + (CONV_KERNEL - 1) * (inner + 2 * groups * state), True


def _falcon_h1(model: ModelProfile) -> tuple[int, int] | None:
    """Mamba width and groups of the published Falcon-H1 sizes."""
    from advisor.sizing.architectures.hybrid import FALCON_H1

    if model.hidden_size not in FALCON_H1:
        return None
    return FALCON_H1[model.hidden_size][0], 2 if model.hidden_size == 5120 else 1


def number_in(pattern: str, text: str) -> str | None:
    """The first group of *pattern* in a catalogue remark."""
    match = re.search(pattern, text)
    return match[1] if match else None
