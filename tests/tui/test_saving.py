"""What is taken away is what the command line prints."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.cli.main import run
from advisor.errors import UsageError
from advisor.tui.answers import Answers, command
from advisor.tui.conversation import Conversation
from advisor.tui.save_folder import Target
from advisor.tui.saving import KINDS, possible, save

ANSWERS = Answers(
    hardware="RTX 4090", model="Llama-3.1-8B", engines="llama.cpp", accuracy="3", context="4096"
)


@pytest.fixture(scope="module")
def reply():
    """One answer."""
    return Conversation(ANSWERS, probe=lambda: None).ask(ANSWERS)


@pytest.mark.parametrize(
    ("kind", "name", "more"),
    [
        ("json", "recommend", ["--json"]),
        ("csv", "tradeoffs", ["--format=csv"]),
        ("markdown", "tradeoffs", ["--format=markdown"]),
    ],
)
def test_same_bytes_as_the_command_line(reply, tmp_path, capsys, kind, name, more):
    """JSON, CSV and Markdown are byte for byte those of the command shown beside the answer."""
    import shlex

    assert run([*shlex.split(command(ANSWERS, name))[1:], *more]) == 0
    (path,) = save(reply, str(tmp_path), (kind,))
    with open(path, encoding="utf-8", newline="") as file:
        assert capsys.readouterr().out == file.read()


def test_script_is_shell(reply, tmp_path):
    """The script parses, and holds the run command."""
    (path,) = save(reply, str(tmp_path), ("script",))
    subprocess.run(["bash", "-n", path], check=True)
    with open(path, encoding="utf-8") as file:
        assert reply.document.recommendation.run_command in file.read()


def test_pictures_are_svg(reply, tmp_path):
    """Well-formed, with the chosen scheme named."""
    from xml.etree import ElementTree

    written = list(save(reply, str(tmp_path), ("svg", "speed")))
    assert written
    for path in written:
        tree = ElementTree.parse(path)
        texts = [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text")]
        assert f"{reply.best.case.scheme.name} (llama.cpp)" in texts


def test_a_model_named_like_a_path_is_written_inside_the_folder(reply, tmp_path):
    """Whatever a file calls its model, the name of what is saved is no path."""
    named = replace(reply, model=replace(reply.model, name="../../.config/autostart/x\n.desktop"))
    (path,) = save(named, str(tmp_path), ("csv",))
    assert Path(path).parent == tmp_path


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target("here", fixed=True), "files are written into here only"),
        (Target(allowed=False), "nothing is written from a browser unless --folder names the place"),
    ],
)
def test_only_the_folder_named_at_start(reply, tmp_path, target, says):
    """Another folder than the one named, or any when none was, is refused before anything is written."""
    with pytest.raises(UsageError, match=says):
        save(reply, str(tmp_path), ("csv",), target)
    assert list(tmp_path.iterdir()) == []


def test_a_suggestion_has_no_table(tmp_path):
    """Without a model there is the document alone to save."""
    from advisor.tui.conversation import Reply

    assert possible(Reply(Answers(), None, None, None, None)) == ("json",)
    assert {"json", "csv", "markdown", "svg", "speed", "script"} == set(KINDS)
