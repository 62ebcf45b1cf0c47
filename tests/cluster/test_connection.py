"""A cluster is found or named as missing in one line; tasks come back in order, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.cluster.connection import AHEAD, connected
from advisor.errors import AdvisorError, UnsupportedError, UsageError


def doubled(piece: int) -> int:
    """A task."""
    return 2 * piece


def dies_once(piece: int, folder: str) -> int:
    """A task whose worker is killed the first time that it gets an odd piece."""
    mark = Path(folder) / str(piece)
    if piece % 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * piece


def always_dies(piece: int) -> None:
    """A task that takes its worker with it."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuses(piece: int) -> None:
    """A task that fails as expected failures do."""
    raise UnsupportedError(f"{piece} is not supported")


def test_results_are_in_the_order_of_the_pieces(cluster: Any) -> None:
    """Forty tasks on two workers."""
    assert [2 * piece for piece in range(40)] == list(cluster.in_order(doubled, range(40)))


def test_no_result_is_lost_with_a_killed_worker(cluster: Any, tmp_path: Path) -> None:
    """Four of eight tasks kill their worker (SIGKILL) before they answer; each is run again."""
    found = list(cluster.in_order(dies_once, range(8), (str(tmp_path),)))
    assert ([2 * piece for piece in range(8)], 4) == (found, len(list(tmp_path.iterdir())))


def test_pieces_are_read_no_further_ahead_than_the_workers_need(cluster: Any) -> None:
    """What waits in memory is AHEAD tasks for each core, however many pieces there are."""
    read: list[int] = []

    def pieces() -> Iterator[int]:
        for piece in range(1000):
            read.append(piece)
            yield piece

    leads = [len(read) - done for done, _ in enumerate(cluster.in_order(doubled, pieces()))]
    assert AHEAD * cluster.cores() == max(leads)


def test_work_that_always_ends_its_worker_is_given_up_with_one_line(cluster: Any) -> None:
    """After five more tries."""
    with pytest.raises(AdvisorError, match="lost the same piece of work 6 times") as raised:
        list(cluster.in_order(always_dies, [1]))
    assert 1 == len(str(raised.value).splitlines())


def test_an_expected_failure_on_a_worker_is_that_failure_here(cluster: Any) -> None:
    """Kind, exit code and words."""
    with pytest.raises(UnsupportedError, match=r"^3 is not supported$"):
        list(cluster.in_order(refuses, [3]))


@pytest.mark.parametrize("address", ["", "head", "head:", "head:99999", "http://head:1", "head:1;ls"])
def test_a_malformed_address_is_named_with_the_right_forms(address: str) -> None:
    """Before Ray is asked, which would try for a minute."""
    with pytest.raises(UsageError, match="give HOST:PORT or ray://HOST:PORT"), connected(address):
        pass


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_where_nothing_listens_the_mend_is_named(scheme: str) -> None:
    """A port of this machine that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(UsageError, match="ray start --head"), connected(f"{scheme}127.0.0.1:{port}"):
        pass


def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pip install` and the extra."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'quant-advisor\[ray\]'"), connected("local"):
        pass
