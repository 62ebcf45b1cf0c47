"""The closed lists of words."""

from typing import get_args

import pytest

from advisor.documents.kinds import BASES, ErrorCode, KvChoice, KvType, weakest
from advisor.errors import AdvisorError


def test_the_weakest_basis_is_that_of_the_whole() -> None:
    """One extrapolated part makes the figure so."""
    assert "extrapolated" == weakest("exact", "extrapolated", "measured")
    assert BASES == tuple(sorted(BASES, key=lambda basis: BASES.index(weakest(basis))))
    with pytest.raises(ValueError, match="empty"):
        weakest()


def test_a_choice_of_kv_type_is_auto_or_a_type() -> None:
    """No type is missing among the choices."""
    assert ("auto", *get_args(KvType)) == get_args(KvChoice)


def test_every_expected_failure_has_a_published_code() -> None:
    """The codes of the error classes are words of the schema."""

    def below(kind: type[AdvisorError]) -> set[type[AdvisorError]]:
        return {kind}.union(*(below(sub) for sub in kind.__subclasses__()))

    ours = {kind for kind in below(AdvisorError) - {AdvisorError} if kind.__module__.startswith("advisor.")}
    codes = {kind.code for kind in ours}
    assert set() == codes - set(get_args(ErrorCode))
