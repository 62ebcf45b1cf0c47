"""Documents as plain text for people."""

from __future__ import annotations

from advisor.documents.outcome import Estimate, Placement
from advisor.documents.recommendation import ExpectedScore, NearestMiss, Plan, Recommendation, Rejection
from advisor.documents.requirements import Requirements

_WIDTH = 78


def recommendation_text(document: Recommendation) -> str:
    """The answer as a page of text."""
    lines = [f"Machine: {document.hardware.name}"]
    if document.recommendation is None:
        lines += ["", _nothing(document)]
        if document.nearest_miss:
            lines += ["", *_miss(document.nearest_miss)]
    else:
        lines += ["", *plan_text(document.recommendation, document.requirements)]
    lines += _fleet(document) if document.requirements.model is None else _runners_up(document.alternatives)
    if document.what_would_change:
        lines += ["", "What would change this:", *_bullets(document.what_would_change)]
    lines += _rejected(document.rejected)
    if document.warnings:
        lines += ["", "Warnings:", *_bullets(document.warnings)]
    return "\n".join(lines)


def plan_text(plan: Plan, requirements: Requirements) -> list[str]:
    """One plan: figures with intervals, then the commands."""
    out = plan.predicted
    imatrix = " with imatrix" if plan.imatrix else ""
    lines = [
        f"Recommended: {plan.scheme}{imatrix} of {plan.model}",
        f"  on {plan.engine} ({plan.backend}), {placement_words(out.placement)}, {plan.kv_type} KV cache",
        f"  room for {plan.context_tokens} tokens x {plan.concurrency} "
        f"request{'s' if plan.concurrency != 1 else ''}; "
        f"speeds are for {load_words(requirements)}",
        "",
    ]
    rows = [
        ("File", size(out.file_size_bytes), f"{out.bpw.value:.2f} bits per weight"),
        ("Memory", gibibytes(out.memory_bytes), ""),
        ("Loss on the tasks", interval(plan.loss_pct, "%"), _upper(plan)),
        *((f"  {name}", interval(_loss(kept), "%"), "") for name, kept in out.retained_accuracy_pct.items()),
        ("Perplexity ratio", interval(out.perplexity_ratio, ""), ""),
        ("Decode", interval(out.decode_tokens_per_s, "tokens/s"), ""),
        ("Prefill", interval(out.prefill_tokens_per_s, "tokens/s"), ""),
        ("First token after", interval(out.time_to_first_token_s, "s"), ""),
    ]
    if plan.concurrency > 1:
        rows.append(("All requests", interval(out.throughput_tokens_per_s, "tokens/s"), ""))
    lines += [f"  {name:<20} {figure}{'  ' + note if note else ''}" for name, figure, note in rows]
    if plan.file.fits_disk is False:
        lines.append(f"  {'Disk':<20} {plan.file.disk_free_bytes / 1e9:.1f} GB free: not enough")
    for score in plan.expected_scores:
        lines += _score(score)
    if plan.score_note:
        lines.append(f"  {'Scores':<20} {plan.score_note}")
    lines += ["", "Why:", *_bullets(plan.why), "", "Run:", *_indent(plan.run_command)]
    if plan.make_command:
        lines += ["", f"Make ({plan.make_cost}):" if plan.make_cost else "Make:", *_indent(plan.make_command)]
    if plan.recovery:
        lines += ["", "To win accuracy back:"]
        lines += _bullets(
            tuple(f"{r.name}: {r.gain} (cost: {r.cost}; {r.source_url})" for r in plan.recovery)
        )
    return lines


def load_words(requirements: Requirements) -> str:
    """The load behind the speeds."""
    loads = requirements.loads
    words = f"a prompt of {loads[0].prompt_tokens} and an answer of {loads[0].output_tokens} tokens"
    if len(loads) == 1:
        return words
    total = sum(load.weight for load in loads)
    return (
        words
        + ", "
        + ", ".join(f"{100 * load.weight / total:.0f} % among {load.concurrency}" for load in loads)
    )


