"""Hugging Face transformers: a Python program, since it has no command line.
https://huggingface.co/docs/transformers/quantization/overview; HQQ through its own library,
https://github.com/mobiusml/hqq, which transformers 5 no longer wraps."""

from __future__ import annotations

import json

from advisor.documents.deployment import Command, TextFile
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started

_BNB = {
    "NF4": 'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", '
    "bnb_4bit_compute_dtype=torch.{dtype})",
    "NF4-DQ": 'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", '
    "bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.{dtype})",
    "BNB-FP4": 'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="fp4", '
    "bnb_4bit_compute_dtype=torch.{dtype})",
    "BNB-INT8": "BitsAndBytesConfig(load_in_8bit=True)",
}
_FP8 = ("W8A8-FP-dynamic", "W8A8-FP-block")
"""What FineGrainedFP8Config makes while loading."""


def _start(launch: Launch) -> Started:
    program = _hqq(launch) if launch.scheme.family == "hqq" and launch.online else _auto(launch)
    return Started(run=Command(argv=("python", "run.py"), files=(TextFile(name="run.py", text=program),)))


def _dtype(launch: Launch) -> str:
    return "float16" if launch.half else "bfloat16"


def python_text(text: str) -> str:
    """*text* as a Python literal; ASCII, so that any terminal and encoding keep it."""
    return json.dumps(text)


def _auto(launch: Launch) -> str:
    config, imports = _config(launch)
    source = python_text(launch.weights)
    lines = ["import torch", f"from transformers import AutoModelForCausalLM, AutoTokenizer{imports}", ""]
    arguments = [f"    {source},", '    device_map="auto",', f"    dtype=torch.{_dtype(launch)},"]
    if config:
        arguments.append(f"    quantization_config={config},")
    lines += ["model = AutoModelForCausalLM.from_pretrained(", *arguments, ")"]
    return "\n".join([*lines, *_answer(source)])


def _hqq(launch: Launch) -> str:
    scheme = launch.scheme
    source = python_text(launch.weights)
    return "\n".join(
        [
            "import torch",
            "from hqq.core.quantize import BaseQuantizeConfig",
            "from hqq.models.hf.base import AutoHQQHFModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            f"model = AutoModelForCausalLM.from_pretrained({source}, dtype=torch.float16)",
            f"config = BaseQuantizeConfig(nbits={scheme.weight_bits:g}, "
            f"group_size={scheme.group_size}, axis=1)",
            "AutoHQQHFModel.quantize_model(",
            '    model, quant_config=config, compute_dtype=torch.float16, device="cuda"',
            ")",
            *_answer(source),
        ]
    )


def _answer(source: str) -> list[str]:
    return [
        f"tokenizer = AutoTokenizer.from_pretrained({source})",
        'inputs = tokenizer("Hello", return_tensors="pt").to(model.device)',
        "print(tokenizer.decode(model.generate(**inputs, max_new_tokens=64)[0]))",
        "",
    ]


def _config(launch: Launch) -> tuple[str, str]:
    """(the configuration object, what to import beside the model) of a scheme made while loading."""
    name = launch.scheme.name
    if not launch.online:
        return "", ""
    if name in _BNB:
        return _BNB[name].format(dtype=_dtype(launch)), ", BitsAndBytesConfig"
    if name in _FP8:
        return "FineGrainedFP8Config()", ", FineGrainedFP8Config"
    return "", ""


ENGINE = Engine(
    name="transformers",
    aliases=("hf", "huggingface"),
    rank=8,
    formats=("hqq",),
    physics="serving",  # measured as serving engines are, though it keeps no paged cache
    own_kernels=True,
    kv_types=("f16", "bf16"),
    online={**{name: name for name in _FP8}, "bnb": "bnb", "hqq": "hqq"},
    package="transformers",
    version="5.24.0",
    start=_start,
)
