"""How far the matrices of a model can be divided: heads, widths, quantization groups and blocks.

vLLM and SGLang refuse a model whose parts do not hold whole groups or blocks (vLLM 0.33:
`GPTQMarlin` and `CompressedTensorsWNA16` through `MPLinearLayerConfig`, `validate_fp8_block_shape`; see also
https://github.com/vllm-project/vllm/issues/17569).
"""

from typing import NamedTuple

from advisor.catalog.checkpoints import checkpoints
from advisor.catalog.native import native_schemes
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.engines import Engine
from advisor.sizing.cache_layout import CacheLayout


class Division(NamedTuple):
    """One way to divide the matrices of every layer over GPUs."""

    tensor_parallel: int
    kv_head_share: float
    """Share of each layer's cache on one GPU: KV heads are copied where there are more GPUs than heads."""
    expert_parallel: bool = False
    """Experts stay whole and are spread, because their width does not divide."""


def divisions(
    model: ModelProfile, scheme: SchemeProfile, layout: CacheLayout, engine: Engine, most: int
) -> list[Division]:
    """Every valid tensor parallelism up to *most* GPUs, the widest first; one GPU is always among them."""
    found = []
    for tensor in range(most, 0, -1):
        share = _kv_head_share(model, layout, tensor)
        if share is None or (tensor > 1 and not engine.splits_matrices):
            continue
        if not refusal(model, scheme, tensor):
            found.append(Division(tensor, share))
        elif engine.expert_parallel and not refusal(model, scheme, tensor, expert_parallel=True):
            found.append(Division(tensor, share, expert_parallel=True))
    return found


def shares_experts(model: ModelProfile, scheme: SchemeProfile, layout: CacheLayout, gpus: int) -> bool:
    """Whether *gpus* can share the experts alone, each with whole attention and caches of its own requests:
    for mixtures whose cache tensor parallelism would hold more than once
    (https://docs.vllm.ai/en/latest/serving/data_parallel_deployment/)."""
    if gpus == 1 or not model.is_moe or (model.n_experts or 0) < gpus or refusal(model, scheme, 1):
        return False
    share = _kv_head_share(model, layout, gpus)
    return share is None or share * gpus > 1


def refusal(model: ModelProfile, scheme: SchemeProfile, tensor: int, expert_parallel: bool = False) -> str:
    """Why engines refuse this division; empty when they do not."""
    group = 1 if scheme.reference or _pads(model, scheme) else _group(scheme)
    hidden = model.hidden_size
    if group > 1 and hidden and hidden % group:
        return f"a width of {hidden} is no multiple of the group of {group}"
    if tensor == 1:
        return ""
    for what, stated in _divided_widths(model, expert_parallel):
        width = _filled_up(model, scheme, stated)
        if width % tensor:
            return f"{what} of {width} does not divide by {tensor}"
        if (width // tensor) % group:
            return f"{what} of {width} / {tensor} = {width // tensor} is no multiple of the group of {group}"
    return ""


def _pads(model: ModelProfile, scheme: SchemeProfile) -> bool:
    """Whether engines fill the last group up: of experts published in MXFP4 (vllm `Mxfp4MoEMethod`)."""
    return model.is_moe and scheme.family == "mxfp4" and scheme.name in native_schemes(model)


_FILLED_UP = {("Qwen2ForCausalLM", 29568): 29696, ("Qwen2VLForConditionalGeneration", 29568): 29696}
"""(class, feed-forward width) -> the width in Qwen's own GPTQ and AWQ copies, which has zeros added so that
eight GPUs hold whole groups (https://huggingface.co/Qwen/Qwen2-VL-72B-Instruct-AWQ,
https://huggingface.co/Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4); those of Qwen2.5-VL-72B have not."""


def _filled_up(model: ModelProfile, scheme: SchemeProfile, width: int) -> int:
    """The width that the weights served have: that of the vendor's quantized copy where there is one."""
    padded = _FILLED_UP.get((model.architecture or "", width))
    if padded is None or scheme.family not in ("gptq", "awq"):
        return width
    served = (
        model.hf_id
        if model.fixed_scheme
        else next((one.repository for one in checkpoints(model, scheme.name)), "")
    )
    return padded if (served or "").startswith("Qwen/") else width


def _group(scheme: SchemeProfile) -> int:
    size = scheme.group_size or 1
    return size if size > 0 else 1


def _divided_widths(model: ModelProfile, expert_parallel: bool) -> list[tuple[str, int]]:
    """(name, inner width) of the matrices whose rows or columns are divided."""
    found: list[tuple[str, int | None]] = []
    if model.n_heads and model.mla_v_dim and model.mla_kv_lora_rank:
        found.append(("attention width", model.n_heads * model.mla_v_dim))
    elif model.n_heads and model.head_dim:
        found.append(("attention width", model.n_heads * model.head_dim))
    expert = model.moe_intermediate_size or (model.intermediate_size if model.is_moe else None)
    if not model.is_moe or model.first_dense_layers:
        found.append(("feed-forward width", model.intermediate_size))
    if model.is_moe and not expert_parallel:
        found.append(("expert width", expert))
    if model.is_moe and model.n_shared_experts and expert:
        found.append(("shared expert width", model.n_shared_experts * expert))
    return [(name, width) for name, width in found if width]


def _kv_head_share(model: ModelProfile, layout: CacheLayout, tensor: int) -> float | None:
    """Share of each layer's cache on one of *tensor* GPUs; None when the heads do not divide.

    KV heads are replicated when there are more GPUs than heads, a latent cache (MLA) always (vLLM
    `QKVParallelLinear`, `get_num_kv_heads`).
    """
    heads, kv_heads = int(model.n_heads or 0), int(model.n_kv_heads or model.n_heads or 0)
    if tensor == 1:
        return 1.0
    if heads and heads % tensor:
        return None
    if layout.mla:
        return 1.0
    if not kv_heads or kv_heads % tensor == 0:
        return 1.0 / tensor
    return 1.0 / kv_heads if tensor % kv_heads == 0 else None
