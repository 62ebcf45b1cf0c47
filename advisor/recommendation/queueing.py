"""Waiting before the first token, when requests arrive at random.

Replicas that batch continuously are servers with as many slots as requests run at once; a request keeps its
slot for its latency under that load. With Poisson arrivals and exponential times that is the M/M/c queue:
Erlang's C formula gives the chance to wait, and waits of those who do are exponential (L. Kleinrock, Queueing
Systems I, 1975, section 3.5). Answers vary less than exponentially, so real waits are shorter. A test
compares the rule with a simulation.
"""

from __future__ import annotations

from math import ceil, inf, log

MOST_REPLICAS = 10_000
"""Beyond it nothing is searched: no service is built of so many (a judgement)."""
WAIT_SHARE = 0.95
"""Of the requests, whose wait service levels are stated for: p95."""


def chance_to_wait(slots: int, offered: float) -> float:
    """Erlang's C for *offered* = arrivals x time a slot is kept; 1 when the slots cannot keep up."""
    if offered >= slots:
        return 1.0
    blocked = 1.0  # Erlang's B by its recursion, which neither overflows nor cancels
    for slot in range(1, slots + 1):
        blocked = offered * blocked / (slot + offered * blocked)
    return blocked / (1 - (offered / slots) * (1 - blocked))


def wait_s(slots: int, arrivals_per_s: float, kept_s: float, share: float = WAIT_SHARE) -> float:
    """The wait in seconds that *share* of the requests stay below; infinite when the slots cannot keep up."""
    offered = arrivals_per_s * kept_s
    if offered >= slots:
        return inf
    waits = chance_to_wait(slots, offered)
    if waits <= 1 - share:
        return 0.0
    return log(waits / (1 - share)) * kept_s / (slots - offered)


def replicas_needed(
    slots: int, arrivals_per_s: float, kept_s: float, most_wait_s: float, share: float = WAIT_SHARE
) -> int | None:
    """The fewest replicas of *slots* each so that *share* of the requests wait at most *most_wait_s* seconds.

    None when the limit is below zero or more than MOST_REPLICAS would be needed.
    """
    if most_wait_s < 0:
        return None
    least = max(1, ceil(arrivals_per_s * kept_s / slots))
    for count in range(least, MOST_REPLICAS + 1):
        if wait_s(count * slots, arrivals_per_s, kept_s, share) <= most_wait_s:
            return count
    return None
