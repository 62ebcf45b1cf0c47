"""Every node of a cluster does every piece, and one that fails does not stop the others."""

from __future__ import annotations

import socket
from typing import Any

from advisor.cluster.every_node import on_every_node
from advisor.errors import UnsupportedError


def halved(piece: int) -> int:
    """A task that odd numbers fail."""
    if piece % 2:
        raise UnsupportedError(f"{piece} is odd")
    return piece // 2


def test_pieces_come_back_with_the_name_of_their_node(cluster: Any) -> None:
    """A cluster of one node; a failure stands where its piece was."""
    found = list(on_every_node(cluster, halved, [2, 3, 4]))
    assert {socket.gethostname()} == {node for node, _ in found}
    assert [1, "3 is odd", 2] == [str(value) if isinstance(value, Exception) else value for _, value in found]
