"""Parts of the artifact, whole and by entry."""

from __future__ import annotations

import pytest

from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import entry, load


@pytest.mark.parametrize("name", ["accuracy_cells", "local_speed_cells"])
def test_an_entry_alone_is_what_the_whole_file_says(name: str) -> None:
    """Every model's or device's line read by itself is its entry in the file read whole."""
    whole = load(name)
    assert whole == {key: entry(name, key) for key in whole}


def test_what_nobody_measured_has_no_entry() -> None:
    """A model without measurements is None, not an error."""
    assert entry("accuracy_cells", "model:Nobodys-Model-1B") is None


def test_a_part_never_fitted_is_named() -> None:
    """A missing part says which one, and what makes it."""
    with pytest.raises(NotMeasuredError, match=r"'nothing' is missing; run `advisor fit`"):
        entry("nothing", "sources")
