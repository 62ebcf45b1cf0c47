"""The cheapest machines as a page of text."""

from __future__ import annotations

from advisor.documents.offers import HardwareAnswer, NearestOffer, OfferPlan
from advisor.documents.outcome import Estimate
from advisor.report.figures import number, table
from advisor.report.terminal import cleaned

_HEADS = (
    "from",
    "machine",
    "of",
    "price",
    "scheme",
    "engine",
    "at once",
    "tok/s each",
    "loss %",
    "$/M out",
    "$/M in",
)


def offers_text(answer: HardwareAnswer) -> str:
    """Rent, then buy, each price with its date; then what was left out."""
    answer = cleaned(answer)
    lines: list[str] = []
    for title, plans in (("Rent, by the hour:", answer.rent), ("Buy:", answer.buy)):
        if plans:
            lines += [title, *table([_row(plan) for plan in plans], _HEADS), ""]
            lines += [f"  {line}" for line in dict.fromkeys(_price(plan) for plan in plans)]
            lines.append("")
    if not answer.rent and not answer.buy:
        lines += ["No machine at hand meets the need.", *_nearest(answer.nearest_miss), ""]
    best = next(iter(answer.rent or answer.buy), None)
    if best is not None:
        lines += [f"Run on each {best.offer.name}:", f"  {best.plan.run_command}", ""]
    lines += [f"Not looked at: {line}" for line in answer.left_out]
    return "\n".join(lines).rstrip()


def _nearest(found: NearestOffer | None) -> list[str]:
    """The machine that comes closest, what it misses, and what would do."""
    if found is None:
        return []
    offer, plan = found.offer, found.miss.plan
    lines = [
        f"Nearest miss: {offer.name} of {offer.provider}, {plan.scheme} of {plan.model} on {plan.engine}",
        *(f"  - {text}" for text in found.miss.misses),
    ]
    return [*lines, f"  It would do with: {found.miss.change}"] if found.miss.change else lines


def _row(plan: OfferPlan) -> tuple[str, ...]:
    decode, loss = plan.plan.predicted.decode_tokens_per_s, plan.plan.loss_pct
    most = plan.replicas_high
    count = f"{plan.replicas}"
    if most != plan.replicas:
        count += f" (up to {most})" if most else " (no number is sure to do)"
    unit = "/h" if plan.offer.price.unit == "usd_per_hour" else ""
    return (
        plan.offer.provider,
        plan.offer.name,
        count,
        f"${number(plan.total)}{unit}",
        plan.plan.scheme,
        plan.plan.engine,
        str(plan.plan.concurrency),
        number(decode.value) if decode else "not measured",
        number(loss.value) if loss else "not measured",
        _dollars(plan.usd_per_million_output_tokens),
        _dollars(plan.usd_per_million_input_tokens),
    )


def _dollars(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    return f"{number(estimate.value)} ({number(estimate.low)}-{number(estimate.high)})"


def _price(plan: OfferPlan) -> str:
    """One line: what the price is, when it was read, and where; what buying saves."""
    price, offer = plan.offer.price, plan.offer
    unit = "USD an hour" if price.unit == "usd_per_hour" else "USD"
    parts = [
        f"{offer.name}: {price.amount:g} {unit}, {price.kind or 'price'}, {price.date}, {price.source_url}"
    ]
    if plan.p95_ttft_s is not None:
        parts.append(f"first token of 95 % within {number(plan.p95_ttft_s)} s, waiting included")
    if plan.break_even_hours is not None:
        parts.append(f"costs what {plan.break_even_hours:,.0f} hours of the cheapest rent cost")
    if offer.measured_decode_w is not None:
        parts.append(f"{offer.measured_decode_w:g} W read while decoding ({offer.measured_what})")
    return "; ".join(parts)
