"""The memory rules against what engines printed."""

import pytest

from advisor.documents.model import ModelProfile
from advisor.evaluation.sizes.memory import evaluate, log_model


@pytest.fixture(scope="module")
def report():
    """The evaluation of all logs."""
    return evaluate()


def _row(report, source, engine, backend, part):
    wanted = (source, engine, backend, part)
    return next(r for r in report["rows"] if (r["source"], r["engine"], r["backend"], r["part"]) == wanted)


def test_cpu_figures(report):
    """CPU backend: every cache within 0.1 %, compute buffers within 1 % (median), none above the plan."""
    cache = _row(report, "own dry run", "llama.cpp", "CPU", "kv_cache")
    compute = _row(report, "own dry run", "llama.cpp", "CPU", "compute")
    assert cache["within_0_1_pct"] == 1.0
    assert compute["median_abs_error_pct"] <= 1.0
    assert compute["above_plan"] == 0
    assert "Phi-3-mini" in compute["worst"]


def test_gpu_figures_claim_only_with_enough_logs(report):
    """CUDA logs: median within 3 %; fewer than 20 logs carry no claim."""
    cuda = _row(report, "public log", "ik_llama.cpp", "CUDA", "compute")
    assert cuda["claim"]
    assert cuda["median_abs_error_pct"] <= 3.0
    assert {True} == {row["claim"] == (row["n"] >= 20) for row in report["rows"]}


def test_a_log_s_free_words_name_a_model():
    """Editions do not change shapes; a file with other layers, or a model nobody knows, is none."""
    found = log_model("Qwen3 30B A3B Instruct")
    assert isinstance(found, ModelProfile)
    assert found.name == "Qwen3-30B-A3B"
    assert (log_model("48 layer trial"), log_model("nobody knows it"), log_model("")) == (None, None, None)


def test_what_is_left_out_is_counted(report):
    """Logs without a context or a model are not compared, each under its reason."""
    assert {"context not printed", "model not named or not in the catalogue"} <= set(report["left_out"])
    assert min(report["left_out"].values()) > 0
