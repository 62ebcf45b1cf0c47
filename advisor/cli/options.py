"""The options that several commands share, and the documents they make."""

from __future__ import annotations

import argparse

from advisor.cli import quantities
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import KV_CHOICES, OBJECTIVES
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Load, Requirements, TaskNeed
from advisor.errors import UsageError

DEFAULT_CONTEXT_TOKENS = Requirements().context_tokens


def add_hardware(parser: argparse.ArgumentParser) -> None:
    """--hardware and its overrides."""
    group = parser.add_argument_group("machine (default: this one)")
    group.add_argument(
        "--hardware",
        metavar="H",
        help='a saved probe (JSON) or a name: "RTX 4090", "2x A100 80GB", "M3 Max 64GB", "EPYC 9654 384GB"',
    )
    group.add_argument("--ram", metavar="SIZE", help="main memory, e.g. 64GB")
    group.add_argument("--vram", metavar="SIZE", help="memory of each GPU, e.g. 24GB")
    group.add_argument(
        "--bandwidth",
        metavar="RATE",
        help="memory bandwidth of the GPU (or of RAM without one), e.g. 1008GB/s",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """--model and --params."""
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        metavar="M",
        help="a name (HF id, Ollama tag, llama-3.1-8b), a GGUF file, an HF config.json or directory",
    )
    group.add_argument(
        "--params", metavar="N", help="parameter count when the model is in no catalogue, e.g. 13B or 30B-A3B"
    )


def add_need(parser: argparse.ArgumentParser) -> None:
    """Everything a requirement can say."""
    group = parser.add_argument_group("need")
    group.add_argument(
        "--task",
        action="append",
        metavar="T[:LOSS]",
        help="chat, code, math, knowledge, reasoning, rag, long-context, multilingual … repeatable, "
        "each with its own limit: math:1%% (default chat)",
    )
    group.add_argument(
        "--max-loss",
        metavar="PCT",
        help="most accuracy to lose, percent of the unquantized score (default: no limit)",
    )
    group.add_argument(
        "--confidence", metavar="PCT", default="90%", help="confidence of intervals and limits (default 90%%)"
    )
    group.add_argument(
        "--min-speed", metavar="TOK/S", help="least decode speed per request (default: no limit)"
    )
    group.add_argument(
        "--max-ttft", metavar="TIME", help="longest time to first token, e.g. 2s (default: no limit)"
    )
    _add_load(group)
    group.add_argument(
        "--engine",
        action="append",
        metavar="E",
        help="engines allowed: llama.cpp, ollama, vllm, sglang, mlx … repeatable or comma-separated "
        "(default: any)",
    )
    group.add_argument(
        "--scheme",
        action="append",
        metavar="S",
        help="schemes to consider, repeatable or comma-separated (default: all)",
    )
    group.add_argument(
        "--kv-cache",
        default="auto",
        metavar="TYPE",
        help="auto, f16, q8_0, q4_0, fp8 (default auto: f16 where it fits, else 8 bits)",
    )
    group.add_argument(
        "--no-calibration",
        action="store_true",
        help="nothing that needs an importance matrix or calibration data",
    )
    group.add_argument(
        "--objective",
        choices=OBJECTIVES,
        help="what to optimise once the need is met (default: speed with a stated loss, else accuracy)",
    )


def _add_load(group: argparse._ArgumentGroup) -> None:
    """Tokens and requests."""
    group.add_argument(
        "--context",
        metavar="TOKENS",
        help="tokens per request, e.g. 8192 or 32k (default 8192, or the model's own if shorter)",
    )
    group.add_argument(
        "--concurrency",
        metavar="N",
        help="requests at once; several loads: 1:0.7,64:0.3 (number:share; default 1)",
    )
    group.add_argument(
        "--prompt",
        metavar="TOKENS",
        help="prompt tokens of one request (default: three quarters of the context, at most 1024)",
    )
    group.add_argument(
        "--output",
        metavar="TOKENS",
        help="answer tokens of one request (default: a quarter of the context, at most 256)",
    )


