"""Whatever is wrong with the input: one line that names it, the right exit code, a document under --json."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.cli.main import run

MODEL = ("--model", "Llama-3.1-8B")
GPU = ("--hardware", "RTX 4090")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("recomend",), 2, "nearest: recommend"),
        (("--hardware", "RTX 4090"), 2, "options go after a command"),
        (("recommend", *MODEL, "--hardware", "RTX 9999"), 2, "RTX 9999"),
        (("recommend", *MODEL, "--hardware", "RTX 4009"), 2, "nearest: GeForce RTX 4090"),
        (("recommend", *MODEL, "--hardware", "0x RTX 4090"), 2, "0x RTX 4090"),
        (("recommend", *MODEL, "--hardware", "1000x H100"), 2, '"nodes": 125'),
        (("recommend", "--model", "llama-3.1-9b", *GPU), 2, "nearest"),
        (("recommend", *MODEL, *GPU, "--max-loss", "nan"), 2, "--max-loss nan"),
        (("recommend", *MODEL, *GPU, "--max-loss", "-1"), 2, "--max-loss -1"),
        (("recommend", *MODEL, *GPU, "--min-speed", "-5"), 2, "--min-speed"),
        (("recommend", *MODEL, *GPU, "--min-speed", "inf"), 2, "--min-speed"),
        (("recommend", *MODEL, *GPU, "--max-ttft", "0"), 2, "--max-ttft"),
        (("recommend", *MODEL, *GPU, "--context", "0"), 2, "--context"),
        (("recommend", *MODEL, *GPU, "--context", "10M"), 2, "--context"),
        (("recommend", *MODEL, *GPU, "--context", "9999k"), 2, "131072"),
        (
            ("recommend", *MODEL, *GPU, "--context", "100", "--prompt", "90", "--output", "20"),
            2,
            "--prompt 90",
        ),
        (("recommend", *MODEL, *GPU, "--task", "poetry-slam"), 2, "poetry-slam"),
        (("recommend", *MODEL, *GPU, "--task", "math", "--task", "math:1%"), 2, "twice"),
        (("recommend", *MODEL, *GPU, "--task", "math:500%"), 2, "500%"),
        (("recommend", *MODEL, *GPU, "--engine", "turbo"), 2, "turbo"),
        (("recommend", *MODEL, *GPU, "--scheme", "Q99"), 2, "Q99"),
        (("recommend", *MODEL, *GPU, "--kv-cache", "q7"), 2, "q7"),
        (("recommend", *MODEL, *GPU, "--confidence", "20%"), 2, "--confidence"),
        (("recommend", *MODEL, *GPU, "--ram", "many"), 2, "many"),
        (("recommend", *MODEL, *GPU, "--vram", "-4GB"), 2, "--vram"),
        (("recommend", *MODEL, *GPU, "--objective", "beauty"), 2, "beauty"),
        (("recommend", *MODEL, *GPU, "--frobnicate"), 2, "--frobnicate"),
        (("recommend", *MODEL, *GPU, "--ram", "9" * 6000 + "GB"), 2, "is not a size"),
        (("recommend", *MODEL, *GPU, "--bandwidth", "9" * 400), 2, "is not a rate"),
        (("recommend", *MODEL, *GPU, "--context", "1"), 2, "no room for a prompt and an answer"),
        (("recommend", *MODEL, "--hardware", "9" * 90_000), 2, "90000 characters"),
        (("predict", *MODEL, "--scheme", "Q4_K_M", "--concurrency", "²"), 2, "--concurrency"),
        (("predict", *MODEL, "--scheme", "Q4_K_M", "--context", "9223372036854775808"), 2, "context"),
        (("inspect", "/dev/zero"), 6, "no regular file"),
        (("recommend", *MODEL, "--hardware", "absent.json"), 6, "absent.json"),
        (("recommend", *MODEL, "--hardware", ""), 2, "the hardware name is empty"),
        (("recommend", "--model", "absent.gguf", *GPU), 6, "absent.gguf"),
        (("inspect", "absent.gguf"), 6, "absent.gguf"),
        (("inspect", "README.md"), 6, "README.md"),
        (("predict", "--batch", "absent.jsonl"), 6, "absent.jsonl"),
        (("predict", "--model", "Llama-3.1-8B"), 2, "--scheme"),
        (("tradeoffs", *GPU), 2, "--model"),
        (("profiles", "show", "gpus", "Voodoo 2"), 2, "Voodoo 2"),
        (("schema", "poem"), 2, "poem"),
    ],
)
def test_one_line(arguments: Any, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The cause is named in one line on stderr, and stdout holds an error document under --json only."""
    as_json = arguments[0] in ("recommend", "tradeoffs", "predict", "profiles", "schema", "inspect")
    assert code == run([*arguments, *(["--json"] if as_json else [])])
    out, err = capsys.readouterr()
    assert 1 == len(err.strip().splitlines())
    assert words in err
    if as_json:
        document = json.loads(out)
        assert ("error", True) == (document["status"], words in document["error"]["message"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no machine description"),
        (b"{", "not JSON"),
        (b"[]", "no machine description"),
        (b'{"schema_version": "7.0", "name": "x", "source": "probe"}', "schema_version"),
        (
            b'{"schema_version": "1.0", "name": "x", "source": "probe", "memory": {"total_bytes": -5}}',
            "negative",
        ),
        (
            b'{"schema_version": "1.0", "name": "x", "source": "probe", '
            b'"memory": {"measured_bandwidth_bytes_per_s": NaN}}',
            "nan",
        ),
    ],
)
def test_bad_probe_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, words: str
) -> None:
    """A truncated, foreign, outdated, negative or NaN probe is refused with exit code 6."""
    path = tmp_path / "probe.json"
    path.write_bytes(content)
    assert 6 == run(["recommend", *MODEL, "--hardware", str(path)])
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GGUF", "fewer than the header"),
        (b"GGML\x01\x00\x00\x00", "GGUF"),
        (b"GGUF\x03\x00\x00\x00" + b"\xff" * 16, ""),
    ],
)
def test_bad_gguf_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: Any, words: str) -> None:
    """A truncated file, a wrong magic and absurd counts are refused with exit code 6."""
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    assert 6 == run(["inspect", str(path)])
    err = capsys.readouterr().err
    assert (1, True) == (len(err.strip().splitlines()), words in err)


