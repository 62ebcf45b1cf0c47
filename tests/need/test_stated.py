"""A need in words."""

from typing import Any

import pytest

from advisor.catalog.models import find_model
from advisor.documents.requirements import Requirements
from advisor.errors import UsageError
from advisor.need.stated import Stated, argv, requirements


def test_nothing_said_is_the_default_need() -> None:
    """A need of which nothing is said is the document's own default."""
    assert Requirements() == requirements(Stated(), None)


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (Stated(context="many"), "context"),
        (Stated(concurrency="0"), "concurrency"),
        (Stated(max_loss="-1"), "max-loss"),
        (Stated(min_speed="fast"), "min-speed"),
        (Stated(max_ttft="2 hours"), "max-ttft"),
        (Stated(confidence="100"), "confidence"),
        (Stated(kv_cache="q3"), "kv-cache"),
        (Stated(objective="best"), "objective"),
        (Stated(task=("sorcery",)), "task"),
        (Stated(engine=("vlm",)), "engine"),
        (Stated(scheme=("Q4_K_X",)), "scheme"),
        (Stated(context="100", prompt="90", output="20"), "context"),
    ],
)
def test_an_error_names_its_field(stated: Any, field: str) -> None:
    """Whoever shows the error knows which option is at fault without reading its words."""
    with pytest.raises(UsageError) as caught:
        requirements(stated, None)
    assert field == caught.value.field


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        (Stated(prompt="131000", output="1000"), "prompt"),
        (Stated(prompt="200000"), "prompt"),
        (Stated(output="200k"), "output"),
    ],
)
def test_a_request_longer_than_the_model_reads_is_refused(stated: Stated, field: str) -> None:
    """Nothing is predicted for a request that no context of the model holds."""
    with pytest.raises(UsageError, match=r"more than the 131072 tokens Llama-3\.1-8B reads") as caught:
        requirements(stated, find_model("Llama-3.1-8B"))
    assert caught.value.field == field


def test_context_max() -> None:
    """`max` asks for as much context as fits."""
    assert "max" == requirements(Stated(context="max"), None).context_tokens


def test_options_that_say_the_same() -> None:
    """A need is written as options; a value that looks like one stays a value."""
    stated = Stated(task=("math:1%", "-x"), max_loss="2", no_calibration=True)
    assert ["--task=math:1%", "--task=-x", "--max-loss=2", "--no-calibration"] == argv(stated)


def test_a_short_scheme_name_is_the_engines() -> None:
    """'4bit' is what the users of the one engine asked for call so; among several engines, of llama.cpp's."""
    asked = {
        engines: requirements(Stated(engine=engines, scheme=("4bit",)), None).schemes
        for engines in ((), ("mlx",), ("vllm",), ("transformers",), ("mlx", "vllm"))
    }
    assert asked == {
        (): ("Q4_K_M",),
        ("mlx",): ("MLX-4bit-g64",),
        ("vllm",): ("W4A16-INT-gptq-g128",),
        ("transformers",): ("NF4",),
        ("mlx", "vllm"): ("Q4_K_M",),
    }
