"""A Ray cluster that runs, or one of this machine's cores; tasks in, their results out in order.

Ray is the extra `ray`, imported here and only when --ray is given.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from advisor.cluster import ADDRESSES
from advisor.errors import AdvisorError, UsageError

MOST_RETRIES = 5
"""Of a task whose worker or node died. Ray's own default is 3; a preempted node may take several."""
AHEAD = 3
"""Tasks handed out per core: one runs, the others are there when it ends. What waits is bounded by it."""
_CONNECT_S = 5.0
"""To open a connection: well beyond any round trip, and Ray itself would try for a minute."""
_ADDRESS = re.compile(r"(?:ray://)?\[?([A-Za-z0-9_.:-]+?)\]?:(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Cluster:
    """An open connection."""

    ray: ModuleType

    def cores(self) -> int:
        """Of all nodes alive now; at least one."""
        return max(1, int(self.ray.cluster_resources().get("CPU", 1)))

    def in_order(
        self, function: Callable[..., Any], pieces: Iterable[Any], shared: tuple[Any, ...] = ()
    ) -> Iterator[Any]:
        """function(piece, *shared) of each piece, in the order of *pieces*, which is read no further ahead
        than AHEAD tasks for each core. *shared* travels once.

        A task whose worker or node died is run again; AdvisorError after MOST_RETRIES.
        """
        task = self.ray.remote(max_retries=MOST_RETRIES)(function)
        held = [self.ray.put(value) for value in shared]
        waiting: deque[Any] = deque()
        for piece in pieces:
            waiting.append(task.remote(piece, *held))
            if len(waiting) >= AHEAD * self.cores():
                yield self.result(waiting.popleft())
        while waiting:
            yield self.result(waiting.popleft())

    def result(self, reference: Any) -> Any:
        """What the task returned, or the AdvisorError it raised."""
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, AdvisorError):
                raise error.cause from None
            raise
        except self.ray.exceptions.RayError as error:
            raise AdvisorError(
                f"the Ray cluster lost the same piece of work {MOST_RETRIES + 1} times "
                f"({type(error).__name__}): are its nodes short of memory? see `ray status`"
            ) from None


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at *address*, as ADDRESSES says; one that was started here ends with the block. A process
    that is connected already, as a job of that cluster is, stays so.

    Meanwhile sys.stdout is sys.stderr: Ray prints there whenever a worker dies, and the document must not
    hold it.
    Raises UsageError without the extra, for a malformed address, and where no cluster answers.
    """
    ray = _ray()
    _reachable(address)
    with redirect_stdout(sys.stderr):
        before = ray.is_initialized()
        if not before:
            _connect(ray, address)
        try:
            yield Cluster(ray)
        finally:
            if not before:
                ray.shutdown()


def _connect(ray: ModuleType, address: str) -> None:
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            **({"include_dashboard": False, "num_cpus": _cores()} if address == "local" else {}),
        )
    except (ConnectionError, ValueError, RuntimeError, TimeoutError, ImportError) as error:
        said = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise UsageError(
            f"no Ray cluster at {address!r} ({said[0][:200]}); start one with `ray start --head`, or give "
            "--ray local",
            field="ray",
        ) from None


def _ray() -> ModuleType:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    # Ray's coming default, and it warns where it is not set.
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise UsageError(
            "Ray is not installed; run `pip install 'quant-advisor[ray]'`, or leave out --ray", field="ray"
        ) from None
    return ray


def _cores() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _reachable(address: str) -> None:
    """Raises UsageError where nothing listens."""
    if address in ("auto", "local"):
        return
    found = _ADDRESS.fullmatch(address)
    if not found or int(found[2]) > 65535:
        raise UsageError(f"--ray {address[:80]!r}: give {ADDRESSES}", field="ray")
    try:
        socket.create_connection((found[1], int(found[2])), timeout=_CONNECT_S).close()
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"no Ray cluster at {address!r} ({getattr(error, 'strerror', None) or error}); start one with "
            "`ray start --head`, or give --ray local",
            field="ray",
        ) from None