def requirements(args: argparse.Namespace, model: ModelProfile | None) -> Requirements:
    """The Requirements document of parsed options; UsageError names the option that makes no sense."""
    if args.kv_cache not in KV_CHOICES:
        raise UsageError(f"--kv-cache {args.kv_cache}: choose one of {', '.join(KV_CHOICES)}")
    confidence = quantities.percent(args.confidence, "--confidence")
    if not 50 <= confidence <= 99.9:
        raise UsageError(f"--confidence {args.confidence}: choose from 50% to 99.9%")
    context = _context(args.context, model)
    return Requirements(
        model=model.name if model else None,
        tasks=_tasks(args.task or ["chat"]),
        max_loss_pct=None if args.max_loss is None else quantities.percent(args.max_loss, "--max-loss"),
        confidence_pct=confidence,
        min_decode_tokens_per_s=None
        if args.min_speed is None
        else quantities.rate(args.min_speed, "--min-speed"),
        max_ttft_s=None if args.max_ttft is None else quantities.seconds(args.max_ttft, "--max-ttft"),
        context_tokens=context,
        loads=_loads(args, context),
        engines=_engines(args.engine),
        schemes=_schemes(args.scheme),
        kv_type=args.kv_cache,
        calibration_allowed=not args.no_calibration,
        objective=args.objective,
    )


def hardware(args: argparse.Namespace) -> HardwareProfile:
    """The machine asked for, or this one."""
    from advisor.catalog.resolve import Overrides, resolve_hardware

    overrides = Overrides(ram=args.ram, vram=args.vram, bandwidth=args.bandwidth)
    if args.hardware:
        return resolve_hardware(args.hardware, overrides)
    from advisor.probe import probe

    found = probe()
    if overrides == Overrides():
        return found
    from advisor.documents.plain import plain

    return resolve_hardware(plain(found), overrides)


def model(args: argparse.Namespace) -> ModelProfile | None:
    """The model asked for; None when none was."""
    if args.model is None and args.params is None:
        return None
    from advisor.catalog.resolve import resolve_model

    if args.model is not None and args.params is not None:
        from advisor.errors import UnknownNameError

        try:
            known = resolve_model(args.model)
        except UnknownNameError:
            return resolve_model(args.model, params=args.params)
        raise UsageError(
            f"--model {known.name} and --params {args.params} contradict: the model's size is known; "
            "give one of them"
        )
    return resolve_model(args.model, params=args.params)


def needed_model(args: argparse.Namespace) -> ModelProfile:
    """The model asked for; UsageError when none was."""
    found = model(args)
    if found is None:
        raise UsageError("which model? give --model NAME, a GGUF file, or --params 13B")
    return found


def _context(text: str | None, model: ModelProfile | None) -> int:
    if text is not None:
        return quantities.count(text, "--context")
    most = model.context_length if model else None
    return min(DEFAULT_CONTEXT_TOKENS, most) if most else DEFAULT_CONTEXT_TOKENS


def _tasks(texts: list[str]) -> tuple[TaskNeed, ...]:
    from advisor.catalog.tasks import task_mix

    needs = []
    for part in (part.strip() for text in texts for part in text.split(",")):
        name, _, limit = part.partition(":")
        task_mix(name)
        needs.append(
            TaskNeed(task=name, max_loss_pct=quantities.percent(limit, f"--task {name}:") if limit else None)
        )
    names = [need.task for need in needs]
    if len(set(names)) < len(names):
        raise UsageError(f"--task names {max(names, key=names.count)} twice")
    return tuple(needs)


def _loads(args: argparse.Namespace, context: int) -> tuple[Load, ...]:
    prompt = quantities.count(args.prompt, "--prompt") if args.prompt else None
    output = quantities.count(args.output, "--output") if args.output else None
    output = output or min(Load().output_tokens, max(context // 4, 1))
    prompt = prompt or max(min(Load().prompt_tokens, context - output), 1)
    if prompt + output > context:
        raise UsageError(f"--prompt {prompt} and --output {output} are more than --context {context}")
    loads = []
    for part in (args.concurrency or "1").split(","):
        number, _, share = part.partition(":")
        weight = quantities.rate(share, "--concurrency share") if share else 1.0
        loads.append(
            Load(
                prompt_tokens=prompt,
                output_tokens=output,
                concurrency=quantities.count(number, "--concurrency"),
                weight=weight,
            )
        )
    return tuple(loads)


def _engines(texts: list[str] | None) -> tuple[str, ...]:
    from advisor.catalog.support import find_engine

    return tuple(dict.fromkeys(find_engine(part) for part in _parts(texts)))


def _schemes(texts: list[str] | None) -> tuple[str, ...]:
    from advisor.catalog.schemes import find_scheme

    return tuple(dict.fromkeys(find_scheme(part).name for part in _parts(texts)))


def _parts(texts: list[str] | None) -> list[str]:
    return [part.strip() for text in texts or () for part in text.split(",") if part.strip()]
