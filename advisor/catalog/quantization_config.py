"""`quantization_config` of a Hugging Face checkpoint -> the scheme it is in.

Formats: transformers' quantization documentation
(https://huggingface.co/docs/transformers/quantization/overview), compressed-tensors
(https://github.com/neuralmagic/compressed-tensors), modelopt's hf_quant_config.json
(https://github.com/NVIDIA/TensorRT-Model-Optimizer), Quark (https://quark.docs.amd.com).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from advisor.catalog.native import TERNARY
from advisor.catalog.quantized_parts import LEFT_OUT, heaviest, part_of, schemes_by_part

Reader = Callable[[Mapping[str, Any]], tuple[str | None, str]]
"""Settings -> (scheme name, note)."""


def scheme_of(config: Mapping[str, Any]) -> tuple[str | None, str]:
    """(scheme name, note) of a quantization_config; (None, reason) when the method is not known here.

    Of a checkpoint in several schemes the one most bytes are in; `parts_of` names the others.
    """
    if not method_of(config):
        inner = _part(config, "quantization")
        if inner:
            return scheme_of(inner)
        if {"bits", "group_size"} <= set(config):  # mlx-lm writes these two without naming a method
            return f"MLX-{_number(config['bits'])}bit-g{_number(config['group_size'])}", ""
    mixed = heaviest(parts_of(config)) if len(set(_groups(config))) > 1 else None
    if mixed:
        others = sorted(set(parts_of(config).values()) - {mixed, LEFT_OUT})
        return mixed, f"most bytes are in {mixed}" + (f", others in {', '.join(others)}" if others else "")
    for start, reader in _READERS.items():
        if method_of(config).startswith(start):
            return reader(config)
    if method_of(config) == TERNARY:
        return None, ""
    method = method_of(config) or "unstated"
    return None, f"the quantization method {method!r} is not known; sizes come from the files"


def parts_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Part of the model -> scheme, where parts differ or are left at 16 bits; empty where all are alike."""
    inner = _part(config, "quantization")
    return schemes_by_part({**config, **inner}, _groups(config))


def method_of(config: Mapping[str, Any]) -> str:
    """The method a `quantization_config` names, in small letters; '' for none."""
    stated = config.get("quant_method") or config.get("quant_algo") or config.get("method") or ""
    return str(stated).lower().replace("-", "_")


