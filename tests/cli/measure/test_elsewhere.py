"""`advisor measure` on other machines: what is passed on, what is refused, and rows of nodes kept here."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.cli.main import run

SPEED = ("measure", "speed", "--synthetic", "Llama-3.2-1B", "--scheme", "Q4_0,Q8_0", "--threads", "2")


def test_a_job_runs_the_command_that_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    """Keeping nothing on the node, and printing rows as JSON lines."""
    assert 0 == run([*SPEED, "--format", "kubernetes-job", "--image", "here/advisor:1"])
    (job,) = yaml.safe_load_all(capsys.readouterr().out)
    assert (
        "advisor measure speed --dry --format=jsonl --synthetic=Llama-3.2-1B --layers=auto --prompt=512 "
        "--output=32 --depth=0 --threads=2 --repeats=5 --engine=auto --scheme=Q4_0,Q8_0 --gpu-layers=-1 "
        "--kv-cache=f16"
    ) == shlex.join(job["spec"]["template"]["spec"]["containers"][0]["args"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "kubernetes-job"), "needs --image"),
        (("--format", "ansible-play", "--image", "x"), "takes no image"),
        (("--format", "ansible-play", "--ray", "auto"), "give one"),
        (("--inventory", "nodes.json"), "are for --format kubernetes-job"),
    ],
)
def test_what_does_not_go_together_is_one_line(
    options: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, before anything is measured."""
    assert 2 == run([*SPEED, *options])
    err = capsys.readouterr().err
    assert (True, 1) == (said in err, len(err.splitlines()))


def test_accuracy_is_measured_on_one_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """It does not depend on the machine."""
    words = ["measure", "accuracy", "a.gguf", "--reference", "b.gguf", "--text", "t", "--ray", "local"]
    assert 2 == run(words)
    assert "does not depend on the machine" in capsys.readouterr().err


def test_rows_of_the_nodes_of_a_cluster_are_kept_here(
    cluster: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Bandwidth by one thread on a cluster of this machine."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path))
    assert 0 == run(["measure", "bandwidth", "--threads", "1", "--ray", "local", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (True, ["bandwidth"]) == (found["kept"], [row["kind"] for row in found["rows"]])
    assert 0 == run(["measurements", "list", "--json"])
    assert 1 == len(json.loads(capsys.readouterr().out)["rows"])