class TestBatch:
    def test_errors_are_lines(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Every line gets its answer in order; what cannot be answered is an error line, never a crash."""
        lines = [
            "not json",
            "[1]",
            '{"id": 1}',
            '{"id": 2, "model": "nope", "scheme": "Q4_K_M"}',
            '{"id": 3, "model": "Llama-3.1-8B", "scheme": "nope"}',
            '{"id": 4, "model": "Llama-3.1-8B", "scheme": "Q4_K_M", "hardware": "nope"}',
            '{"id": 5, "model": "Llama-3.1-8B", "scheme": "Q4_K_M", "workload": {"concurrency": -1}}',
            '{"id": 6, "model": "Llama-3.1-8B", "scheme": "Q4_K_M", "workload": {"concurrency": 1e999}}',
            '{"id": 7, "model": "Llama-3.1-8B", "scheme": "Q4_K_M", "colour": 1}',
            '{"id": 8, "model": {"name": "x", "source": "user", "n_layers": -3}, "scheme": "Q4_K_M"}',
            '{"id": 9, "model": "Llama-3.1-8B", "scheme": "Q4_K_M"}',
        ]
        path = tmp_path / "cases.jsonl"
        path.write_text("\n".join(lines))
        assert 0 == run(["predict", "--batch", str(path)])
        answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [None, None, 1, 2, 3, 4, 5, 6, 7, 8, 9] == [answer["id"] for answer in answers]
        assert [True] * 10 + [False] == ["error" in answer for answer in answers]

    def test_unknown_model_of_stated_size(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A model in no catalogue that states its size is answered as one of that size,
        and the answer says so.
        """
        assert 0 == run(["predict", "--model", "Frobnicator-13B-Chat", "--scheme", "Q4_K_M"])
        answer = json.loads(capsys.readouterr().out)
        assert (False, True) == (
            answer["weights_bytes"]["basis"] == "exact",
            any("in no catalogue" in note for note in answer["notes"]),
        )

    def test_without_hardware(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A case without a machine has sizes and accuracy, and no speed."""
        assert 0 == run(["predict", "--model", "Llama-3.1-8B", "--scheme", "Q4_K_M"])
        answer = json.loads(capsys.readouterr().out)
        assert ("exact", None) == (answer["weights_bytes"]["basis"], answer["decode_tokens_per_s"])
        assert 90 < answer["retained_accuracy_pct"]["value"] <= 100


def test_closed_pipe() -> None:
    """A reader that goes away is no error."""
    done = subprocess.run(
        [f"{sys.executable} -m advisor profiles list models | head -1; echo ${{PIPESTATUS[0]}}"],
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("0", "") == (done.stdout.splitlines()[1], done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk() -> None:
    """A disk that is full is one line and exit code 6."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "advisor", "profiles", "list", "models"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (6, 1, True) == (done.returncode, len(done.stderr.splitlines()), "no space left" in done.stderr)