def _part(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of the settings; empty where it is missing or no object."""
    found = config.get(key)
    return found if isinstance(found, Mapping) else {}


def _groups(config: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Scheme -> the modules it covers: compressed-tensors' and modelopt's groups, modelopt's list of layers,
    DeepSeek-V4's expert type."""
    found: dict[str, tuple[str, ...]] = {}
    for group in _part(config, "config_groups").values():
        scheme = _of_group(group)[0] if isinstance(group, Mapping) else None
        if scheme and isinstance(group.get("targets"), list):
            found[scheme] = found.get(scheme, ()) + tuple(map(str, group["targets"]))
    inner = _part(config, "quantization") or config
    layers = _part(inner, "quantized_layers")
    if not any(part_of(module) for modules in found.values() for module in modules):
        for module, settings in layers.items():
            algorithm = settings.get("quant_algo") if isinstance(settings, Mapping) else None
            scheme = _MODELOPT.get(str(algorithm).upper())
            if scheme:
                found[scheme] = (*found.get(scheme, ()), str(module))
    return found


def _number(value: object, default: int = 0) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _group(value: object, default: int = 128) -> str:
    size = _number(value, default)
    return "perchannel" if size <= 0 else f"g{size}"


def _gptq(config: Mapping[str, Any]) -> tuple[str | None, str]:
    return f"W{_number(config.get('bits'), 4)}A16-INT-gptq-{_group(config.get('group_size'))}", ""


def _awq(config: Mapping[str, Any]) -> tuple[str | None, str]:
    bits = _number(config.get("bits", config.get("w_bit")), 4)
    return f"W{bits}A16-INT-awq-{_group(config.get('group_size', config.get('q_group_size')))}", ""


def _autoround(config: Mapping[str, Any]) -> tuple[str | None, str]:
    return f"W{_number(config.get('bits'), 4)}A16-INT-autoround-{_group(config.get('group_size'))}", ""


def _fp8(config: Mapping[str, Any]) -> tuple[str | None, str]:
    if config.get("weight_block_size"):
        return "W8A8-FP-block", ""
    return ("W8A8-FP-static" if config.get("activation_scheme") == "static" else "W8A8-FP-dynamic"), ""


def _bitsandbytes(config: Mapping[str, Any]) -> tuple[str | None, str]:
    if config.get("load_in_8bit") or config.get("_load_in_8bit"):
        return "BNB-INT8", ""
    if config.get("bnb_4bit_quant_type") == "fp4":
        return "BNB-FP4", ""
    return ("NF4-DQ" if config.get("bnb_4bit_use_double_quant") else "NF4"), ""


def _hqq(config: Mapping[str, Any]) -> tuple[str | None, str]:
    inner = _part(config, "quant_config") or config
    weights = _part(inner, "weight_quant_params") or inner
    bits, group = weights.get("nbits", weights.get("bits")), weights.get("group_size")
    if not isinstance(bits, (int, float)):
        return "HQQ-4bit-g64", "the HQQ settings differ by layer: 4 bits in groups of 64 are assumed"
    return f"HQQ-{bits:g}bit-g{_number(group, 64)}", ""


def _exl(version: str) -> Reader:
    def read(config: Mapping[str, Any]) -> tuple[str | None, str]:
        bits = config.get("bits")
        return (
            (f"EXL{version}-{float(bits):.1f}bpw", "")
            if isinstance(bits, (int, float))
            else (None, f"the EXL{version} checkpoint does not state its bits")
        )

    return read


_MODELOPT = {
    "NVFP4": "NVFP4",
    "FP8": "W8A8-FP-static",
    "FP8_PB_WO": "W8A8-FP-block",
    "W4A16_AWQ": "W4A16-INT-awq-g128",
    "W4A8_AWQ": "W4A8-FP-awq-g128",
    "W8A8_SQ_PER_CHANNEL": "W8A8-INT",
    "NVFP4_AWQ": "NVFP4",
    "INT4_AWQ": "W4A16-INT-awq-g128",
    "W4A16_NVFP4": "NVFP4A16",
    "MXFP8": "MXFP8",
    "MXFP4": "MXFP4",
}
"""modelopt's `quant_algo` -> scheme."""


def _modelopt(config: Mapping[str, Any]) -> tuple[str | None, str]:
    inner = _part(config, "quantization") or config
    algorithm = str(inner.get("quant_algo") or config.get("quant_algo") or "").upper()
    if algorithm in _MODELOPT:
        return _MODELOPT[algorithm], ""
    named = heaviest(parts_of(config))
    if named:
        return named, ""
    if config.get("config_groups"):
        return _compressed(config)
    return None, f"the modelopt algorithm {algorithm or 'unstated'!r} is not known; sizes come from the files"


def _quark(config: Mapping[str, Any]) -> tuple[str | None, str]:
    settings = _part(config, "global_quant_config")
    weight = settings.get("weight")
    weight = weight[0] if isinstance(weight, list) and weight else weight
    weight = weight if isinstance(weight, Mapping) else {}
    kind = str(weight.get("dtype", ""))
    if "fp4" in kind:
        return "MXFP4", ""
    if "fp8" in kind:
        dynamic = _part(settings, "input_tensors").get("is_dynamic")
        return ("W8A8-FP-dynamic" if dynamic else "W8A8-FP-static"), ""
    if "int4" in kind:
        return f"W4A16-INT-awq-{_group(weight.get('group_size'))}", ""
    return (
        ("W8A8-INT", "")
        if "int8" in kind
        else (None, "the Quark settings are not known; sizes come from the files")
    )


def _compressed(config: Mapping[str, Any]) -> tuple[str | None, str]:
    """compressed-tensors: one or more groups of layers, each with weights and perhaps input_activations."""
    groups = _part(config, "config_groups")
    group = next(iter(groups.values()), None)
    if not isinstance(group, Mapping):
        return None, "the compressed-tensors groups are missing; sizes come from the files"
    scheme, note = _of_group(group)
    return scheme, note or (f"{len(groups)} groups of layers" if len(groups) > 1 else "")


def _of_group(group: Mapping[str, Any]) -> tuple[str | None, str]:
    """The scheme of one group of layers."""
    weights, inputs = _part(group, "weights"), _part(group, "input_activations")
    bits, kind, size = (
        _number(weights.get("num_bits"), 8),
        str(weights.get("type", "int")),
        weights.get("group_size"),
    )
    if kind == "float" and bits == 4:
        return ("MXFP4" if _number(size, 16) >= 32 else "NVFP4") + ("" if inputs else "A16"), ""
    if kind == "float":
        if not inputs:
            return "W8A16-FP", ""
        if weights.get("strategy") == "block" or weights.get("block_structure"):
            return "W8A8-FP-block", ""
        return ("W8A8-FP-dynamic" if inputs.get("dynamic") else "W8A8-FP-static"), ""
    if inputs:
        activation = _number(inputs.get("num_bits"), 8)
        if bits == 8 and activation == 8:
            return "W8A8-INT", ""
        float_inputs = str(inputs.get("type")) == "float"
        return f"W{bits}A{activation}-{'FP' if float_inputs else 'INT'}-gptq-{_group(size)}", ""
    if bits == 8 and _number(size) <= 0:
        return "W8A16-INT", ""
    return f"W{bits}A16-INT-gptq-{_group(size)}", ""


_READERS: dict[str, Reader] = {
    "compressed_tensors": _compressed,
    "gptq": _gptq,
    "awq": _awq,
    "auto_round": _autoround,
    "autoround": _autoround,
    "intel/auto": _autoround,
    "fbgemm_fp8": _fp8,
    "fp8": _modelopt,
    "finegrained_fp8": _fp8,
    "bitsandbytes": _bitsandbytes,
    "hqq": _hqq,
    "mxfp4": lambda config: ("MXFP4A16", ""),
    "modelopt": _modelopt,
    "nvfp4": lambda config: ("NVFP4", ""),
    "quark": _quark,
    "exl2": _exl("2"),
    "exl3": _exl("3"),
    "aqlm": lambda config: (
        f"AQLM-{'2bit-1x16' if config.get('nbits_per_codebook') == 16 else '2bit-2x8'}",
        "",
    ),
    "quip": lambda config: ("QuIP#-2bit", ""),
    "w4a16": _gptq,
}
"""How `quant_method` begins -> its reader."""


def _fp8_or_modelopt(config: Mapping[str, Any]) -> tuple[str | None, str]:
    """'fp8' is both transformers' own method and modelopt's algorithm name."""
    return _modelopt(config) if config.get("quant_algo") else _fp8(config)


_READERS["fp8"] = _fp8_or_modelopt


def is_float_only(dtype: str | None) -> bool:
    """Whether a checkpoint without quantization_config is plain floating point."""
    return bool(re.fullmatch(r"(?:torch\.)?(?:bfloat16|float16|float32|bf16|fp16|fp32)", dtype or ""))
