"""Ray Serve applications; `benchmarks/engine_judges.py --only targets` asks Ray's own schema."""

from __future__ import annotations

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.documents.deployment import Command
from advisor.errors import UnsupportedError


def test_the_words_are_settings_and_ray_places_the_ranks(plan):
    """Numbers are numbers, a bare flag is true; host, port and ranks are Ray's."""
    weights = "meta-llama/Llama-3.1-8B-Instruct"
    words = ("--max-model-len", "8192", "--gpu-memory-utilization", "0.92", "--enable-expert-parallel")
    run = Command(argv=("vllm", "serve", weights, *words, "--host", "127.0.0.1", "--nnodes", "2"))
    (application,) = yaml.safe_load(write(plan(run=run), "ray-serve"))["applications"]
    (model,) = application["args"]["llm_configs"]
    assert model["engine_kwargs"] == {
        "max_model_len": 8192,
        "gpu_memory_utilization": 0.92,
        "enable_expert_parallel": True,
    }
    assert model["model_loading_config"]["model_source"] == weights


def test_another_engine_is_refused(plan):
    """Ray Serve LLM runs vLLM."""
    with pytest.raises(UnsupportedError, match=r"ray-serve runs no llama\.cpp"):
        write(plan(engine="llama.cpp"), "ray-serve")


def test_ranks_that_share_experts_start_together(plan):
    """Ray has a builder of its own for them, which takes one model."""
    run = Command(argv=("vllm", "serve", "m/M", "--data-parallel-size", "8"))
    (application,) = yaml.safe_load(write(plan(run=run), "ray-serve"))["applications"]
    assert application["import_path"] == "ray.serve.llm:build_dp_openai_app"
    assert application["args"]["llm_config"]["engine_kwargs"] == {"data_parallel_size": 8}
