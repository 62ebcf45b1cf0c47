"""Every tensor llama.cpp stores for a model: from the file itself, else derived from its shapes."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError

from .architectures import ARCHITECTURES
from .architectures.base import Layout, Tensor

__all__ = ["Tensor", "gguf_architecture", "is_modelled", "tensors"]


@lru_cache(maxsize=128)
def tensors(model: ModelProfile) -> tuple[Tensor, ...]:
    """The tensors of *model* in file order, shapes in ggml order.

    Raises UnsupportedError when the architecture is not modelled or a shape it needs is not known.
    """
    if is_gguf_listing(model):
        return tuple(Tensor(t.name, t.shape, role_of(t.name), split_name(t.name)[0]) for t in model.tensors)
    entry = ARCHITECTURES.get(model.architecture or "")
    if entry is None:
        raise UnsupportedError(
            f"the tensors of {model.architecture or 'an unknown architecture'} are not "
            f"modelled ({model.name}); give the GGUF file itself"
        )
    _, module, function, arguments = entry
    layout = Layout(model)
    getattr(import_module(f".architectures.{module}", __package__), function)(layout, *arguments)
    return tuple(layout.tensors)


def is_modelled(model: ModelProfile) -> bool:
    """Whether the tensors of *model* are known."""
    try:
        tensors(model)
    except UnsupportedError:
        return False
    return True


def gguf_architecture(model: ModelProfile) -> str | None:
    """llama.cpp's name of the architecture (`general.architecture`), None when it is not modelled."""
    stated = model.metadata.get("general.architecture")
    if stated:
        return str(stated)
    entry = ARCHITECTURES.get(model.architecture or "")
    if entry is None:
        return None
    if entry[0] == "granitehybrid" and not model.linear_attention_layers:
        return "granite"
    return "nemotron_h_moe" if entry[0] == "nemotron_h" and model.is_moe else entry[0]


def role_of(name: str) -> str:
    """What a GGUF tensor does, read from its name."""
    stem = split_name(name)[1].rsplit(".", 1)[0]
    if stem in _ROLES:
        return _ROLES[stem]
    if "norm" in stem:
        return "norm"
    if stem.endswith(("_shexp", "_chexp")):
        return "shared_expert"
    return "ssm" if stem.startswith(("ssm_", "shortconv")) else "other"


_ROLES = {
    "token_embd": "token_embd",
    "per_layer_token_embd": "token_embd",
    "output": "output",
    "attn_q": "attn_q",
    "attn_k": "attn_k",
    "attn_v": "attn_v",
    "attn_qkv": "attn_qkv",
    "attn_output": "attn_output",
    "attn_q_a": "attn_q",
    "attn_q_b": "attn_q",
    "attn_kv_a_mqa": "attn_k",
    "attn_k_b": "attn_k",
    "attn_v_b": "attn_v",
    "attn_kv_b": "attn_v",
    "ffn_up": "ffn_up",
    "ffn_gate": "ffn_gate",
    "ffn_down": "ffn_down",
    "ffn_up_exps": "expert_up",
    "ffn_gate_exps": "expert_gate",
    "ffn_down_exps": "expert_down",
    "ffn_gate_up_exps": "expert_up",
    "ffn_gate_inp": "router",
    "ffn_gate_inp_shexp": "router",
}


def is_gguf_listing(model: ModelProfile) -> bool:
    """Whether the profile carries the tensor list of a GGUF file (and not that of a Hugging Face
    directory)."""
    return any(t.name == "token_embd.weight" for t in model.tensors)


_BLOCK = re.compile(r"blk\.(0|[1-9][0-9]{0,4})\.(.+)", re.ASCII)
"""A layer's tensor: up to 99,999 layers, written as llama.cpp writes them."""


def split_name(name: str) -> tuple[int | None, str]:
    """(layer, name without it) of a GGUF tensor; a name of another form belongs to no layer."""
    found = _BLOCK.fullmatch(name)
    return (int(found[1]), found[2]) if found else (None, name)
