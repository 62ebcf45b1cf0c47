"""Where the layers of each GPU begin and end when several share a model."""

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import NamedTuple

from advisor.sizing.placement_case import CaseBytes


class Card(NamedTuple):
    """A GPU with memory of its own, as a plan sees it."""

    label: str
    available_bytes: int | None
    """None where its memory is unknown."""


def proportional_cuts(cards: list[Card], on_gpu: int) -> list[int]:
    """Where the layers of each GPU begin and end: the output counts as one layer and lies on the last."""
    if len(cards) == 1:
        return [0, on_gpu]
    free = [card.available_bytes or 1 for card in cards]
    total = sum(free) or 1
    bounds = [part / total for part in accumulate(free)]
    owner = [min(bisect_right(bounds, layer / (on_gpu + 1)), len(cards) - 1) for layer in range(on_gpu)]
    return [0, *(sum(1 for o in owner if o <= position) for position in range(len(cards)))]


def balanced_cuts(sized: CaseBytes, cards: list[Card], cpu_experts: int) -> list[int]:
    """Where the layers of each GPU begin and end when the bytes that stay on GPUs follow their memory."""
    shares, n = sized.shares, sized.shares.n_layers
    cache = sum(sized.parts.kv) / n
    sizes = [shares.dense(layer, layer + 1, cpu_experts) + cache for layer in range(n)]
    free = [card.available_bytes or 1 for card in cards]
    whole, held = sum(sizes) + shares.output_bytes, 0.0
    bounds = [part / sum(free) * whole for part in accumulate(free)][:-1]
    cuts, position = [0], 0
    for layer, size in enumerate(sizes):
        held += size
        while position < len(bounds) and held > bounds[position] + size / 2:
            cuts.append(layer)
            position += 1
    cuts += [n] * (len(cards) + 1 - len(cuts))
    return cuts


def layers_per_gpu(cuts: list[int]) -> tuple[int, ...]:
    """Layers of each GPU as `-ts` counts them: the output is one more, on the last."""
    counts = [after - before for before, after in pairwise(cuts)]
    counts[-1] += 1
    return tuple(counts)
