"""What other tools print, read by content. The inputs are labelled in fixtures/README.md."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from advisor.errors import BadFileError, UsageError
from advisor.measuring.complete import Completer
from advisor.measuring.importers import importer_of, importers
from advisor.measuring.rows import Row
from advisor.measuring.take_in import read_file

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


@pytest.mark.parametrize(
    "name", ["llama_bench.json", "llama_bench.jsonl", "llama_bench.csv", "llama_bench.sql"]
)
def test_llama_bench_says_the_same_in_every_format(name: str) -> None:
    """Four formats of one run give the same rows: model, scheme, machine and figures."""
    found = [
        (
            r.phase,
            r.value,
            r.prompt_tokens,
            r.output_tokens,
            r.depth,
            r.model,
            r.scheme,
            r.backend,
            r.gpu_layers,
            r.threads,
        )
        for r in rows_of(name)
    ]
    common = ("Llama-3.1-8B", "Q4_K_M", "cuda", 99, 16)
    assert found == [
        ("prefill", 11000.5, 512, None, 0, *common),
        ("decode", 130.125, None, 128, 0, *common),
        ("decode", 118.5, None, 128, 4096, *common),
        ("mixed", 600.25, 512, 128, 0, *common),
    ]
    assert len({r.key() for f in ("llama_bench.json", name) for r in rows_of(f)}) == 4


def test_llama_bench_markdown_knows_the_gpu_from_the_log_above() -> None:
    """The table has no machine; the lines that ggml prints before it do."""
    found = rows_of("llama_bench.md")
    assert [(r.phase, r.value, r.sd, r.depth, r.scheme, r.hardware) for r in found] == [
        ("prefill", 11000.5, 50.25, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("decode", 130.13, 0.5, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("decode", 118.5, 0.4, 4096, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
        ("mixed", 600.25, 1.5, 0, "Q4_K_M", "NVIDIA GeForce RTX 4090"),
    ]
    assert found[0].facts["n_params"] == 8_030_000_000


def test_perplexity_and_divergence_with_their_errors() -> None:
    """Both kinds of llama-perplexity log give figures with the error behind ±."""
    assert [(r.metric, r.value, r.sd, r.scheme, r.n) for r in rows_of("llama_perplexity.log")] == [
        ("ppl", 7.5125, 0.09125, "Q4_K_M", 25600)
    ]
    assert {r.metric: (r.value, r.sd) for r in rows_of("llama_perplexity_kld.log")} == {
        "ppl": (7.85, 0.097),
        "ppl_ratio": (1.046028, 0.001569),
        "kld_mean": (0.0625, 0.00075),
        "kld_99": (0.65, None),
        "top1_agreement_pct": (89.5, 0.19),
        "delta_p_rms": (7.25, 0.08),
    }


def test_lm_eval_in_percent_by_category_without_members_of_groups() -> None:
    """A group's members are left to the group; accuracies are percents;
    a scheme is read from the checkpoint's name.
    """
    found = rows_of("lm_eval.json")
    assert [(r.dataset, r.task, r.metric, round(r.value, 4), r.n, r.scheme) for r in found] == [
        ("gsm8k", "math", "accuracy_pct", 75.51, 1319, "W4A16-INT-gptq-g128"),
        ("gsm8k", "math", "accuracy_pct", 76.12, 1319, "W4A16-INT-gptq-g128"),
        ("mmlu", "knowledge", "accuracy_pct", 68.0, 14042, "W4A16-INT-gptq-g128"),
        ("wikitext", "language-modelling", "ppl", 8.65, 1, "W4A16-INT-gptq-g128"),
    ]


def test_vllm_serve_in_seconds_with_load_per_request() -> None:
    """Milliseconds become seconds, totals become tokens per request."""
    found = {r.metric: r for r in rows_of("vllm_serve.json", hardware="RTX 4090")}
    assert {name: row.value for name, row in found.items()} == {
        "output_tokens_per_s": 640.0,
        "total_tokens_per_s": 5760.0,
        "requests_per_s": 5.0,
        "ttft_s": 0.2,
        "tpot_s": 0.0225,
        "itl_s": 0.022,
    }
    row = found["ttft_s"]
    assert (row.prompt_tokens, row.output_tokens, row.concurrency, row.scheme, row.measured_at) == (
        1024,
        128,
        16,
        "W8A8-FP-dynamic",
        "2026-01-02T03:04:05",
    )


def test_vllm_latency_and_throughput_need_model_and_scheme() -> None:
    """Their files name neither, so neither is guessed."""
    with pytest.raises(UsageError, match="--model"):
        rows_of("vllm_latency.json", hardware="RTX 4090")
    with pytest.raises(UsageError, match="--scheme"):
        rows_of("vllm_latency.json", hardware="RTX 4090", model="llama-3.1-8b")
    said = {"hardware": "RTX 4090", "model": "llama-3.1-8b", "scheme": "BF16"}
    assert [(r.metric, r.value, r.n) for r in rows_of("vllm_latency.json", **said)] == [
        ("request_latency_s", 2.5, 3)
    ]
    assert [(r.metric, r.value) for r in rows_of("vllm_throughput.json", **said)] == [
        ("requests_per_s", 20.0),
        ("total_tokens_per_s", 10240.0),
    ]


def test_batched_bench_marks_rates_of_several_requests() -> None:
    """The speed of four requests together is no speed of one."""
    found = rows_of("llama_batched_bench.log")
    assert [(r.phase, r.value, r.concurrency, r.depth, r.flags) for r in found] == [
        ("prefill", 10240.0, 1, 0, ""),
        ("decode", 128.0, 1, 512, ""),
        ("prefill", 10778.95, 4, 0, "aggregate_rate"),
        ("decode", 400.0, 4, 512, "aggregate_rate"),
    ]


def test_sweep_bench_decodes_at_the_depth_of_its_line() -> None:
    """Its N_KV is the depth of both phases."""
    found = rows_of("llama_sweep_bench.log", hardware="RTX 4090")
    assert [(r.phase, r.depth) for r in found] == [
        ("prefill", 0),
        ("decode", 0),
        ("prefill", 512),
        ("decode", 512),
    ]


def test_guidellm_and_ollama() -> None:
    """Medians of the successful requests; prompt and answer rates with the tag's scheme."""
    found = {r.metric: r.value for r in rows_of("guidellm.json", hardware="RTX 4090")}
    assert (found["ttft_s"], found["request_latency_s"], found["output_tokens_per_s"]) == (0.14, 1.95, 512.0)
    answers = rows_of("ollama.log", hardware="RTX 4090")
    assert [(r.phase, r.value, r.scheme, r.model, r.engine) for r in answers] == [
        ("prefill", 2000.0, "Q4_K_M", "Llama-3.1-8B", "ollama"),
        ("decode", 125.0, "Q4_K_M", "Llama-3.1-8B", "ollama"),
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


def test_utf16_of_a_windows_shell_is_read(tmp_path: Path) -> None:
    """PowerShell's `>` writes UTF-16 with a mark."""
    file = tmp_path / "bench.json"
    file.write_bytes((FIXTURES / "llama_bench.json").read_text(encoding="utf-8").encode("utf-16"))
    assert len(read_file(file, Completer())[0]) == 4


def test_rows_with_absurd_values_are_left_out(tmp_path: Path) -> None:
    """A zero or missing rate is no measurement."""
    records = json.loads((FIXTURES / "llama_bench.json").read_text(encoding="utf-8"))
    records[0]["avg_ts"], records[1]["avg_ts"] = 0, None
    file = tmp_path / "bench.json"
    file.write_text(json.dumps(records), encoding="utf-8")
    assert len(read_file(file, Completer())[0]) == 2
