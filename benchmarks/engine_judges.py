"""Do the engines accept what is printed? A sweep of plans through their own parsers, checks and model code.

    python benchmarks/engine_judges.py --python /path/to/python [--only vllm] [--show]

`--python` is an interpreter in which the engines to ask are installed (vllm 0.33 with a CPU build of torch;
sglang, lmdeploy, mlx-lm and auto-round without their GPU parts); an engine it lacks is counted as not asked.
llama.cpp is asked where $LLAMA_CPP and $LLAMA_CPP_BUILD name its source and its libraries. Plans over several
nodes are asked for every rank, and once more over Ray.
Files for SkyPilot, Ray Serve and LeaderWorkerSet are judged by their own schemas, where skypilot and
ray[serve] are installed and $LWS_CRD names the controller's definition.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from advisor.catalog.native import native_schemes
from advisor.catalog.resolve import resolve_hardware, resolve_model
from advisor.deploy.commands import deployment
from advisor.deploy.targets import write
from advisor.documents.hardware import HardwareProfile
from advisor.documents.requirements import Load, Requirements
from advisor.engines import facts
from advisor.errors import AdvisorError, UnsupportedError
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.plans import deploy_plan
from benchmarks.judges.configs import model_config, quantization_config

JUDGES = Path(__file__).parent / "judges"
MODELS = (
    "Llama-3.1-8B",
    "Llama-3.3-70B",
    "Llama-2-13B",
    "Qwen2.5-14B",
    "Qwen2.5-72B",
    "Qwen3-8B",
    "Qwen3-32B",
    "Qwen3-30B-A3B",
    "Qwen3-235B-A22B",
    "Mixtral-8x7B",
    "DeepSeek-V3.1",
    "gpt-oss-120b",
)
MACHINES = ("T4", "2x RTX 4090", "4x RTX 3090", "8x H100 SXM", "8x B200")
SCHEMES = (
    "BF16",
    "W8A8-FP-dynamic",
    "W8A8-FP-block",
    "W8A16-FP",
    "W8A8-INT",
    "W4A16-INT-gptq-g128",
    "W4A16-INT-awq-g128",
    "W4A16-INT-awq-g32",
    "W4A16-INT-rtn-perchannel",
    "NVFP4",
    "MXFP4",
    "MXFP8",
    "MLX-4bit-g64",
)
SERVERS = ("vllm", "sglang", "lmdeploy")
GGUF = ("Q4_K_M", "Q8_0", "IQ2_XXS", "UD-Q4_K_XL", "F16")
LOCAL = {
    "mlx": ("M3 Max 64GB",),
    "llama.cpp": (
        "RTX 4090 + Ryzen 9 7950X 64GB",
        "2x RTX 4090",
        "M3 Max 64GB",
        "EPYC 9654 384GB",
        "8x H100 SXM",
    ),
}
"""Engines of one machine -> the machines they are asked on."""
RECIPES = "llm-compressor"
DOWNLOADS = "hf"
FORMS = ("skypilot", "ray-serve", "lws")
SEVERAL = ("2 nodes of 8x H100 SXM, 400 Gb/s", "4 nodes of 8x A100 SXM 80GB, 200 Gb/s")
"""For lws and for engines that span nodes."""
LONG = Requirements(context_tokens=65536, loads=(Load(concurrency=64),))
"""Requests whose caches tensor parallelism would hold on every GPU: the experts alone are shared."""
_NATIVE = {
    "W8A8-FP-block": {
        "quant_method": "fp8",
        "activation_scheme": "dynamic",
        "fmt": "e4m3",
        "weight_block_size": [128, 128],
    },
    "MXFP4": {
        "quant_method": "mxfp4",
        "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "lm_head"],
    },
}
"""What vendors' own quantized checkpoints say of themselves."""


def plans(engine: str) -> list[dict[str, Any]]:
    """Every plan of *engine* that is called feasible, over models, machines and two loads."""
    machines = LOCAL.get(engine) or (*MACHINES, *SEVERAL)
    needs = (Requirements(loads=(Load(concurrency=4),)), *((LONG,) if engine in SERVERS else ()))
    found = [
        case
        for need in needs
        for one, hardware in _feasible(engine, machines, need)
        for case in _cases(one, hardware)
    ]
    return list({json.dumps(case["argv"]) + case["capability"]: case for case in found}.values())


def files(form: str) -> list[dict[str, Any]]:
    """The plans of two engines that *form* can say, as that form's text."""
    found = {}
    for engine in ("vllm", "sglang"):
        for one, _ in _feasible(engine, SEVERAL if form == "lws" else MACHINES[-2:]):
            try:
                text = write(deployment(deploy_plan(one)), form)
            except UnsupportedError:
                continue
            found[text] = {"form": form, "text": text, "capability": "", "argv": [form, one.case.model.name]}
    return list(found.values())


def recipes() -> list[dict[str, Any]]:
    """Every recipe of llm-compressor that plans of two engines print, dense models and experts apart."""
    found = {}
    for engine in ("vllm", "sglang"):
        for one, _ in _feasible(engine, MACHINES[-2:]):
            chosen = deploy_plan(one)
            for command in deployment(chosen).make:
                for file in command.files:
                    # The name of model and folder gives way to the judge's own.
                    program = file.text.replace(json.dumps(chosen.source), '"M"').replace(
                        json.dumps(chosen.file), '"O"'
                    )
                    if "llmcompressor" in program:
                        argv = ["llm-compressor", chosen.scheme.name, chosen.model.name]
                        case = {
                            "program": program,
                            "experts": chosen.model.is_moe,
                            "capability": "",
                            "argv": argv,
                        }
                        found[(program, chosen.model.is_moe)] = case
    return list(found.values())


