"""The steps that produce a quantized checkpoint with each format's own tool.

Recipes: https://github.com/vllm-project/llm-compressor/tree/main/examples,
https://github.com/ModelCloud/GPTQModel,
https://github.com/intel/auto-round, https://github.com/ml-explore/mlx-lm,
https://github.com/turboderp-org/exllamav3, https://github.com/NVIDIA/Model-Optimizer,
https://github.com/InternLM/lmdeploy.
"""

from __future__ import annotations

from advisor.deploy.plan import Plan, quantized_at_load
from advisor.deploy.shell import command, document

_PRESETS = {
    "W8A8-FP-dynamic": "FP8_DYNAMIC",
    "W8A8-FP-static": "FP8",
    "W8A8-FP-block": "FP8_BLOCK",
    "MXFP8": "MXFP8",
    "W8A16-FP": "FP8_DYNAMIC",
    "NVFP4": "NVFP4",
    "NVFP4A16": "NVFP4A16",
    "MXFP4": "MXFP4",
    "MXFP4A16": "MXFP4A16",
}
"""llm-compressor's scheme strings."""
_MODELOPT = {
    "W8A8-FP-static": "fp8",
    "NVFP4": "nvfp4",
    "W4A16-INT-awq-g128": "int4_awq",
    "W4A8-FP-awq-g128": "w4a8_awq_beta",
}
"""NVIDIA Model-Optimizer's formats, which TensorRT-LLM's checkpoints come from."""
_MLX_MODES = {"MLX-MXFP4": "mxfp4", "MLX-NVFP4": "nvfp4", "MLX-MXFP8": "mxfp8"}
_SAMPLES, _SAMPLE_TOKENS = 512, 2048
"""Calibration of llm-compressor's examples."""


def make_checkpoint(plan: Plan) -> str:
    """Shell lines that end in the plan's checkpoint directory; '' when nothing has to be made."""
    scheme = plan.scheme
    if quantized_at_load(plan) or scheme.reference:
        return ""
    if scheme.family == "mlx":
        return _mlx(plan)
    if scheme.family in ("exl2", "exl3"):
        return _exl(plan)
    if scheme.family in ("aqlm", "quip", "research"):
        return f"# {scheme.name} has no short recipe: take a published checkpoint, or follow {scheme.source}"
    if plan.engine == "tensorrt-llm" and scheme.name in _MODELOPT:
        return command(
            "python",
            "hf_ptq.py",
            "--pyt_ckpt_path",
            plan.source,
            "--qformat",
            _MODELOPT[scheme.name],
            "--export_path",
            plan.file,
        )
    if plan.engine == "lmdeploy" and scheme.family == "awq":
        return command(
            "lmdeploy",
            "lite",
            "auto_awq",
            plan.source,
            "--w-bits",
            f"{scheme.weight_bits:g}",
            "--w-group-size",
            scheme.group_size,
            "--calib-samples",
            128,
            "--calib-seqlen",
            2048,
            "--work-dir",
            plan.file,
        )
    if scheme.family == "autoround":
        return _autoround(plan)
    if scheme.family == "gptq" and scheme.act_bits == 16:
        return _gptq(plan)
    return _llm_compressor(plan)


def _mlx(plan: Plan) -> str:
    scheme = plan.scheme
    words: list[object] = ["mlx_lm.convert", "--model", plan.source, "-q"]
    if scheme.name in _MLX_MODES:
        words += ["--q-mode", _MLX_MODES[scheme.name]]
    elif scheme.name.startswith("MLX-mixed-"):
        words += ["--quant-predicate", scheme.name.removeprefix("MLX-").replace("-", "_")]
    else:
        words += ["--q-bits", f"{scheme.weight_bits:g}", "--q-group-size", scheme.group_size]
    return command(*words, "--mlx-path", plan.file)


def _exl(plan: Plan) -> str:
    source = plan.source
    lines = []
    if plan.model.hf_id and not plan.model.file_path:
        source = plan.model.hf_id.rpartition("/")[2]
        lines.append(command("hf", "download", plan.model.hf_id, "--local-dir", source))
    bits = plan.scheme.weight_bits
    if plan.scheme.family == "exl3":
        words = ["python", "convert.py", "-i", source, "-o", plan.file, "-w", "work", "-b", bits, "-hb", 6]
    else:
        words = ["python", "convert.py", "-i", source, "-o", "work", "-cf", plan.file, "-b", bits, "-hb", 6]
    return "\n".join([*lines, command(*words)])


