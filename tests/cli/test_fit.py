"""`advisor fit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_an_unknown_part_names_those_there_are(advisor: Any) -> None:
    """Before anything is fitted."""
    found = advisor("fit", "--only", "poems", "--check")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(
        "advisor: unknown part 'poems'; nearest: sizes, decision, quality, accuracy, "
    )


def test_without_own_rows_there_is_nothing_to_refit(advisor: Any) -> None:
    """The line says how to get some."""
    found = advisor("fit", "--local")
    assert (found.code, found.out.endswith("`advisor measure speed FILE.gguf` makes some\n")) == (0, True)
    assert advisor("fit", "--local", "--json").document["effects"] == []


@pytest.mark.parametrize("folder", ["/dev/null/x", "a/" + 300 * "9", "/proc/nothing"])
def test_where_nothing_can_be_written_nothing_is_fitted(
    advisor: Any, folder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line before minutes are spent."""
    monkeypatch.chdir(tmp_path)
    found = advisor("fit", "--out", folder)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"advisor: cannot write to {folder}: ")
    assert found.err.endswith("; choose another with --out\n")
