"""A fleet's plan as a page of text."""

from __future__ import annotations

from advisor.documents.fleet import FleetPlan, ShapePlan
from advisor.report.figures import interval, number, table
from advisor.report.terminal import cleaned

_NODES_NAMED = 3


def fleet_text(document: FleetPlan) -> str:
    """One line a kind of machine, the sum, what is unused, and how to run each."""
    document = cleaned(document)
    rows = [_row(found) for found in document.shapes]
    heads = ("nodes", "machine", "scheme", "engine", "at once", "requests/s", "tokens/s", "loss %")
    total = document.capacity
    lines = [
        *table(rows, heads),
        "",
        f"Together: {interval(total.requests_per_s, 'requests/s')}, "
        f"{interval(total.throughput_tokens_per_s, 'tokens/s')}, {total.concurrency} requests at once",
    ]
    if total.throughput_tokens_per_s is not None:
        lines.append(f"({'; '.join(total.throughput_tokens_per_s.evidence)})")
    for found in document.shapes:
        if found.plan is not None:
            lines += ["", f"{_nodes(found)}:", f"  {found.plan.run_command}"]
        else:
            why = found.nearest_miss.misses if found.nearest_miss else found.why_not
            lines += ["", f"{_nodes(found)}: {'; '.join(why)}"]
            lines += [f"  it would do with {change}" for change in _changes(found)]
        lines += [f"  ({note})" for note in _notes(found)]
    if document.unused:
        lines += ["", "Unused:", *(f"  {found.node}: {found.why_not}" for found in document.unused)]
    return "\n".join(lines)


def _row(found: ShapePlan) -> tuple[str, ...]:
    count = f"{found.places}"
    if found.plan is None or found.capacity is None:
        return (count, found.hardware.name, found.status.replace("_", " "), "", "", "", "", "")
    capacity, loss = found.capacity, found.plan.loss_pct
    return (
        count,
        found.hardware.name,
        found.plan.scheme,
        found.plan.engine,
        str(capacity.concurrency),
        number(capacity.requests_per_s.value) if capacity.requests_per_s else "not measured",
        number(capacity.throughput_tokens_per_s.value)
        if capacity.throughput_tokens_per_s
        else "not measured",
        number(loss.value) if loss else "not measured",
    )


def _changes(found: ShapePlan) -> tuple[str, ...]:
    """What would give the machines a plan."""
    nearest = found.nearest_miss
    return ((nearest.change,) if nearest and nearest.change else ()) + found.what_would_change


def _notes(found: ShapePlan) -> tuple[str, ...]:
    """What was assumed of the machines, and what is not known of their GPUs; without a speed, why."""
    timed = found.capacity and found.capacity.throughput_tokens_per_s
    said = found.hardware.notes if timed or found.plan is None else found.warnings
    unknown = [why for part, why in found.hardware.unknown.items() if part.startswith("gpus.")]
    return tuple(dict.fromkeys((*said, *unknown)))


def _nodes(found: ShapePlan) -> str:
    named = ", ".join(found.nodes[:_NODES_NAMED])
    more = len(found.nodes) - _NODES_NAMED
    return f"{named} and {more} more" if more > 0 else named
