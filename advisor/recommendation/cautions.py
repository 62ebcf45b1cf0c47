"""What whoever follows a plan should know: assumptions, limits, and figures that are weak."""

from __future__ import annotations

from advisor.catalog.ready import published
from advisor.documents.hardware import HardwareProfile
from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Requirements
from advisor.engines import engine_for, facts
from advisor.prediction.local_speed.predict import narrowed
from advisor.recommendation.context_room import free_now, rooms
from advisor.recommendation.judge import Judged
from advisor.recommendation.rank import objective_of
from advisor.recommendation.reading import PATIENCE_S, READING_TOKENS_PER_S

WIDE = 3.0
"""Highest ÷ lowest speed from which measuring pays: Q8_0 and Q3_K_S of one model differ by less, so that the
interval says less than the sizes do."""


def cautions(best: Judged, requirements: Requirements, hardware: HardwareProfile) -> tuple[str, ...]:
    """The lines, in the order they are read: of machine, model, figures, files and engine."""
    lines = [
        *hardware.notes,
        *free_now(hardware),
        *best.case.model.notes,
        *best.outcome.warnings,
        *_about_loss(best, requirements),
        *_about_memory(best, requirements, hardware),
        *_about_speed(best, requirements),
        *_about_drafting(best),
        *_about_files(best),
    ]
    if best.candidate.note:
        lines.append(f"{best.case.engine}: {best.candidate.note}")
    return tuple(dict.fromkeys(lines))


def _about_files(best: Judged) -> list[str]:
    case = best.case
    ready = published(case.model, case.scheme, facts(case.engine), case.imatrix, case.backend)
    return [ready.doubt] if ready and ready.doubt else []


def _about_loss(best: Judged, requirements: Requirements) -> list[str]:
    if best.loss is None:
        lines = ["its accuracy was never measured: no loss can be stated"]
        if objective_of(requirements) != "accuracy":
            lines.append("ranked without regard to accuracy, which is not known")
        return lines
    weak = [
        name
        for name, kept in best.outcome.retained_accuracy_pct.items()
        if kept and kept.basis == "extrapolated"
    ]
    if not weak:
        return []
    return [f"the loss on {', '.join(weak)} is extrapolated: too few measurements of this kind"]


def _about_memory(best: Judged, requirements: Requirements, hardware: HardwareProfile) -> list[str]:
    lines = []
    if hardware.gpus and hardware.memory.total_bytes is None and not hardware.gpus[0].unified_memory:
        lines.append(
            "only the GPU is named: plans that also use main memory are left out; give --ram to have them"
        )
    said = any("main memory" in note for note in hardware.notes)
    if hardware.memory.total_bytes is None and not hardware.gpus and not said:
        lines.append(
            "the memory of this machine is not known, so nothing says that it fits: give it, e.g. --ram 16GB"
        )
    wanted = rooms(requirements, best.case.model)[0]
    if best.case.context_tokens < wanted:
        lines.append(
            f"room for {best.case.context_tokens} tokens, because a context nobody asked for must not cost "
            f"accuracy: --context {wanted} asks for the usual one"
        )
    return lines


def _about_drafting(best: Judged) -> list[str]:
    """Models that predict several tokens ahead: what that gains has no measurement behind it."""
    blocks = best.case.model.mtp_layers
    if not blocks or best.outcome.decode_tokens_per_s is None:
        return []
    return [
        f"{best.case.model.name} can draft its own next tokens (MTP, {blocks} block{'s' * (blocks > 1)}): "
        "what that gains here is not measured, and the figures are without it"
    ]


def _about_speed(best: Judged, requirements: Requirements) -> list[str]:
    decode = best.outcome.decode_tokens_per_s
    if decode is None:
        return ["its speed is not known: see `unknown` in the hardware, or give --bandwidth"]
    lines = []
    ttft = best.outcome.time_to_first_token_s
    if ttft is not None and ttft.value > PATIENCE_S:
        prompt = max(load.prompt_tokens for load in requirements.loads)
        lines.append(f"the first token of a prompt of {prompt} tokens takes {ttft.value:.0f} s")
    if decode.value < READING_TOKENS_PER_S:
        lines.append(
            f"{decode.value:.2g} tokens/s is below reading speed ({READING_TOKENS_PER_S:.2g} tokens/s): "
            "whoever reads along waits"
        )
    if decode.basis == "measured-here" and decode.evidence:
        lines.append(f"your own measurements: {decode.evidence[0]}")
    elif decode.basis == "extrapolated":
        why = decode.evidence[0] if decode.evidence else "nothing like it was measured"
        lines.append(f"its speed is extrapolated: {why}")
    return lines + _worth_measuring(best, decode)


def _worth_measuring(best: Judged, decode: Estimate) -> list[str]:
    """What measuring on the machine would tell, where little is known and no download is needed for it."""
    case, placed = best.case, best.outcome.placement
    if decode.basis == "measured-here" or placed is None or placed.kind in ("split", "experts-on-cpu"):
        return []
    named = case.engine == engine_for("gguf") and case.model.source == "catalogue"
    if not named or not 0 < WIDE * decode.low < decode.high:
        return []
    return [
        f"its speed is known within a factor of {decode.high / decode.low:.1f} only: on the machine itself "
        f"`advisor measure speed --synthetic {case.model.name} --scheme {case.scheme.name}` brings that to "
        f"{narrowed(decode):.1f} in minutes, with random weights and no download"
    ]
