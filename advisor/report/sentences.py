"""The terms behind a figure in sentences, each with the numbers of the plan it explains."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from advisor.documents.outcome import Estimate
from advisor.report.figures import gib, interval, lost, number, size

Section = Mapping[str, Any]
"""A section of `explain`."""

_STEPS = {
    "read": "reading the weights",
    "kv": "reading the KV cache",
    "launch": "starting kernels",
    "compute": "unpacking and multiplying",
    "together": "multiplying for the other requests",
    "hand": "handing over between processor and card",
    "host": "choosing the token",
    "matmul": "multiplying matrices",
    "attention": "attention",
    "load": "reading the weights",
    "upload": "bringing weights to the card",
    "weights_read_ms": "reading the weights",
    "experts_read_ms": "reading experts",
    "arithmetic_ms": "arithmetic",
    "kv_cache_read_ms": "reading the KV cache",
    "overhead_ms": "the engine's own work",
}
"""What takes time -> words."""
_LARGEST = 3
"""Parts of the model named by their size; the rest is small beside them."""


def sentences(name: str, section: Section) -> list[str]:
    """What the *section* NAME says, a sentence a line; lines that begin with a dash say what it rests on.

    Of a section of another name there is nothing to say.
    """
    if "why not" in section:
        return [f"Not predicted: {section['why not']}."]
    told = _SECTIONS.get(name)
    return list(told(section)) if told else []


def _size(section: Section) -> Iterator[str]:
    file = Estimate(**section["file"])
    yield f"The file takes {size(file)}: {section['bpw']:.2f} bits a weight on average."
    yield from _from(file)
    types = section["tensors by type"]
    yield f"Its tensors are stored as {_listed(f'{kind} ({n})' for kind, n in types.items())}."
    roles = sorted(section["bytes by role"].items(), key=lambda item: -item[1])
    whole = sum(section["bytes by role"].values())
    largest = (f"{role} {100 * taken / whole:.0f} %" for role, taken in roles[:_LARGEST])
    yield f"The largest parts are {_listed(largest)}."
    if read := section.get("bytes read per token"):
        yield f"{read / 1e9:.2f} GB of it are read for every token written, which bounds the speed."
    if images := section.get("images"):
        yield f"{images}."


def _memory(section: Section) -> Iterator[str]:
    for device in (part for part in section.values() if isinstance(part, Mapping)):
        parts = (
            (device["weights_bytes"], "of weights"),
            (device["kv_cache_bytes"], "of KV cache"),
            (device["compute_bytes"], "of working buffers"),
            (device["overhead_bytes"], "for the engine itself"),
        )
        holds = _listed(f"{taken / 2**30:.2f} {what}" for taken, what in parts if taken)
        planned, available = device["planned_bytes"], device["available_bytes"]
        room = f" of {gib(available)} ({100 * planned / available:.0f} %)" if available else ""
        yield f"{device['device']} holds {gib(planned)}{room}: {holds or 'nothing'}."
    if context := section.get("largest context"):
        yield f"A context of up to {context} tokens fits, asked for by one request."
    if (requests := section.get("most requests") or 0) > 1:
        yield f"With the context asked for, {requests} requests fit at once."


def _speed(section: Section) -> Iterator[str]:
    figures = {name: Estimate(**figure) for name, figure in section["figures"].items() if figure}
    terms = section.get("terms") or {}
    for name, unit, what in (
        ("decode", "tokens_per_s", "One request is written"),
        ("prefill", "tokens_per_s", "Its prompt is read"),
    ):
        if figure := figures.get(f"{name}_{unit}"):
            yield f"{what} at {interval(figure, 'tokens/s')}."
            yield from _time(terms.get(name) or {}, name)
            yield from _from(figure)
    yield from _step(terms)
    if first := figures.get("time_to_first_token_s"):
        yield f"The first word comes after {interval(first, 's')}: that is the time to read the prompt."
    if latency := figures.get("request_latency_s"):
        yield f"A whole request takes {interval(latency, 's')}."
    if together := figures.get("throughput_tokens_per_s"):
        yield f"All requests together are written at {interval(together, 'tokens/s')}."


def _time(terms: Section, name: str) -> Iterator[str]:
    """Where the time of a token goes on an engine of one request."""
    if not terms:
        return
    steps = {_STEPS.get(key, key): 1e3 * taken for key, taken in terms["term_seconds"].items()}
    yield f"A token takes {_ms(1e3 * terms['seconds_per_token'])}: {_shares(steps)}."
    if name == "decode":
        for device in terms["devices"]:
            read, bandwidth = (device[key] / 1e9 for key in ("bytes_per_token", "bandwidth_bytes_per_s"))
            who = device["device"] or "The processor"
            yield f"{who} reads {read:.2f} GB a token; its memory gives at most {bandwidth:.4g} GB/s."
        yield f"Together that is {100 * terms['efficiency']:.0f} % of what the memory could give."
    if terms["device_effect"] != 1:
        effect = f"{terms['device_effect']:.2f}"
        yield f"What was measured on it is {effect} times as fast as its specifications say."


def _step(terms: Section) -> Iterator[str]:
    """Where the time of a step goes on an engine of many requests; figures in milliseconds."""
    if "step_ms" not in terms:
        return
    steps = {words: terms[key] for key, words in _STEPS.items() if terms.get(key)}
    step, token = _ms(terms["step_ms"]), _ms(terms["tpot_ms"])
    yield (
        f"A step writes a token of each of {terms['requests_in_flight']:.3g} requests in {step}, or {token} "
        f"with the prompts read meanwhile: {_shares(steps)}."
    )
    yield f"A prompt is read in {_ms(terms['prompt_ms'])}."
    if terms["device_correction"] != 1:
        yield f"On this device it was measured to take {terms['device_correction']:.2f} times that."


def _accuracy(section: Section) -> Iterator[str]:
    upper = section.get("loss_upper_pct") or {}
    for name, figure in section["figures"].items():
        if not figure:
            yield f"Nothing is known of the score in {name}."
            continue
        kept = Estimate(**figure)
        most = f"; at the confidence asked for it is at most {upper[name]:.2f} %" if name in upper else ""
        yield f"Of the score in {name}, {interval(lost(kept), '%')} is lost{most}."
        yield from _from(kept)
    for name, words in (
        ("perplexity_ratio", "On running text its perplexity is {} times that of the unquantized model."),
        ("kl_divergence", "Token by token its distribution is {} nats from the unquantized one (KLD)."),
    ):
        if figure := section.get(name):
            estimate = Estimate(**figure)
            low, value, high = (f"{end:.4f}" for end in (estimate.low, estimate.value, estimate.high))
            yield words.format(f"{value} ({low} to {high}, {estimate.basis})")
            yield from _from(estimate)
    if terms := section.get("terms"):
        yield _estimated(terms)
        near = [f"{row['scheme']}{' calibrated' * row['imatrix']}" for row in terms.get("measured") or ()]
        yield f"Measured of this model: {_listed(near)}." if near else "Nothing of this model was measured."


def _estimated(terms: Section) -> str:
    group = f" in groups of {terms['group']}" if terms["group"] else ""
    how = f"{terms['method']}, {'calibrated' if terms['calibrated'] else 'not calibrated'}"
    return (
        f"Estimated for {terms['effective_bits']:.2f} bits a weight{group} ({how}), "
        f"{terms['activations']} activations and a KV cache of {terms['kv_bits']:g} bits, in a model of "
        f"{terms['params_b']:.3g} billion weights ({terms['family']}, {terms['year']:.0f})."
    )


def _from(estimate: Estimate) -> Iterator[str]:
    """What *estimate* rests on."""
    for source in estimate.evidence:
        yield f"- {plain_source(source)}"


_GROUPS = {"gpu": "GPUs", "cpu": "processors", "moe": "mixtures of experts", "dense": "dense models"}
"""Part of a stratum, as intervals are grouped by -> words."""


def plain_source(source: str) -> str:
    """'from …': a piece of evidence without counts of nothing and the keys that rows are grouped by."""
    source = re.sub(r"^0 rows of 0 sources: (.+) × (.+)", r"no rows of \1 on \2: what like ones lose", source)
    source = re.sub(r"\b1 (row|source)s\b", r"1 \1", source)
    source = re.sub(r"\(((?:gpu|cpu)(?:\|[^()|]+)*)\)", _grouped, source)
    return source if source.startswith("interval from") else f"from {source}"


def _grouped(stratum: re.Match[str]) -> str:
    return f"({', '.join(_GROUPS.get(part, part) for part in stratum[1].split('|'))})"


def _shares(steps: Mapping[str, float]) -> str:
    return _listed(f"{words} {_ms(taken)}" for words, taken in steps.items())


def _ms(milliseconds: float) -> str:
    return f"{number(milliseconds)} ms" if milliseconds >= 0.1 else f"{1e3 * milliseconds:.0f} µs"


def _listed(parts: Iterator[str] | list[str]) -> str:
    """'a, b and c'."""
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} and {last}" if first else last


_SECTIONS: dict[str, Callable[[Section], Iterator[str]]] = {
    "size": _size,
    "memory": _memory,
    "speed": _speed,
    "accuracy": _accuracy,
}
