"""What benchmark tools print and people keep."""

import json

import pytest

SERVE_TABLE = """\
============ Serving Benchmark Result ============
Successful requests:                     200
Benchmark duration (s):                  40.00
Total input tokens:                      204800
Total generated tokens:                  51200
Request throughput (req/s):              5.00
Output token throughput (tok/s):         1280.00
Total Token throughput (tok/s):          6400.00
---------------Time to First Token----------------
Mean TTFT (ms):                          150.00
Median TTFT (ms):                        140.00
P99 TTFT (ms):                           310.00
-----Time per Output Token (excl. 1st token)------
Mean TPOT (ms):                          15.00
Median TPOT (ms):                        14.00
P99 TPOT (ms):                           21.00
==================================================
"""
BENCHY_TABLE = """\
| model        |        test |     t/s (total) |       t/s (req) | peak t/s | ttfr (ms) |
|:-------------|------------:|----------------:|----------------:|---------:|----------:|
| some-9b-bf16 | pp1024 (c1) | 1500.00 ± 9.00 | 1500.00 ± 9.00 |          |    700.00 |
| some-9b-bf16 |  tg128 (c1) |   13.00 ± 0.10 |   13.00 ± 0.10 |    13.50 |           |
| some-9b-bf16 |  tg128 (c4) |   44.00 ± 0.10 |   11.00 ± 0.10 |    46.00 |           |
"""
MXFP4_TABLE = """\
| model                  |       size |     params | backend | ngl |  test |            t/s |
| ---------------------- | ---------: | ---------: | ------- | --: | ----: | -------------: |
| gpt-oss 20B MXFP4 MoE  |  11.27 GiB |    20.91 B | CUDA    |  99 | pp512 | 3100.00 ± 9.00 |
| gpt-oss 20B MXFP4 MoE  |  11.27 GiB |    20.91 B | CUDA    |  99 | tg128 |  110.00 ± 0.50 |
"""


@pytest.fixture
def imported(ask, tmp_path, monkeypatch):
    """`advisor measurements import` of a text into a store of its own; code, error and rows kept."""

    def taken(text, *more):
        monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
        file = tmp_path / "output.txt"
        file.write_text(text, encoding="utf-8")
        answer = ask("measurements", "import", str(file), *more)
        listed = ask.__wrapped__("measurements", "list", "--json")
        rows = json.loads(listed.text) if answer.code == 0 else []
        rows = rows["rows"] if isinstance(rows, dict) else rows
        return answer, [(row["phase"], row["metric"], row["value"], row["scheme"]) for row in rows]

    return taken


def test_the_table_vllm_prints(imported):
    """B43: rates and median times of `vllm bench serve`, in seconds."""
    _, rows = imported(SERVE_TABLE, "--hardware", "RTX 4090", "--model", "Qwen3-8B", "--scheme", "BF16")
    assert rows == [
        ("serving", "output_tokens_per_s", 1280, "BF16"),
        ("serving", "total_tokens_per_s", 6400, "BF16"),
        ("serving", "requests_per_s", 5, "BF16"),
        ("serving", "ttft_s", 0.14, "BF16"),
        ("serving", "tpot_s", 0.014, "BF16"),
    ]


def test_llama_benchy(imported):
    """B43: prompt and answer of one request; the engine is named beside the file."""
    asked = ("--hardware", "DGX Spark", "--model", "Qwen3.5-9B", "--scheme", "BF16", "--engine", "vllm")
    _, rows = imported(BENCHY_TABLE, *asked)
    assert rows == [
        ("prefill", "tokens_per_s", 1500, "BF16"),
        ("decode", "tokens_per_s", 13, "BF16"),
    ]


def test_llama_benchy_without_an_engine(imported):
    """B43: the tool does not know the engine, and the refusal names the option."""
    answer, _ = imported(BENCHY_TABLE, "--hardware", "DGX Spark", "--model", "Qwen3.5-9B")
    assert (answer.code, "--engine" in answer.error) == (2, True)


def test_llama_bench_of_mxfp4(imported):
    """B44: 'gpt-oss 20B MXFP4 MoE' is MXFP4_MOE."""
    _, rows = imported(MXFP4_TABLE, "--hardware", "RTX 4090")
    assert rows == [
        ("prefill", "tokens_per_s", 3100, "MXFP4_MOE"),
        ("decode", "tokens_per_s", 110, "MXFP4_MOE"),
    ]
