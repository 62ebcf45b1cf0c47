"""Recipes of llm-compressor 0.14 (https://github.com/vllm-project/llm-compressor/tree/main/examples)."""

from __future__ import annotations

import json

from advisor.deploy.chosen import Chosen
from advisor.documents.deployment import Command, TextFile
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile

_PRESETS = {
    "W8A8-FP-dynamic": "FP8_DYNAMIC",
    "W8A8-FP-static": "FP8",
    "W8A8-FP-block": "FP8_BLOCK",
    "W8A8-INT": "W8A8",
    "MXFP8": "MXFP8",
    "W8A16-FP": "FP8_DYNAMIC",
    "NVFP4": "NVFP4",
    "NVFP4A16": "NVFP4A16",
    "MXFP4": "MXFP4",
    "MXFP4A16": "MXFP4A16",
}
_SAMPLES, _SAMPLE_TOKENS = 512, 2048
"""Calibration of llm-compressor's examples."""
_ROUTERS = ("re:.*mlp.gate$", "re:.*block_sparse_moe.gate$", "re:.*shared_expert_gate$", "re:.*router.*")
"""Linear layers that choose experts: a checkpoint with one of them quantized does not load
(https://github.com/vllm-project/llm-compressor/issues/2714)."""
_VISION = ("re:.*visual.*", "re:.*vision.*", "re:.*multi_modal_projector.*")
_LINEAR_ATTENTION = ("re:.*linear_attn.*", "re:.*mamba.*", "re:.*conv1d.*")


def recipe(chosen: Chosen) -> Command:
    """One Python program that ends in the checkpoint's directory."""
    program = _program(chosen)
    return Command(
        argv=("python", "quantize.py"),
        files=(TextFile(name="quantize.py", text=program),),
        makes=chosen.file,
    )


def ignored(model: ModelProfile) -> tuple[str, ...]:
    """Layers left in 16 bits, by what the architecture has."""
    found: tuple[str, ...] = ("lm_head",)
    if model.is_moe:
        found += _ROUTERS
    if (model.architecture or "").endswith("ForConditionalGeneration"):
        found += _VISION
    if model.linear_attention_layers or model.ssm_state_size:
        found += _LINEAR_ATTENTION
    return found


def _program(chosen: Chosen) -> str:
    imports, modifiers = _modifiers(chosen)
    calibration = ""
    if chosen.scheme.calibration == "required":
        calibration = (
            f'\n    dataset="open_platypus",\n    max_seq_length={_SAMPLE_TOKENS},'
            f"\n    num_calibration_samples={_SAMPLES},"
        )
    lines = ",\n        ".join(modifiers)
    return f"""from llmcompressor import oneshot
{imports}

oneshot(
    model={json.dumps(chosen.source)},{calibration}
    recipe=[
        {lines},
    ],
    output_dir={json.dumps(chosen.file)},
)
"""


def _modifiers(chosen: Chosen) -> tuple[str, list[str]]:
    """(imports, expressions) for the plan's scheme."""
    scheme = chosen.scheme
    base = "from llmcompressor.modifiers.quantization import "
    skip = json.dumps(list(ignored(chosen.model)))
    gptq = scheme.family in ("gptq", "int8")
    modifier = "GPTQModifier" if gptq else "QuantizationModifier"
    imports, before = base + modifier, []
    if scheme.name == "W8A8-INT":
        imports += "\nfrom llmcompressor.modifiers.transform.smoothquant import SmoothQuantModifier"
        before = ["SmoothQuantModifier(smoothing_strength=0.8)"]
    elif scheme.family == "awq":
        imports += "\nfrom llmcompressor.modifiers.transform.awq import AWQModifier"
        before = ['AWQModifier(duo_scaling="both")']
    return imports, [*before, f"{modifier}({_what(scheme, chosen.model)}, ignore={skip})"]


def _what(scheme: SchemeProfile, model: ModelProfile) -> str:
    """The scheme as llm-compressor takes it: a preset where there is one, else its parts."""
    if scheme.name in _PRESETS:
        return f'targets="Linear", scheme="{_PRESETS[scheme.name]}"'
    if scheme.act_dtype == "fp8":
        return 'targets="Linear", scheme="W4AFP8"'
    # engines load no zero points in experts (https://github.com/vllm-project/vllm/issues/22004)
    symmetric = scheme.family != "awq" or model.is_moe
    if scheme.weight_bits == 4 and scheme.group_size == 128 and scheme.act_bits == 16:
        return f'targets="Linear", scheme="W4A16{"" if symmetric else "_ASYM"}"'
    strategy = f'"strategy": "group", "group_size": {scheme.group_size}'
    if scheme.group_size == -1:
        strategy = '"strategy": "channel"'
    weights = f'"num_bits": {scheme.weight_bits:g}, "type": "int", "symmetric": {symmetric}, {strategy}'
    inputs = ""
    if scheme.act_bits == 8:
        inputs = ', "input_activations": {"num_bits": 8, "type": "int", "strategy": "token", "dynamic": True}'
    return 'config_groups={"all": {"targets": ["Linear"], "weights": {' + weights + "}" + inputs + "}}"
