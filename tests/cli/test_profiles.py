"""`advisor profiles` lists every catalogue and shows every kind of row."""

from __future__ import annotations

import json

import pytest

from advisor.cli.main import run
from advisor.cli.profiles import KINDS

NAMED = {
    "schemes": ("NVFP4", "bpw", 4.5),
    "gpus": ("RTX 4090", "catalog_name", "GeForce RTX 4090"),
    "cpus": ("EPYC 9654", "memory_channels", 12),
    "models": ("gpt-oss-20b", "hf_id", "openai/gpt-oss-20b"),
    "tasks": ("rag", "prompt_tokens", 4096),
    "machines": ("Steam Deck", "name", "Steam Deck"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_has_the_names_of_its_fields(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON and in words, whichever catalogue it is of."""
    name, field, value = NAMED[kind]
    assert 0 == run(["profiles", "show", kind, name, "--json"])
    assert value == json.loads(capsys.readouterr().out)[field]
    assert 0 == run(["profiles", "show", kind, name])
    assert f"{field}: {value}" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_words_show_no_program_text(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Parts of a row are lines of their own, lists are words with commas."""
    run(["profiles", "show", kind, NAMED[kind][0]])
    assert [] == [line for line in capsys.readouterr().out.splitlines() if "{'" in line or "['" in line]


@pytest.mark.parametrize("kind", KINDS)
def test_every_catalogue_is_listed(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One name a line; a part of a name narrows it."""
    assert 0 == run(["profiles", "list", kind])
    names = capsys.readouterr().out.splitlines()
    assert 0 == run(["profiles", "list", kind, names[0]])
    assert names[0] in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "gpus"), "which of the gpus? give a name; `advisor profiles list gpus` shows them"),
        (("show", "gpus", "Voodoo 2"), "unknown gpu 'Voodoo 2'"),
        (("show", "cpus", "Zen99"), "unknown cpu 'Zen99'; nearest: "),
        (("list", "poems"), "invalid choice"),
    ],
)
def test_what_no_catalogue_holds_is_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """Exit code 2, with the nearest names."""
    assert 2 == run(["profiles", *words])
    assert said in capsys.readouterr().err


def test_a_name_that_rows_share_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Versions of one card."""
    run(["profiles", "list", "gpus"])
    names = capsys.readouterr().out.splitlines()
    assert len(names) == len(set(names))