def _autoround(plan: Plan) -> str:
    scheme = plan.scheme
    # the slower recipe is its authors' advice at 2 bits
    words: list[object] = ["auto-round-best" if scheme.weight_bits <= 2 else "auto-round"]
    words += ["--model", plan.source]
    if scheme.weight_bits == 4 and scheme.group_size == 128:
        words += ["--scheme", "W4A16"]
    else:
        words += ["--bits", f"{scheme.weight_bits:g}", "--group_size", scheme.group_size]
    return command(*words, "--format", "auto_round", "--output_dir", plan.file)


def _gptq(plan: Plan) -> str:
    scheme = plan.scheme
    return document(
        "python -",
        f"""from datasets import load_dataset
from gptqmodel import GPTQModel, QuantizeConfig

data = load_dataset("allenai/c4", data_files="en/c4-train.00001-of-01024.json.gz", split="train")
config = QuantizeConfig(bits={scheme.weight_bits:g}, group_size={scheme.group_size})
model = GPTQModel.load({plan.source!r}, config)
model.quantize(data.select(range({_SAMPLES}))["text"])
model.save({plan.file!r})
""",
    )


def _llm_compressor(plan: Plan) -> str:
    imports, recipe = _recipe(plan)
    calibration = ""
    if plan.scheme.calibration == "required":
        calibration = (
            f'\n    dataset="open_platypus",\n    max_seq_length={_SAMPLE_TOKENS},'
            f"\n    num_calibration_samples={_SAMPLES},"
        )
    return document(
        "python -",
        f"""from llmcompressor import oneshot
{imports}

oneshot(
    model={plan.source!r},{calibration}
    recipe={recipe},
    output_dir={plan.file!r},
)
""",
    )


def _recipe(plan: Plan) -> tuple[str, str]:
    """(imports, recipe expression) of llm-compressor for the plan's scheme."""
    scheme = plan.scheme
    base = "from llmcompressor.modifiers.quantization import "
    if scheme.name in ("W8A8-INT", "W8A16-INT"):
        rounding = f'GPTQModifier(targets="Linear", scheme="{scheme.name[:-4]}", ignore=["lm_head"])'
        if scheme.name == "W8A16-INT":
            return base + "GPTQModifier", rounding
        smooth = "from llmcompressor.modifiers.smoothquant import SmoothQuantModifier"
        return f"{base}GPTQModifier\n{smooth}", f"[SmoothQuantModifier(smoothing_strength=0.8), {rounding}]"
    what = _weights(plan)
    if scheme.family == "awq":
        awq = "from llmcompressor.modifiers.awq import AWQModifier"
        return awq, f'AWQModifier({what}, ignore=["lm_head"])'
    modifier = "GPTQModifier" if scheme.family == "gptq" else "QuantizationModifier"
    return base + modifier, f'{modifier}({what}, ignore=["lm_head"])'


def _weights(plan: Plan) -> str:
    """The scheme as llm-compressor takes it: a preset where there is one, else its parts."""
    scheme = plan.scheme
    if scheme.name in _PRESETS:
        return f'targets="Linear", scheme="{_PRESETS[scheme.name]}"'
    if scheme.act_dtype == "fp8":
        return 'targets="Linear", scheme="W4AFP8"'
    if scheme.weight_bits == 4 and scheme.group_size == 128 and scheme.act_bits == 16:
        return f'targets="Linear", scheme="W4A16{"_ASYM" if scheme.family == "awq" else ""}"'
    strategy = f'"strategy": "group", "group_size": {scheme.group_size}'
    if scheme.group_size == -1:
        strategy = '"strategy": "channel"'
    symmetric = scheme.family != "awq"
    weights = f'"num_bits": {scheme.weight_bits:g}, "type": "int", "symmetric": {symmetric}, {strategy}'
    inputs = ""
    if scheme.act_bits == 8:
        inputs = ', "input_activations": {"num_bits": 8, "type": "int", "strategy": "token", "dynamic": True}'
    return 'config_groups={"all": {"targets": ["Linear"], "weights": {' + weights + "}" + inputs + "}}"
