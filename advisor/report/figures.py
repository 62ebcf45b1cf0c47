"""Figures as words: one form for the command line and the TUI."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.documents.outcome import Estimate, Placement
from advisor.report.terminal import clean


def placement_words(placement: Placement | None) -> str:
    """Where it lives, in words."""
    if placement is None:
        return "not placed"
    each = f" on each of {placement.replicas} nodes" if placement.replicas > 1 else ""
    words = {
        "gpu": "all on the GPU",
        "unified": "in unified memory",
        "cpu": "on the CPU",
        "split": f"{placement.gpu_layers} of {placement.n_layers + 1} layers on the GPU",
        "experts-on-cpu": f"experts of {placement.cpu_expert_layers} layers on the CPU",
        "multi-gpu": f"split over {placement.n_gpus} GPUs",
        "tensor-parallel": f"tensor parallel over {placement.tensor_parallel} GPUs"
        + (f" in each of {placement.pipeline_parallel} stages" if placement.pipeline_parallel > 1 else ""),
        "pipeline-parallel": f"pipeline over {placement.pipeline_parallel} x "
        f"{placement.tensor_parallel} GPUs",
        "data-parallel": f"requests and experts over {placement.n_gpus} GPUs",
    }
    return words.get(placement.kind, placement.kind) + each


def size(estimate: Estimate | None) -> str:
    """Bytes as GB with their interval when they have one."""
    if estimate is None:
        return "not known"
    units = ((1e9, "GB"), (1e6, "MB"))
    unit, name = next((pair for pair in units if estimate.value >= pair[0] / 10), (1e3, "KB"))
    low, value, high = (f"{end / unit:.2f}" for end in (estimate.low, estimate.value, estimate.high))
    if low == value == high:
        return f"{value} {name}"
    return f"{value} {name} ({low} to {high}, {estimate.basis})"


def gibibytes(estimate: Estimate | None) -> str:
    """Memory, which is sold and counted in GiB."""
    return gib(None if estimate is None else estimate.value, "not known")


def gib(count: float | None, unknown: str = "unknown") -> str:
    """A number of bytes as GiB."""
    return unknown if count is None else f"{count / 2**30:.1f} GiB"


def interval(estimate: Estimate | None, unit: str) -> str:
    """Value, interval and basis."""
    if estimate is None:
        return "not measured"
    unit = f" {unit}" if unit else ""
    if estimate.basis == "exact":
        return f"{estimate.value:.3g}{unit} (exact)"
    low, high = number(estimate.low), number(estimate.high)
    return f"{number(estimate.value)}{unit} ({low} to {high}, {estimate.basis})"


def number(value: float) -> str:
    """Three significant digits, without exponents for the sizes met here."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.1 else f"{value:.2f}"


def table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> list[str]:
    """Columns padded to their widest cell; what steers a terminal stands as its escape."""
    rows = [tuple(map(clean, row)) for row in rows]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]


def lost(kept: Estimate | None) -> Estimate | None:
    """The loss that an accuracy kept leaves, in percent."""
    return kept.to_loss() if kept else None


def span(figure: Estimate, unit: str) -> str:
    """Value, interval, unit and basis, in that order."""
    if figure.basis == "exact":
        return f"{number(figure.value)} {unit} (exact)"
    return f"{number(figure.value)} ({number(figure.low)} to {number(figure.high)}) {unit}, {figure.basis}"


def milliseconds(decode: Estimate | None) -> str:
    """Decode as milliseconds per token; '' when it is not known."""
    return f"{1000 / decode.value:.1f} ms/token" if decode and decode.value > 0 else ""
