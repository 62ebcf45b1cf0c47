"""A batch answers every line in order, whatever the lines hold, and says whether a case can run."""

from __future__ import annotations

import json
import sys
from io import BytesIO, TextIOWrapper

import pytest
from pydantic import TypeAdapter

from advisor.api import answer_case, answer_line
from advisor.catalog.resolve import resolve_model
from advisor.cli.main import run
from advisor.documents.batch import BatchAnswer, BatchCase, BatchError

CASE = {"hardware": "RTX 4090", "model": "Llama-3.1-8B", "scheme": "Q4_K_M"}


def speeds(**keys) -> tuple[float, float]:
    """Decode and prefill of CASE with *keys*, in tokens per second."""
    answer = answer_case({**CASE, **keys})
    return answer["decode_tokens_per_s"]["value"], answer["prefill_tokens_per_s"]["value"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   ",
        "nul",
        "[1]",
        '{"id": ' + "[" * 500 + "]" * 500 + "}",
        '{"id": 1, "model": "' + "9" * 80_000 + 'B", "scheme": "Q4_K_M"}',
        '{"model": "Llama-3.1-8B", "scheme": "Q4_K_M", "kv_bits": "nan"}',
        '{"model": "Llama-3.1-8B", "scheme": "Q4_K_M", "workload": {"concurrency": 1e999}}',
        '{"model": "Llama-3.1-8B", "scheme": "\\ud800"}',
        '{"model": "Llama-3.1-8B", "scheme": "Q4_K_M", "memory": {"channels": 2}}',
    ],
)
def test_no_line_is_left_without_an_answer(line):
    """Empty, nested 500 deep, a name of 80,000 digits, text for a number, a lone surrogate: an error each."""
    answer = answer_line(line)
    assert ["id", "error"] == list(answer)
    TypeAdapter(BatchError).validate_json(json.dumps(answer))


def test_answers_satisfy_their_schema():
    """With and without a machine, supported or not."""
    cases = (
        CASE,
        {**CASE, "hardware": None, "id": {"row": 1}},
        {**CASE, "hardware": "Tesla V100 16GB", "scheme": "W8A8-FP-dynamic", "engine": "vllm"},
    )
    read = [TypeAdapter(BatchAnswer).validate_json(json.dumps(answer_case(case))) for case in cases]
    assert [(True, True), (None, None), (True, False)] == [(one.fits, one.supported) for one in read]
    assert "7.5" in read[2].notes[0]


def test_every_key_of_a_case_is_taken():
    """A case that states everything is answered."""
    case = {
        **CASE,
        "id": "all",
        "n_devices": 1,
        "memory": {"kind": "DDR5", "rate_mt_per_s": 6000, "channels": 2, "total_bytes": 64 * 2**30},
        "bandwidth": "1008GB/s",
        "backend": "cuda",
        "engine": "llama.cpp",
        "imatrix": True,
        "kv_type": "q8_0",
        "kv_bits": 8,
        "gpu_layers": 20,
        "n_cpu_moe": 0,
        "threads": 8,
        "ubatch": 512,
        "flash_attn": True,
        "depth": 128,
        "task": "math",
        "workload": {"prompt_tokens": 64, "output_tokens": 16, "context_tokens": 512, "concurrency": 2},
    }
    assert set(BatchCase.__dataclass_fields__) == set(case)
    assert "error" not in answer_case(case)


def test_a_prompt_at_depth_is_slower_than_at_none():
    """What lies in the cache is read by prompt and answer."""
    (decode, prefill), (deep_decode, deep_prefill) = speeds(), speeds(depth=16384)
    assert deep_decode < decode
    assert deep_prefill < prefill


def test_memory_as_its_modules_state_it():
    """Two channels of DDR5-6000 have 96 GB/s: as if that bandwidth were given; half the rate is slower."""
    cpu = {"hardware": "Ryzen 9 7950X"}
    modules = {"kind": "DDR5", "rate_mt_per_s": 6000, "channels": 2}
    assert speeds(**cpu, memory=modules) == speeds(**cpu, bandwidth=96e9)
    assert speeds(**cpu, memory={**modules, "rate_mt_per_s": 3000})[0] < speeds(**cpu, memory=modules)[0]


def test_experts_in_main_memory():
    """The more layers' experts stay there, the slower the answer."""
    asked = {"hardware": "RTX 4090 64GB RAM", "model": "Qwen3-30B-A3B"}
    rates = [speeds(**asked, n_cpu_moe=n)[0] for n in (1, 10, 40)]
    assert rates == sorted(rates, reverse=True)


class TestCommand:
    def ask(self, monkeypatch, capsys, data: bytes) -> tuple[int, list[dict]]:
        """Exit code and answers of `predict --batch -` on a strict standard input."""
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data), encoding="utf-8", errors="strict"))
        code = run(["predict", "--batch", "-"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    def test_a_bad_byte_spoils_its_own_line_only(self, monkeypatch, capsys):
        """Four lines, one of them no UTF-8 and one blank: four answers in order."""
        good = json.dumps(CASE).encode()
        code, answers = self.ask(monkeypatch, capsys, b"\n".join([good, b"\xff\xfe", b"", good]) + b"\n")
        assert (0, [False, True, True, False]) == (code, ["error" in answer for answer in answers])

    @pytest.mark.parametrize("data", [b"{}\n[]\n", b"\n"])
    def test_a_batch_without_any_answer_is_a_failure(self, monkeypatch, capsys, data):
        """Exit code 2 when no line could be answered."""
        assert 2 == self.ask(monkeypatch, capsys, data)[0]


def test_a_quantized_file_is_asked_for_its_own_scheme_alone(gguf_files, tmp_path):
    """Another scheme than its own is refused, in the words of the other commands."""
    file = gguf_files.write_gguf(tmp_path / "tiny.gguf")
    own = answer_case({"hardware": "RTX 4090", "model": str(file)})
    other = answer_case({"hardware": "RTX 4090", "model": str(file), "scheme": "Q2_K"})
    scheme = resolve_model(str(file)).fixed_scheme
    assert "error" not in own
    assert f"is quantized already, as {scheme}: leave out --scheme" in other["error"]["message"]
