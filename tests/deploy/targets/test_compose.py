"""Compose files, judged by the Compose specification that check-jsonschema brings along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from advisor.deploy.targets import write
from advisor.documents.deployment import Resources

GPU = {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


def judged(*files: Path) -> tuple[int, str]:
    """The validator's exit code and words."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        *map(str, files),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_specification_accepts_what_is_printed(tmp_path, plan, canary_plan, made_plan):
    """One GPU, an AMD card, weights to be made with a file beside them, and a canary in every text."""
    amd = plan(backend="rocm", resources=Resources(gpus=1, gpu_vendor="AMD"))
    files = []
    for name, what in (("plain", plan()), ("canary", canary_plan), ("made", made_plan), ("amd", amd)):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(write(what, "compose"))
    assert judged(*files) == (0, "ok -- validation done\n")


def test_the_specification_refuses_a_wrong_key(tmp_path, plan):
    """The judge can say no."""
    bad = tmp_path / "bad.yaml"
    bad.write_text(write(plan(), "compose").replace("restart:", "restarts:"))
    code, said = judged(bad)
    assert (code, "restarts" in said) == (1, True)


def test_words_files_and_settings_reach_the_container_as_they_are(plan, canary_plan, made_plan):
    """Every dollar is doubled, which Compose undoes, and nothing is a variable but the secret."""
    text = write(canary_plan, "compose")
    service = yaml.safe_load(text)["services"]["server"]
    words = [word.replace("$$", "$") for word in service["entrypoint"] + service["command"]]
    assert words == [word.replace("127.0.0.1", "0.0.0.0") for word in canary_plan.run.argv]
    settings = yaml.safe_dump(service).replace("$$", "")
    assert settings.count("$") == settings.count("${HF_TOKEN:-}") == 1
    made = yaml.safe_load(write(made_plan, "compose"))
    assert made["configs"] == {"file-0": {"content": "a: $$HOME\n"}}


def test_the_server_is_reachable_from_its_own_machine_only(plan):
    """Inside it listens everywhere; the published port is bound to the host asked for."""
    service = yaml.safe_load(write(plan(), "compose"))["services"]["server"]
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert service["deploy"]["resources"]["reservations"]["devices"] == [GPU]


def test_downloads_are_kept_where_the_program_puts_them(plan):
    """The volume lies where XDG_CACHE_HOME points, whoever the program runs as."""
    (service,) = yaml.safe_load(write(plan(), "compose"))["services"].values()
    assert [f"cache:{service['environment']['XDG_CACHE_HOME']}"] == service["volumes"]
