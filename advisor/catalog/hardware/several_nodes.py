"""Several equal machines in one line: '2 nodes of 8x H100 SXM, 400 Gb/s', '2x 8x H100 SXM'."""

from typing import NamedTuple

from advisor.catalog.names import compiled
from advisor.errors import UsageError

_WORDS = {"two": 2, "three": 3, "four": 4, "eight": 8}
_NODES = (
    r"^\s*(\d{1,6}|two|three|four|eight)\s*(?:x\s*)?(?:nodes?|machines|servers|hosts|boxes)\b\s*"
    r"(?:of|with|each|,|:|x|×|à)*\s*(?:with\s+)?"
)
_TWICE = r"^\s*(\d{1,6})\s*[x×*]\s*\(?(?=\d{1,3}\s*[x×*]\s*[a-z])"
"""'2x 8x H100': a count of counted cards; the inner count belongs to the machine."""
_KIND = r"(?:ethernet|infiniband|ib|roce|network|interconnect|efa|links?)"
_NETWORK = (
    r"[,;+]?\s*\b(?:over|at|on|via|with)?\s*(\d+(?:\.\d+)?)\s*"
    rf"(?:gb/s|gbit/s|gbps|gbe|g(?=\s?{_KIND}))\s*{_KIND}?"
)
"""The rate of a network is counted in bits: 400 Gb/s."""
_BITS_IN_A_BYTE = 8


_UNLIKE = r"\b(?:nodes?|machines|servers)\b.*(?:[+,;&]|\band\b|\bplus\b).*\b(?:nodes?|machines|servers)\b"
"""'8x H100 node + 4x A100 node'."""


def unlike(text: str) -> str:
    """What is said of machines of several kinds in one line."""
    return (
        f"{text!r} names machines of several kinds: one plan is for equal ones; name one kind "
        "('2 nodes of 8x H100'), or give their inventory to `advisor fleet`"
    )


class SeveralNodes(NamedTuple):
    """Equal machines joined by a network."""

    machine: str
    """The words of one of them."""
    nodes: int
    network_bytes_per_s: float | None
    """Of one node, one direction; None where nobody stated it."""


def several_nodes(text: str) -> SeveralNodes | None:
    """What *text* says of several machines; None for one. Raises UsageError for none of a machine."""
    lower = text.lower()
    match = compiled(_NODES).search(lower) or compiled(_TWICE).search(lower)
    if compiled(_UNLIKE).search(lower):
        raise UsageError(unlike(text))
    if match is None:
        return None
    count = _WORDS.get(match[1]) or int(match[1])
    if count < 1:
        raise UsageError(f"{text!r}: {count} nodes are not a machine; give 1 or more")
    rest = text[match.end() :]
    network = compiled(_NETWORK).search(rest.lower())
    if network:
        rest = rest[: network.start()] + rest[network.end() :]
    rate = float(network[1]) * 1e9 / _BITS_IN_A_BYTE if network else None
    return SeveralNodes(machine=rest.strip(" ,;)"), nodes=count, network_bytes_per_s=rate)