def placement_words(placement: Placement | None) -> str:
    """Where it lives, in words."""
    if placement is None:
        return "not placed"
    return {
        "gpu": "all on the GPU",
        "unified": "in unified memory",
        "cpu": "on the CPU",
        "split": f"{placement.gpu_layers} of {placement.n_layers + 1} layers on the GPU",
        "experts-on-cpu": f"experts of {placement.cpu_expert_layers} layers on the CPU",
        "multi-gpu": f"split over {placement.n_gpus} GPUs",
        "tensor-parallel": f"tensor parallel over {placement.tensor_parallel} GPUs",
        "pipeline-parallel": f"pipeline over {placement.pipeline_parallel} x "
        f"{placement.tensor_parallel} GPUs",
    }.get(placement.kind, placement.kind)


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


def _score(score: ExpectedScore) -> list[str]:
    import textwrap

    text = (
        f"{score.expected.value:.1f} expected ({score.published:g} published unquantized, "
        f"{score.reported_by}, {score.setting})"
    )
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {score.benchmark:<20} ", subsequent_indent=" " * 23)


def _loss(kept: Estimate | None) -> Estimate | None:
    return kept.to_loss() if kept else None


def _upper(plan: Plan) -> str:
    return "" if plan.loss_upper_pct is None else f"at most {plan.loss_upper_pct:.1f} %"


def _nothing(document: Recommendation) -> str:
    if document.status == "not_measured":
        return "There are not enough measurements to answer this need."
    return "Nothing fits this need on this machine."


def _miss(miss: NearestMiss) -> list[str]:
    plan = miss.plan
    lines = [f"Nearest miss: {plan.scheme} of {plan.model} on {plan.engine}", *_bullets(miss.misses)]
    return [*lines, f"  It would do with: {miss.change}"] if miss.change else lines


def _runners_up(plans: tuple[Plan, ...]) -> list[str]:
    if not plans:
        return []
    return [
        "",
        "Runners-up:",
        *table([_columns(plan) for plan in plans], ("scheme", "engine", "file", "loss", "decode tok/s")),
    ]


def _fleet(document: Recommendation) -> list[str]:
    plans = [plan for plan in (document.recommendation, *document.alternatives) if plan]
    if not plans:
        return []
    plans.sort(key=lambda plan: -plan.predicted.file_size_bytes.value)
    rows = [(plan.model, *_columns(plan)) for plan in plans]
    return [
        "",
        "For each current family, the largest member that fits:",
        *table(rows, ("model", "scheme", "engine", "file", "loss", "decode tok/s")),
    ]


def _columns(plan: Plan) -> tuple[str, ...]:
    out = plan.predicted
    decode = out.decode_tokens_per_s
    loss = f"{plan.loss_pct.value:.1f} %" if plan.loss_pct else "not measured"
    return (
        plan.scheme,
        plan.engine,
        f"{out.file_size_bytes.value / 1e9:.1f} GB",
        loss,
        f"{number(decode.value)} ({number(decode.low)} to {number(decode.high)})"
        if decode
        else "not measured",
    )


def _rejected(rejections: tuple[Rejection, ...]) -> list[str]:
    if not rejections:
        return []
    kinds: dict[str, list[Rejection]] = {}
    for rejection in rejections:
        kinds.setdefault(rejection.kind, []).append(rejection)
    lines = ["", f"Rejected ({len(rejections)}):"]
    for kind, group in kinds.items():
        # A fleet rejects models, one model's answer rejects schemes.
        names = list(dict.fromkeys(r.model if r.scheme == "any" else r.scheme for r in group))
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        lines += _bullets((f"{kind}: {shown}; e.g. {group[0].reason}",))
    return [*lines, "  (--json lists every one; `advisor tradeoffs` shows them side by side)"]


def _bullets(texts: tuple[str, ...]) -> list[str]:
    import textwrap

    return [
        line
        for text in texts
        for line in textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    ]


def _indent(text: str) -> list[str]:
    return ["  " + line for line in text.splitlines()]


def table(rows: list[tuple[str, ...]], header: tuple[str, ...]) -> list[str]:
    """Columns padded to their widest cell."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
