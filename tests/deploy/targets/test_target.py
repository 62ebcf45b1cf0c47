"""Names and comment lines of every form."""

from __future__ import annotations

import re

import pytest

from advisor.deploy.targets._target import Unsafe, as_yaml, folder_of_weights, header, name_of


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "llama-3-1-8b-instruct"),
        ("../../etc/passwd", "passwd"),
        ("01-ai/01_yi", "m-01-yi"),
        ("模型", "model"),
        ("a" * 100, "a" * 40),
    ],
)
def test_a_name_is_a_label_of_dns(plan, model, name):
    """Services, units and volumes take it."""
    assert name_of(plan(model=model)) == name
    assert re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", name)


def test_a_comment_stays_on_its_line(plan):
    """A warning from outside ends no comment."""
    lines = header(plan(model="m\nrun: bad", warnings=("w\nbad: 1",))).splitlines()
    assert [line[:2] for line in lines] == ["# ", "# "]


@pytest.mark.parametrize(
    ("changes", "folder"),
    [
        ({}, None),
        ({"repository": None, "weights": "/srv/models/m.gguf"}, "/srv/models"),
        ({"repository": None, "weights": "models/m.gguf"}, "."),
        ({"ready_made": False, "weights": "./m"}, "."),
    ],
)
def test_where_the_weights_are(plan, changes, folder):
    """A repository needs no folder, a file the one it is in."""
    assert folder_of_weights(plan(**changes)) == folder


def test_yaml_has_no_anchors_and_marks_unsafe_text():
    """Equal parts are written out; Ansible leaves marked text alone."""
    part = {"b": "1"}
    assert as_yaml([{"a": part, "c": part, "d": Unsafe("{{ x }}")}]) == (
        "a:\n  b: '1'\nc:\n  b: '1'\nd: !unsafe '{{ x }}'\n"
    )
