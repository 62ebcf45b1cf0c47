"""Values of the production-stack chart."""

from __future__ import annotations

import pytest
import yaml

from advisor.deploy.targets import write
from advisor.documents.deployment import Command
from advisor.errors import UnsupportedError


def test_settings_have_the_charts_names_and_the_rest_are_words(plan):
    """What the chart does not know goes through as it is."""
    weights = "meta-llama/Llama-3.1-8B-Instruct"
    words = ("--max-model-len", "8192", "--quantization", "fp8_per_channel", "--host", "127.0.0.1")
    document = yaml.safe_load(write(plan(run=Command(argv=("vllm", "serve", weights, *words))), "helm"))
    (model,) = document["servingEngineSpec"]["modelSpec"]
    assert model["vllmConfig"] == {"maxModelLen": 8192, "extraArgs": ["--quantization", "fp8_per_channel"]}
    assert (model["repository"], model["tag"], model["requestGPU"]) == ("vllm/vllm-openai", "v1", 1)
    assert model["hf_token"] == {"secretName": "hf-token", "secretKey": "token"}


def test_a_template_in_a_name_is_refused(canary_plan):
    """The chart's templates would read it."""
    with pytest.raises(UnsupportedError, match="template"):
        write(canary_plan, "helm")


def test_a_file_is_refused(made_plan):
    """The chart fetches its model from a repository."""
    with pytest.raises(UnsupportedError, match="downloads its model"):
        write(made_plan, "helm")