def downloads() -> list[dict[str, Any]]:
    """Every command that fetches weights, of the plans of two engines."""
    found = {}
    for engine, machines in (("vllm", MACHINES[-2:]), ("llama.cpp", LOCAL["llama.cpp"])):
        for one, _ in _feasible(engine, machines):
            for command in deployment(deploy_plan(one)).make:
                if command.argv[0] == DOWNLOADS:
                    found[command.argv] = {"argv": list(command.argv), "capability": ""}
    return list(found.values())


def version_note(python: str, engine: str) -> str:
    """Where *python* has another version of the engine than its plans are written for."""
    known = facts(engine)
    asked = f"from importlib.metadata import version; print(version({known.package!r}))"
    answered = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
    here = answered.stdout.strip()
    return f" (by {here}; plans are for {known.version})" if here and here != known.version else ""


def _feasible(
    engine: str, machines: tuple[str, ...], load: Requirements | None = None
) -> Iterator[tuple[Any, HardwareProfile]]:
    load = load or Requirements(loads=(Load(concurrency=4),))
    for model_name in MODELS:
        model = resolve_model(model_name)
        for machine in machines:
            hardware = resolve_hardware(machine)
            schemes = GGUF if engine == "llama.cpp" else SCHEMES
            need = replace(load, model=model.name, engines=(engine,), schemes=schemes)
            try:
                judged, _ = evaluate(need, hardware, model, everything=True)
            except AdvisorError:
                continue
            yield from ((one, hardware) for one in judged if one.feasible)


def _cases(judged: Any, hardware: Any) -> list[dict[str, Any]]:
    """The command of every rank, and the one over Ray."""
    chosen = deploy_plan(judged)
    plan = deployment(chosen)
    config = model_config(asdict(replace(chosen.model, tensors=())))
    own = chosen.scheme.name in native_schemes(chosen.model)
    if config is not None and own and plan.weights == chosen.model.hf_id:
        config["quantization_config"] = _NATIVE[chosen.scheme.name.removesuffix("A16")]
    elif config is not None and not chosen.scheme.reference and not chosen.online:
        quantized = quantization_config(asdict(chosen.scheme), chosen.model.is_moe)
        config = config | {"quantization_config": quantized} if quantized else None
    commands = (plan.run, *plan.workers, *([plan.over_ray] if plan.over_ray else []))
    return [
        {
            "argv": list(command.argv),
            "config": config,
            "capability": hardware.gpus[0].compute_capability or "" if hardware.gpus else "",
            "gpus": len(hardware.gpus),
        }
        for command in commands
    ]


def ask(python: str, judge: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The judge's answers, in order; not asked where it ends early."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    answered = subprocess.run(
        [python, str(JUDGES / judge)], input=lines, capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in answered.stdout.splitlines() if line.startswith('{"accepted"')]
    missing = {"accepted": None, "said": answered.stderr.strip()[-200:] or "no answer"}
    return answers + [missing] * (len(cases) - len(answers))


def judged(python: str, engine: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(case, answer) of every plan of *engine*; vLLM's are built as well, one machine at a time."""
    if engine == RECIPES:
        cases = recipes()
        return list(zip(cases, ask(python, "compressor_judge.py", cases), strict=True))
    if engine == DOWNLOADS:
        cases = downloads()
        return list(zip(cases, ask(python, "parser_judge.py", cases), strict=True))
    if engine in FORMS:
        cases = files(engine)
        return list(zip(cases, ask(python, "target_judge.py", cases), strict=True))
    cases = plans(engine)
    if engine != "vllm":
        judge = "llama_judge.py" if engine == "llama.cpp" else "parser_judge.py"
        return list(zip(cases, ask(python, judge, cases), strict=True))
    found = []
    written = [case for case in cases if case["config"] is not None]
    for machine in sorted({(case["capability"], case["gpus"]) for case in written}):
        here = [case for case in written if (case["capability"], case["gpus"]) == machine]
        found += list(zip(here, ask(python, "vllm_judge.py", here), strict=True))
    return found


def main() -> int:
    """Print accepted and refused per engine; 1 when anything was refused."""
    everything = (*SERVERS, *LOCAL, RECIPES, DOWNLOADS, *FORMS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", action="append", choices=everything)
    parser.add_argument("--show", action="store_true", help="every refused line with the engine's words")
    args = parser.parse_args()
    refused = 0
    for engine in args.only or everything:
        answers = judged(args.python, engine)
        counts = Counter(answer["accepted"] for _, answer in answers)
        refused += counts[False]
        said = version_note(args.python, engine) if engine in (*SERVERS, "mlx") else ""
        print(
            f"{engine:12} {counts[True]:4} accepted {counts[False]:4} refused {counts[None]:4} not asked"
            + said
        )
        for case, answer in answers:
            if args.show and answer["accepted"] is not True:
                print("   ", case["capability"], " ".join(case["argv"])[:150], "=>", answer["said"])
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
