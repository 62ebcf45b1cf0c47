"""The text of the learning pages, made with the user's numbers and the model's figures."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.documents.tradeoffs import Row, Table
from advisor.errors import AdvisorError
from advisor.report.tradeoffs import mix
from advisor.sizing.weights import weigh
from advisor.tui.rounding import Block, Choice, bits_per_number, error, quantize

LEVELS = ("Q2", "Q3", "Q4", "Q5", "Q6", "Q8")
SUFFIXES = ("_0", "_1", "_K", "_K_S", "_K_M", "_K_L")
_LABEL, _NUMBER, _LEVEL = 10, 8, 12
"""Cells of a line's name, of a number of one's own, of size and loss of a level."""
COMPARED = ("Q4_K_S", "Q4_K_M", "Q4_K_L")
SAYS = (
    ("Q4, Q5 …", "the level: bits of one weight, before the scales are counted"),
    ("_0, _1", "old formats: blocks of 32 with a scale (_0), or a scale and a minimum (_1)"),
    ("_K", "blocks in superblocks of 256, whose scales are quantized themselves"),
    ("_S _M _L", "how many tensors get a higher level: few, some, and token embeddings and output too"),
    ("IQ", "codebooks instead of even steps: fewer bits for the same loss, made with an importance matrix"),
    ("UD-", "levels chosen layer by layer by the publisher (unsloth)"),
    ("W4A16", "weights in 4 bits, activations in 16; W8A8 computes in 8 bits, which pays under load"),
    ("g128", "128 weights share a scale"),
)


def steps(values: tuple[float, ...], choice: Choice, width: int = 80) -> str:
    """The quantization of *values*, step by step, in lines of at most *width* cells."""
    blocks = quantize(values, choice)
    lines = [f"{choice.words}: codes {_range(choice)}", ""]
    for index, block in enumerate(blocks):
        lines += [
            *_block(block, choice, f"Block {index + 1} of {len(blocks)}: " * (len(blocks) > 1), width),
            "",
        ]
    count = bits_per_number(choice, len(values))
    lines.append(f"Root mean square error {error(blocks):.4g}, {count:.2f} bits a number with its scales")
    return "\n".join(lines)


def comparison(values: tuple[float, ...], block: int) -> str:
    """Error and bits of every way, for the same numbers: why blocks help."""
    lines = [f"{'':<38}{'error':>10}{'bits':>8}"]
    for bits in (8, 4):
        for symmetric in (True, False):
            for size in (0, block):
                choice = Choice(bits, symmetric, size)
                found = error(quantize(values, choice))
                lines.append(f"{choice.words:<38}{found:>10.4g}{bits_per_number(choice, len(values)):>8.2f}")
    largest = max(values, key=abs)
    return "\n".join(lines) + (
        f"\n\nOne scale for all is set by the largest number, {largest:g}: every other one is rounded to its "
        "steps. A scale a block confines that damage to its own block, for the price of one more scale."
    )


def levels(table: Table, width: int = 80) -> str:
    """File size and expected loss of this model by level and suffix; *width* cells hold so many suffixes."""
    rows = {row.scheme: row for row in table.rows if row.file_size_bytes}
    lines = [f"{table.model} on {table.hardware.name}: file GB, expected loss %"]
    beside = min(max((width - 3) // _LEVEL, 1), len(SUFFIXES))
    for first in range(0, len(SUFFIXES), beside):
        found = SUFFIXES[first : first + beside]
        lines += ["", "   " + "".join(f"{suffix:>{_LEVEL}}" for suffix in found)]
        for level in LEVELS:
            cells = [_cell(rows.get(level + suffix)) for suffix in found]
            if any(cells):
                lines.append(f"{level:<3}" + "".join(f"{cell or '-':>{_LEVEL}}" for cell in cells))
    return "\n".join(lines)


def suffixes(model: ModelProfile) -> str:
    """Which tensors of this model get more bits under S, M and L."""
    try:
        found = [weigh(model, find_scheme(name), True) for name in COMPARED]
    except AdvisorError as failure:
        return f"No shapes of {model.name} are known: {failure}"
    roles = [role for role in found[0].bits_by_role if role in found[-1].bits_by_role]
    lines = ["Bits a weight by tensor:", "", f"{'':<16}" + "".join(f"{name:>10}" for name in COMPARED)]
    lines += [
        f"{role:<16}" + "".join(f"{w.bits_by_role.get(role, 0):>10.2f}" for w in found) for role in roles
    ]
    lines.append(f"{'whole model':<16}" + "".join(f"{w.bpw:>10.2f}" for w in found))
    lines.append(f"{'file, GB':<16}" + "".join(f"{w.file_bytes.value / 1e9:>10.2f}" for w in found))
    return "\n".join(lines)


def glossary() -> str:
    """What the parts of a scheme's name mean."""
    return "\n".join(f"{part:<10}{meaning}" for part, meaning in SAYS)


def _block(block: Block, choice: Choice, title: str, width: int) -> list[str]:
    if choice.symmetric:
        largest = max(abs(block.low), abs(block.high))
        rule = f"scale = max|x| / {2 ** (choice.bits - 1) - 1} = {largest:g} / {2 ** (choice.bits - 1) - 1}"
    else:
        steps = 2**choice.bits - 1
        rule = f"scale = (max - min) / {steps} = ({block.high:g} - {block.low:g}) / {steps}"
    lines = [f"{title}{rule} = {block.scale:.5g}"]
    if not choice.symmetric:
        lines.append(f"zero point = round(-min / scale) = {block.zero_point}")
    beside = min(max((width - _LABEL) // _NUMBER, 1), 8)
    for start in range(0, len(block.values), beside):
        part = slice(start, start + beside)
        lines += [
            _line("x", block.values[part], ".4g"),
            _line("x / scale", [v / block.scale for v in block.values[part]], ".2f"),
            _line("code", block.codes[part], "d"),
            _line("restored", block.restored[part], ".4g"),
            _line("error", block.error[part], ".2g"),
        ]
    return lines


def _line(name: str, values: Iterable[float], form: str) -> str:
    return f"{name:<{_LABEL}}" + "".join(f"{_short(value, form):>{_NUMBER}}" for value in values)


def _short(value: float, form: str) -> str:
    """At most seven characters, so that neighbours stand apart: with as many digits as that allows."""
    tries = (form, ".3g", ".2g", ".1g") if form.endswith("g") else (form,)
    return next((text for text in (f"{value:{each}}" for each in tries) if len(text) <= 7), f"{value:.0e}")


def _range(choice: Choice) -> str:
    if choice.symmetric:
        return f"{-(2 ** (choice.bits - 1)) + 1} to {2 ** (choice.bits - 1) - 1}"
    return f"0 to {2**choice.bits - 1}"


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    loss, size = mix(row), row.file_size_bytes
    return (f"{size.value / 1e9:.2f} " if size else "? ") + (f"{loss.value:.2f}" if loss else "?")
