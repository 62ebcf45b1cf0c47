"""The script: it runs as one, stops at the first failure and goes on from there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from advisor.deploy.script import script_of
from advisor.documents.deployment import Command, Deployment, Resources, TextFile

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


def plan(**changes) -> Deployment:
    """Two steps and a program, all harmless."""
    fields = {
        "model": "m",
        "scheme": "Q4_K_M",
        "engine": "llama.cpp",
        "engine_version": "1",
        "weights": "model.gguf",
        "ready_made": False,
        "make": (
            Command(
                argv=("cp", "note.txt", "copy.txt"),
                files=(TextFile(name="note.txt", text="hello\n"),),
                makes="copy.txt",
            ),
            Command(argv=("sh", "-c", "echo made >> log; test -e allowed"), makes="model.gguf"),
        ),
        "run": Command(argv=("sh", "-c", "echo served >> log")),
        "resources": Resources(disk_bytes=1),
    }
    return Deployment(**{**fields, **changes})


def run(folder: Path, what: Deployment) -> int:
    """The script's exit status."""
    return subprocess.run(["bash", "-c", script_of(what)], cwd=folder, capture_output=True).returncode


def test_a_failed_step_stops_the_script(tmp_path):
    """Nothing is served from weights that were not made."""
    assert run(tmp_path, plan()) == 1
    assert (tmp_path / "log").read_text().split() == ["made"]


def test_a_second_run_goes_on_where_the_first_stopped(tmp_path):
    """Steps that succeeded are not repeated."""
    run(tmp_path, plan())
    (tmp_path / "allowed").touch()
    (tmp_path / "copy.txt").write_text("kept")
    assert run(tmp_path, plan()) == 0
    assert run(tmp_path, plan()) == 0
    assert (tmp_path / "log").read_text().split() == ["made", "made", "served", "served"]
    assert (tmp_path / "copy.txt").read_text() == "kept"


def test_a_disk_that_is_too_small_is_said_before_anything_is_made(tmp_path):
    """Half a download helps nobody."""
    assert run(tmp_path, plan(resources=Resources(disk_bytes=10**18))) == 1
    assert os.listdir(tmp_path) == []


def test_a_missing_program_is_named_first(tmp_path):
    """Every program of the script is looked for before the first step."""
    what = plan(run=Command(argv=("no-such-server",)))
    done = subprocess.run(["bash", "-c", script_of(what)], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "no-such-server is not installed\n")
    assert os.listdir(tmp_path) == []


def test_what_follows_the_server_waits_for_its_answer():
    """`ollama create` needs a server that runs."""
    text = script_of(
        plan(
            run=Command(argv=("ollama", "serve")),
            then=(Command(argv=("ollama", "run", "m")),),
            port=11434,
            health_path="/api/version",
        )
    )
    assert text.index("ollama serve &") < text.index("/api/version") < text.index("ollama run m")


def test_a_canary_in_any_text_never_runs(tmp_path):
    """Names, warnings and repositories come from outside."""
    bad = "x\ntouch canary\n$(touch canary)"
    what = plan(model=bad, weights=bad, warnings=(bad,), repository=bad, secrets=("HF_TOKEN",), make=())
    run(tmp_path, what)
    assert "canary" not in os.listdir(tmp_path)


def test_every_node_runs_the_script_with_its_rank(tmp_path):
    """The leader's address takes the place of its name; without a rank nothing starts."""
    ranks = [Command(argv=("sh", "-c", f'echo {rank} "$1" >> log', "_", "LEADER:5000")) for rank in "01"]
    what = plan(make=(), ready_made=True, run=ranks[0], workers=(ranks[1],), leader="LEADER")
    text = script_of(what)
    for arguments in (("0", "10.0.0.1"), ("1", "10.0.0.1"), ("2", "10.0.0.1"), ()):
        subprocess.run(["bash", "-c", text, "script", *arguments], cwd=tmp_path, capture_output=True)
    assert (tmp_path / "log").read_text().split("\n") == ["0 10.0.0.1:5000", "1 10.0.0.1:5000", ""]


def test_nodes_that_only_lend_need_no_leader():
    """Their command holds nobody's address."""
    text = script_of(plan(workers=(Command(argv=("rpc-server", "-p", "50052")),)))
    assert ("leader" in text, "  1) exec rpc-server -p 50052 ;;" in text) == (False, True)
