"""A need in the words of the command line's options, and the Requirements document it means."""

import re
import shlex
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

from advisor.documents.kinds import KV_CHOICES, MODALITIES, OBJECTIVES
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Load, Requirements, TaskNeed
from advisor.errors import UsageError
from advisor.need import quantities
from advisor.need.lengths import lengths

T = TypeVar("T")
C = TypeVar("C")


class Stated(NamedTuple):
    """What was asked for, as typed; None and () leave it to the advisor. A field is an option of its
    own name."""

    task: tuple[str, ...] = ()
    """Each may hold several, separated by commas, and a limit of its own: `math:1%`."""
    max_loss: str | None = None
    confidence: str | None = None
    min_speed: str | None = None
    max_ttft: str | None = None
    context: str | None = None
    concurrency: str | None = None
    prompt: str | None = None
    output: str | None = None
    engine: tuple[str, ...] = ()
    scheme: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    modality: str | None = None
    tools: bool = False
    since: str | None = None
    kv_cache: str | None = None
    no_calibration: bool = False
    objective: str | None = None


def argv(stated: Stated) -> list[str]:
    """The options that say the same; values begin after `=`, so that one that looks like an option is
    a value."""
    parts: list[str] = []
    for name in Stated._fields:
        value, option = getattr(stated, name), "--" + name.replace("_", "-")
        if value is True:
            parts.append(option)
        elif isinstance(value, tuple):
            parts += [f"{option}={text.strip()}" for text in value if text.strip()]
        elif value:
            parts.append(f"{option}={value.strip()}")
    return parts


def command(name: str, stated: Stated, *more: str) -> str:
    """`advisor NAME` with *more* and the need, quoted for a shell."""
    return shlex.join(["advisor", name, *more, *argv(stated)])


def requirements(stated: Stated, model: ModelProfile | None) -> Requirements:
    """The document; UsageError names the option that makes no sense in its `field`."""
    confidence = quantities.percent(stated.confidence or "90%", "--confidence")
    if not 50 <= confidence <= 99.9:
        raise UsageError(f"--confidence {stated.confidence}: choose from 50% to 99.9%", field="confidence")
    if model is not None and (stated.licence or stated.tools or stated.since):
        raise UsageError(
            "--licence, --tools and --since choose among models: leave out --model", field="model"
        )
    modality = None if stated.modality is None else _choice(stated.modality, MODALITIES, "modality")
    if model is not None and modality and modality not in (model.modality or "text"):
        raise UsageError(f"{model.name} reads {model.modality or 'text'} only, not {modality}", field="model")
    tasks = _tasks(stated.task or ("chat",))
    context = _context(stated.context)
    engines = _engines(stated.engine)
    return Requirements(
        model=model.name if model else None,
        tasks=tasks,
        max_loss_pct=_read(quantities.percent, stated.max_loss, "--max-loss"),
        confidence_pct=confidence,
        min_decode_tokens_per_s=_read(quantities.rate, stated.min_speed, "--min-speed"),
        max_ttft_s=_read(quantities.seconds, stated.max_ttft, "--max-ttft"),
        context_tokens=context,
        loads=_loads(stated, context if isinstance(context, int) else None, tasks, model),
        engines=engines,
        schemes=_schemes(stated.scheme, engines),
        licences=tuple(part.lower() for part in _parts(stated.licence)),
        modality=modality,
        tools=stated.tools,
        since=_since(stated.since),
        kv_type=_choice(stated.kv_cache or "auto", KV_CHOICES, "kv-cache"),
        calibration_allowed=not stated.no_calibration,
        objective=_choice(stated.objective, OBJECTIVES, "objective") if stated.objective else None,
    )


def _read(how: Callable[[str, str], T], text: str | None, option: str) -> T | None:
    return None if text is None else how(text, option)


def _context(text: str | None) -> int | Literal["max"] | None:
    if text is not None and text.strip().lower() == "max":
        return "max"
    return _read(quantities.count, text, "--context")


def _choice(text: str, known: tuple[C, ...], option: str) -> C:
    for word in known:
        if word == text:
            return word
    raise UsageError(f"--{option} {text}: choose one of {', '.join(map(str, known))}", field=option)


def _since(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"20[0-9]{2}(-[01][0-9](-[0-3][0-9])?)?", text):
        raise UsageError(f"--since {text}: give a year, month or day such as 2026-01", field="since")
    return text


def _tasks(texts: tuple[str, ...]) -> tuple[TaskNeed, ...]:
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
        raise UsageError(f"--task names {max(names, key=names.count)} twice", field="task")
    return tuple(needs)


def _loads(
    stated: Stated, context: int | None, tasks: tuple[TaskNeed, ...], model: ModelProfile | None
) -> tuple[Load, ...]:
    """One load for each number of requests, of the lengths stated or else of the task."""
    most = model.context_length if model else None
    prompt, output = lengths(tuple(need.task for need in tasks), context, most)
    asked_output = _read(quantities.count, stated.output, "--output")
    asked_prompt = _read(quantities.count, stated.prompt, "--prompt")
    if asked_output is not None:
        output = asked_output
        prompt = min(prompt, max((context or most or prompt + output) - output, 1))
    if asked_prompt is not None:
        prompt = asked_prompt
        if asked_output is None:
            output = min(output, max((context or most or prompt + output) - prompt, 1))
    if context is not None and context < 2 and asked_prompt is None and asked_output is None:
        raise UsageError(f"--context {context} has no room for a prompt and an answer", field="context")
    if context is not None and prompt + output > context:
        raise UsageError(
            f"--prompt {prompt} and --output {output} are more than --context {context}", field="context"
        )
    if model and most and context is None and prompt + output > most:
        raise UsageError(
            f"--prompt {prompt} and --output {output} are more than the {most} tokens {model.name} reads",
            field="prompt" if asked_prompt is not None else "output",
        )
    loads = []
    for part in (stated.concurrency or "1").split(","):
        number, _, share = part.partition(":")
        loads.append(
            Load(
                prompt_tokens=prompt,
                output_tokens=output,
                concurrency=quantities.count(number, "--concurrency"),
                weight=quantities.rate(share, "--concurrency share") if share else 1.0,
            )
        )
    return tuple(loads)


def _engines(texts: tuple[str, ...]) -> tuple[str, ...]:
    from advisor.engines import find_engine

    return tuple(dict.fromkeys(find_engine(part) for part in _parts(texts)))


def _schemes(texts: tuple[str, ...], engines: tuple[str, ...]) -> tuple[str, ...]:
    """Short names ('4bit', 'fp4') mean what the users of the one engine asked for mean by them."""
    from advisor.catalog.schemes import find_scheme

    engine = engines[0] if len(engines) == 1 else None
    return tuple(dict.fromkeys(find_scheme(part, engine).name for part in _parts(texts)))


def _parts(texts: tuple[str, ...]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]
