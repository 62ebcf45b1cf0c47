"""How many tokens a plan keeps room for: what was asked for (refused beyond what the model reads), or what
nobody asked for and may shrink; and what is said of room that other programs may take."""

from __future__ import annotations

from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.sizing.plan import CONTEXT_STEP


def check_context(asked: int | str | None, model: ModelProfile) -> None:
    """Raises UsageError for a context in tokens that *model* does not read; `auto` and unstated ones pass."""
    most = model.context_length
    if most is not None and isinstance(asked, int) and asked > most:
        raise UsageError(
            f"{model.name} reads at most {most} tokens and --context asks for {asked}: "
            "lower --context or choose a model with a longer one",
            field="context",
        )


def check_prompts(requirements: Requirements, model: ModelProfile) -> None:
    """Raises UsageError for a prompt longer than all that *model* reads."""
    longest = max(load.prompt_tokens for load in requirements.loads)
    if model.context_length is not None and longest > model.context_length:
        raise UsageError(
            f"{model.name} reads at most {model.context_length} tokens and a prompt has {longest}: "
            "shorten it or choose a model with a longer context",
            field="prompt",
        )


def rooms(requirements: Requirements, model: ModelProfile) -> tuple[int, ...]:
    """Context sizes to plan for, the one wanted first; the second, if any, is the least that would do.

    An unstated context is soft: it may shrink to one request's prompt and answer, and never costs accuracy.
    """
    asked = requirements.context_tokens
    if isinstance(asked, int):
        return (asked,)
    most = model.context_length
    least = min(requirements.request_tokens, most) if most else requirements.request_tokens
    wanted = min(requirements.room_tokens, most) if most else requirements.room_tokens
    if asked == "max":
        return (least,)
    return (wanted, least) if least < wanted else (wanted,)


def largest(least: int, wanted: int, fits_tokens: int | None) -> int:
    """The largest context from *least* to *wanted* of which *fits_tokens* says that it fits."""
    found = (fits_tokens or 0) // CONTEXT_STEP * CONTEXT_STEP
    return max(least, min(wanted, found))


def free_now(hardware: HardwareProfile) -> tuple[str, ...]:
    """What is to be said of a probed machine: its plans rest on the memory that was free at that moment."""
    places = [(hardware.memory.available_bytes, hardware.memory.total_bytes, "main memory")]
    places += [(gpu.memory_free_bytes, gpu.memory_total_bytes, gpu.name) for gpu in hardware.gpus]
    counted = [
        f"{free / 2**30:.1f} of {total / 2**30:.1f} GiB of {name}"
        for free, total, name in dict.fromkeys(places)
        if free is not None and total is not None
    ]
    if hardware.source != "probe" or not counted:
        return ()
    return (
        f"plans count the memory that was free when this machine was probed ({', '.join(counted)}): what "
        "other programs take or give back changes the answer; state --ram or --vram to plan for all of it",
    )
