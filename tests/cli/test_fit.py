"""`advisor fit`."""

from __future__ import annotations


def test_an_unknown_part_names_those_there_are(advisor):
    """Before anything is fitted."""
    found = advisor("fit", "--only", "poems", "--check")
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(
        "advisor: unknown part 'poems'; nearest: sizes, decision, quality, accuracy, "
    )


def test_without_own_rows_there_is_nothing_to_refit(advisor):
    """The line says how to get some."""
    found = advisor("fit", "--local")
    assert (found.code, found.out.endswith("`advisor measure speed FILE.gguf` makes some\n")) == (0, True)
    assert advisor("fit", "--local", "--json").document["effects"] == []
