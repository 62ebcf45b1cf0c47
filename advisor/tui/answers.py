"""What the user has answered so far, as typed; the same words as the options of `advisor recommend`."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, fields, replace

from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.need import stated as need
from advisor.tui.words import in_place

ACCURACY = {
    "best": ("best that fits", None),
    "near": ("near-lossless (0.1 %)", "0.1%"),
    "1": ("lose at most 1 %", "1%"),
    "3": ("lose at most 3 %", "3%"),
    "5": ("lose at most 5 %", "5%"),
    "number": ("a number of my own", None),
}
"""Preset -> words, limit. 99.9 % of the reference score is the stricter accuracy target of MLPerf Inference,
99 % the usual one: https://github.com/mlcommons/inference_policies/blob/master/inference_rules.adoc"""

SPEED = {
    "any": ("no need", None),
    "reading": ("reading speed (5 tokens/s)", "5"),
    "interactive": ("interactive (25 tokens/s)", "25"),
    "fastest": ("as fast as possible", None),
    "number": ("tokens/s of my own", None),
}
"""Preset -> words, tokens per second of one request. Reading: adults read 238 words a minute
(https://doi.org/10.1016/j.jml.2019.104047), and a word is about 4/3 tokens
(https://help.openai.com/en/articles/4936856), which makes 5.3. MLPerf Inference allows 200 ms a token, 5 a
second, for Llama 2 70B, and 40 ms, 25 a second, when interactive
(https://mlcommons.org/2025/04/llm-inference-v5)."""


LICENCES = {"": "any", "osi": "open source (OSI)", "commercial": "commercial use"}
"""`--licence` of a choice -> words; a licence by its own name is asked for on the command line."""
READS = {"": "anything", "text": "text only", "vision": "images too", "vision+audio": "images and sound too"}
"""`--modality` of a choice -> words."""

_LABELS = {
    "ram": "RAM",
    "vram": "VRAM",
    "bandwidth": "Bandwidth",
    "hardware": "Machine",
    "concurrency": "Requests",
    "context": "Context",
    "max-loss": "Loss",
    "min-speed": "Speed",
    "engine": "Engines",
    "task": "Used for",
    "since": "Since",
}
"""Option -> the label of its field."""

FIELD_OF = {
    "context": "context", "concurrency": "requests", "max-loss": "loss", "min-speed": "min_speed",
    "task": "tasks", "engine": "engines", "model": "model", "hardware": "machine",
    "since": "since",
}  # fmt: skip
"""The field at fault (`UsageError.field`) -> the field on the screen."""
PRESETS = {"loss": "accuracy", "min_speed": "speed"}
"""Number -> the choice that asks for it."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Every answer as text; '' leaves it to the advisor."""

    hardware: str = ""
    """A name or a saved probe; '' is this machine."""
    ram: str = ""
    vram: str = ""
    bandwidth: str = ""
    model: str = ""
    """'' asks for a suggestion."""
    tasks: str = "chat"
    accuracy: str = "best"
    loss: str = ""
    speed: str = "any"
    min_speed: str = ""
    context: str = ""
    requests: str = "1"
    engines: str = ""
    kv_type: str = "auto"
    calibration: bool = True
    licence: str = ""
    """Of the models to choose among, as are the next three; a model named needs no choice."""
    modality: str = ""
    since: str = ""
    tools: bool = False

    @classmethod
    def of(cls, value: object) -> Answers:
        """Answers kept by an earlier version or an edited file: what is no answer is dropped."""
        known = {field.name: type(field.default) for field in fields(cls)}
        kept = value if isinstance(value, dict) else {}
        found = cls(**{name: kept[name] for name, kind in known.items() if isinstance(kept.get(name), kind)})
        return replace(
            found,
            accuracy=found.accuracy if found.accuracy in ACCURACY else "best",
            speed=found.speed if found.speed in SPEED else "any",
            licence=found.licence if found.licence in LICENCES else "",
            modality=found.modality if found.modality in READS else "",
        )

    def having(self, answers: Mapping[str, str]) -> Answers:
        """These with the texts *answers*, by the names of the fields, in place of their own."""
        return Answers(**{**asdict(self), **answers})

    def kept(self) -> dict[str, object]:
        """What `of` reads again."""
        return asdict(self)


def machine_argv(answers: Answers) -> list[str]:
    """The machine as options."""
    named = (
        ("hardware", answers.hardware),
        ("ram", answers.ram),
        ("vram", answers.vram),
        ("bandwidth", answers.bandwidth),
    )
    return [part for name, text in named if text.strip() for part in (f"--{name}", text.strip())]


