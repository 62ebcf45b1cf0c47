"""The queueing rule against closed forms and against a simulation."""

from math import inf, isclose
from random import Random

import pytest
import simpy

from advisor.recommendation.queueing import chance_to_wait, replicas_needed, wait_s


def test_one_slot_waits_as_often_as_it_is_busy():
    """M/M/1: the chance to wait is the load, and waits beyond t fall as load x exp(-(1 - load) t)."""
    assert isclose(0.5, chance_to_wait(1, 0.5))
    assert isclose(0.05, 0.5 * 2.718281828459045 ** (-(1 - 0.5) * wait_s(1, 0.5, 1.0)))


def test_two_slots():
    """M/M/2 with one Erlang: C = 1/3 (Kleinrock, example of section 3.5)."""
    assert isclose(1 / 3, chance_to_wait(2, 1.0))


def test_what_cannot_keep_up_waits_for_ever():
    """Arrivals above what the slots take let the queue grow without end."""
    assert (1.0, inf) == (chance_to_wait(4, 4.0), wait_s(4, 5.0, 1.0))


def test_a_limit_below_zero_is_never_met():
    """Where the prompt alone takes longer than the limit no number of replicas helps."""
    assert None is replicas_needed(8, 1.0, 2.0, -0.1)


def simulated(slots: int, arrivals_per_s: float, kept_s: float, requests: int, seed: int) -> float:
    """The wait that 95 of 100 requests stay below, in a simulated queue."""
    random, environment, waits = Random(seed), simpy.Environment(), []
    pool = simpy.Resource(environment, slots)

    def request():
        came = environment.now
        with pool.request() as turn:
            yield turn
            waits.append(environment.now - came)
            yield environment.timeout(random.expovariate(1 / kept_s))

    def arrivals():
        for _ in range(requests):
            yield environment.timeout(random.expovariate(arrivals_per_s))
            environment.process(request())

    environment.process(arrivals())
    environment.run()
    settled = sorted(waits[requests // 10 :])
    return settled[int(0.95 * len(settled))]


@pytest.mark.parametrize(("slots", "load"), [(1, 0.6), (4, 0.8), (16, 0.9), (64, 0.95)])
def test_the_rule_is_what_a_simulation_shows(slots, load):
    """The 95th percentile of waiting lies within a quarter of a simulation of 40,000 requests."""
    kept_s = 3.0
    arrivals = load * slots / kept_s
    rule, seen = wait_s(slots, arrivals, kept_s), simulated(slots, arrivals, kept_s, 40_000, seed=7)
    assert 0.75 * seen <= rule <= 1.25 * seen


@pytest.mark.parametrize("arrivals", [0.5, 5.0, 50.0])
def test_replicas_are_the_fewest(arrivals):
    """One replica fewer breaks the limit, and the number found keeps it."""
    found = replicas_needed(16, arrivals, 4.0, 0.5)
    assert wait_s(16 * found, arrivals, 4.0) <= 0.5
    assert found == 1 or wait_s(16 * (found - 1), arrivals, 4.0) > 0.5
