"""One local cluster of two workers for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from advisor.cluster import connection


@pytest.fixture(scope="session")
def cluster() -> Iterator[connection.Cluster]:
    """Two cores, whatever the machine has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_cores", lambda: 2)
        with connection.connected("local") as found:
            yield found