def stated(answers: Answers) -> need.Stated:
    """The need in the words of the command line's options."""
    loss = answers.loss if answers.accuracy == "number" else ACCURACY[answers.accuracy][1]
    speed = answers.min_speed if answers.speed == "number" else SPEED[answers.speed][1]
    open_choice = not answers.model.strip()
    return need.Stated(
        task=(answers.tasks.strip(),) if answers.tasks.strip() else (),
        max_loss=_text(loss),
        min_speed=_text(speed),
        context=_text(answers.context),
        concurrency=None if answers.requests.strip() == "1" else _text(answers.requests),
        engine=(answers.engines,) if answers.engines.strip() else (),
        kv_cache=None if answers.kv_type == "auto" else answers.kv_type,
        no_calibration=not answers.calibration,
        objective="speed" if answers.speed == "fastest" else None,
        licence=(answers.licence,) if open_choice and answers.licence else (),
        modality=answers.modality or None if open_choice else None,
        since=_text(answers.since) if open_choice else None,
        tools=open_choice and answers.tools,
    )


def _text(answer: str | None) -> str | None:
    """None for a field left blank."""
    return (answer or "").strip() or None


def command(answers: Answers, name: str = "recommend") -> str:
    """The command line that gives the same answer."""
    model = ["--model", answers.model.strip()] if answers.model.strip() else []
    return need.command(name, stated(answers), *model, *machine_argv(answers))


def requirements(answers: Answers, model: ModelProfile | None) -> Requirements:
    """The Requirements document, made where the command line's is made; UsageError for nonsense."""
    return need.requirements(stated(answers), model)


def problems(answers: Answers) -> dict[str, str]:
    """Field -> what is wrong with it and the mend; empty when the need can be understood."""
    found = {}
    blank = Answers()
    for name, needed in (("loss", {"accuracy": "number"}), ("min_speed", {"speed": "number"})):
        preset = next(iter(needed))
        if getattr(answers, preset) == "number" and not getattr(answers, name).strip():
            found[name] = "give a number, such as 2" + (" %" if name == "loss" else "0")
    for name in ("tasks", "loss", "min_speed", "context", "requests", "engines", "since"):
        needed = {"loss": {"accuracy": "number"}, "min_speed": {"speed": "number"}}.get(name, {})
        if any(getattr(answers, key) != value for key, value in needed.items()):
            continue
        try:
            requirements(blank.having({name: getattr(answers, name), **needed}), None)
        except UsageError as error:
            found.setdefault(name, _mended(name, plain_words(error)))
    return found


def _mended(name: str, text: str) -> str:
    """The example fits the field: a count of requests is no count of tokens."""
    if name == "requests":
        return text.replace("a whole number above zero such as 8192 or 8k", "a number of requests such as 4")
    return text


def plain_words(error: Exception | str) -> str:
    """A message that begins with an option begins with the field: '--context x: …' is 'Context x: …'.

    Options further on stay as they are written: there they are part of a command.
    """
    named = re.match(r"--([a-z-]+)", str(error))
    if not named:
        return in_place(str(error))
    return _LABELS.get(named[1], named[1].replace("-", " ")) + in_place(str(error)[named.end() :])


def field_of(error: Exception, shown: Container[str], otherwise: str = "") -> str:
    """Which of the fields *shown* is at fault; *otherwise* when none of them is."""
    name = FIELD_OF.get(getattr(error, "field", ""), "")
    return name if name in shown else otherwise


def valid(answers: Answers) -> Answers:
    """What is worth keeping for next time: the default in place of what cannot be understood."""
    blank, wrong = Answers(), problems(answers)
    names = {*wrong, *(PRESETS[name] for name in wrong if name in PRESETS)}
    return answers.having({name: getattr(blank, name) for name in names})


def explicit(answers: Answers, need: Requirements) -> Answers:
    """The answers with presets as the numbers they stand for, so that fields can show and change them."""
    loss = "" if need.max_loss_pct is None else f"{need.max_loss_pct:g}"
    speed = "" if need.min_decode_tokens_per_s is None else f"{need.min_decode_tokens_per_s:g}"
    return replace(
        answers,
        loss=loss,
        min_speed=speed,
        accuracy="number" if loss else "best",
        speed="number" if speed else answers.speed,
    )
