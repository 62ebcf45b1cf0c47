"""The steps that produce a quantized checkpoint with each format's own tool.

Recipes: https://github.com/ModelCloud/GPTQModel, https://github.com/intel/auto-round,
https://github.com/ml-explore/mlx-lm, https://github.com/turboderp-org/exllamav3; llm-compressor's stand in
`llm_compressor`, those of engines with tools of their own in the engines' files.
"""

from __future__ import annotations

import json

from advisor.deploy.chosen import Chosen
from advisor.deploy.download_commands import download, get_repository
from advisor.deploy.llm_compressor import recipe
from advisor.documents.deployment import Command, TextFile
from advisor.engines.launch import words

_MLX_MODES = {"MLX-MXFP4": "mxfp4", "MLX-NVFP4": "nvfp4", "MLX-MXFP8": "mxfp8"}
_WITHOUT_RECIPE = ("aqlm", "quip", "research")
_SAMPLES = 512
"""As many as llm-compressor's examples take."""
_BEST_BELOW_BITS = 2
"""The slower recipe is AutoRound's authors' advice up to here."""


def make_checkpoint(chosen: Chosen) -> tuple[Command, ...]:
    """Commands that end in the plan's checkpoint directory; none when nothing can or has to be made."""
    scheme = chosen.scheme
    if chosen.online or scheme.reference or scheme.family in _WITHOUT_RECIPE:
        return ()
    own = chosen.facts.make
    made = own(chosen.launch(), chosen.source, chosen.file) if own else None
    if made is not None:
        return made
    if scheme.family == "mlx":
        return (_mlx(chosen),)
    if scheme.family in ("exl2", "exl3"):
        return _exl(chosen)
    if scheme.family == "autoround":
        return _autoround(chosen)
    if scheme.family == "gptq" and scheme.act_bits == 16:
        return (_gptq(chosen),)
    return (recipe(chosen),)


def no_recipe(chosen: Chosen) -> str:
    """Why a checkpoint cannot be made here; empty when it can."""
    if chosen.scheme.family not in _WITHOUT_RECIPE:
        return ""
    instead = f"take a published checkpoint, or follow {chosen.scheme.source}"
    return f"{chosen.scheme.name} has no short recipe: {instead}"


def _mlx(chosen: Chosen) -> Command:
    scheme = chosen.scheme
    argv = words("mlx_lm.convert", "--model", chosen.source, "-q")
    if scheme.name in _MLX_MODES:
        argv += words("--q-mode", _MLX_MODES[scheme.name])
    elif scheme.name.startswith("MLX-mixed-"):
        argv += words("--quant-predicate", scheme.name.removeprefix("MLX-").replace("-", "_"))
    else:
        argv += words("--q-bits", f"{scheme.weight_bits:g}", "--q-group-size", scheme.group_size)
    return Command(argv=argv + words("--mlx-path", chosen.file), makes=chosen.file)


def _exl(chosen: Chosen) -> tuple[Command, ...]:
    steps, source = download(chosen)
    bits, program = chosen.scheme.weight_bits, f"exllamav{chosen.scheme.family[-1]}"
    argv = words("python", f"{program}/convert.py", "-i", source)
    if chosen.scheme.family == "exl3":
        argv += words("-o", chosen.file, "-w", "work", "-b", bits, "-hb", 6)
    else:
        argv += words("-o", "work", "-cf", chosen.file, "-b", bits, "-hb", 6)
    get = get_repository(f"https://github.com/turboderp-org/{program}")
    return (*steps, get, Command(argv=argv, makes=chosen.file))


def _autoround(chosen: Chosen) -> tuple[Command, ...]:
    scheme = chosen.scheme
    argv = words("auto-round-best" if scheme.weight_bits <= _BEST_BELOW_BITS else "auto-round")
    argv += words("--model", chosen.source)
    if scheme.weight_bits == 4 and scheme.group_size == 128:
        argv += words("--scheme", "W4A16")
    else:
        argv += words("--bits", f"{scheme.weight_bits:g}", "--group_size", scheme.group_size)
    # it makes a folder of its own inside the one it is given
    grouped = f"g{scheme.group_size}" if (scheme.group_size or 0) > 0 else "a16"
    name = chosen.source.rstrip("/").rpartition("/")[2]
    inside = f"auto-round/{name}-w{scheme.weight_bits:g}{grouped}"
    argv += words("--format", "auto_round", "--output_dir", "auto-round")
    moved = Command(argv=words("mv", inside, chosen.file), makes=chosen.file)
    return Command(argv=argv, makes=inside), moved


def _gptq(chosen: Chosen) -> Command:
    scheme = chosen.scheme
    per_channel = ", act_group_aware=False" if scheme.group_size == -1 else ""
    program = f"""from datasets import load_dataset
from gptqmodel import GPTQModel, QuantizeConfig

data = load_dataset("allenai/c4", data_files="en/c4-train.00001-of-01024.json.gz", split="train")
config = QuantizeConfig(bits={scheme.weight_bits:g}, group_size={scheme.group_size}{per_channel})
model = GPTQModel.load({json.dumps(chosen.source)}, config)
model.quantize(data.select(range({_SAMPLES}))["text"])
model.save({json.dumps(chosen.file)})
"""
    return Command(
        argv=("python", "quantize.py"),
        files=(TextFile(name="quantize.py", text=program),),
        makes=chosen.file,
    )
