"""What other tools print, read by content. The inputs are labelled in fixtures/README.md."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from advisor.errors import BadFileError, UsageError
from advisor.measuring.complete import Completer
from advisor.measuring.import_file import read_file
from advisor.measuring.importers import importer_of, importers
from advisor.measuring.rows import Row

FIXTURES = Path(__file__).parent / "fixtures"
FILES = sorted(path for path in FIXTURES.iterdir() if path.name != "README.md")
EXPECTED_READER = {
    "guidellm.json": "guidellm",
    "llama_batched_bench.jsonl": "llama_cpp.batched_bench",
    "llama_batched_bench.log": "llama_cpp.batched_bench",
    "llama_sweep_bench.log": "llama_cpp.batched_bench",
    "llama_bench.csv": "llama_cpp.bench",
    "llama_bench.json": "llama_cpp.bench",
    "llama_bench.jsonl": "llama_cpp.bench",
    "llama_bench.sql": "llama_cpp.bench",
    "llama_bench.md": "llama_cpp.bench_markdown",
    "llama_perplexity.log": "llama_cpp.perplexity",
    "llama_perplexity_kld.log": "llama_cpp.perplexity",
    "lm_eval.json": "lm_eval",
    "ollama.log": "ollama",
    "llama_benchy.md": "llama_benchy",
    "vllm_latency.json": "vllm_bench",
    "vllm_serve.txt": "vllm_bench",
    "vllm_serve.json": "vllm_bench",
    "vllm_throughput.json": "vllm_bench",
}


def rows_of(name: str, **said: str) -> list[Row]:
    """The rows of a fixture, completed."""
    return read_file(FIXTURES / name, Completer(**said))[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_recognised_by_one_reader_only(path: Path) -> None:
    """Recognition is by content and leaves no doubt."""
    text = path.read_text(encoding="utf-8")
    assert [m.__name__.partition("importers.")[2] for m in importers() if m.recognise(text)] == [
        EXPECTED_READER[path.name]
    ]


def test_a_file_without_a_machine_asks_for_it() -> None:
    """The mend is in the message."""
    with pytest.raises(UsageError, match="--hardware this"):
        rows_of("llama_sweep_bench.log")


def test_unknown_text_is_refused_with_the_known_formats() -> None:
    """A file of another kind is named as such."""
    with pytest.raises(BadFileError, match="llama-bench"):
        importer_of("hello\n", "x.txt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_truncated_files_never_show_a_traceback(path: Path, tmp_path: Path) -> None:
    """Cut anywhere, a file gives fewer rows or a one-line error."""
    data = path.read_bytes()
    said = {"hardware": "RTX 4090", "model": "llama-3.1-8b", "scheme": "Q4_K_M"}
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97):
        cut = tmp_path / path.name
        cut.write_bytes(data[: int(len(data) * share)])
        try:
            rows, refusal = read_file(cut, Completer(**said))[0], ""
        except (BadFileError, UsageError) as error:
            rows, refusal = (), str(error)
        assert "\n" not in refusal
        assert [] == [row for row in rows if not math.isfinite(row.value)]


def test_rows_with_absurd_values_are_left_out(tmp_path: Path) -> None:
    """A zero or missing rate is no measurement."""
    records = json.loads((FIXTURES / "llama_bench.json").read_text(encoding="utf-8"))
    records[0]["avg_ts"], records[1]["avg_ts"] = 0, None
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    assert len(read_file(file, Completer())[0]) == 2
