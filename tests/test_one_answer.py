"""recommend, tradeoffs, predict and explain ask one function: their figures agree to the digit."""

import pytest

from advisor.api import answer_case, explain, recommend, tradeoffs
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.plain import plain
from advisor.documents.requirements import Load, Requirements, TaskNeed
from advisor.prediction.figures import FIGURES
from advisor.recommendation.batch import figure


@pytest.mark.parametrize(
    ("hardware", "model", "engine", "concurrency"),
    [
        ("RTX 4090", "Llama-3.1-8B", "llama.cpp", 1),
        ("2x A100 80GB", "Llama-3.1-70B", "vllm", 16),
        ("M3 Max 64GB", "Qwen3-30B-A3B", "llama.cpp", 1),
    ],
)
def test_agree(hardware, model, engine, concurrency):
    """The recommended plan's figures are the table's, the batch's and those that explain opens."""
    requirements = Requirements(
        model=model,
        tasks=(TaskNeed(task="knowledge"),),
        context_tokens=4096,
        engines=(engine,),
        loads=(Load(prompt_tokens=512, output_tokens=128, concurrency=concurrency),),
    )
    machine, profile = resolve_hardware(hardware, Overrides()), resolve_model(model)
    plan = recommend(requirements, machine, profile).recommendation
    row = next(
        row
        for row in tradeoffs(requirements, machine, profile).rows
        if (row.scheme, row.engine, row.backend) == (plan.scheme, plan.engine, plan.backend)
    )
    case = {
        "id": 1,
        "hardware": hardware,
        "model": model,
        "scheme": plan.scheme,
        "engine": engine,
        "backend": plan.backend,
        "imatrix": plan.imatrix,
        "kv_type": plan.kv_type,
        "task": "knowledge",
        "workload": {
            "prompt_tokens": 512,
            "output_tokens": 128,
            "context_tokens": 4096,
            "concurrency": concurrency,
        },
    }
    batch = answer_case(case)
    names = (
        "file_size_bytes",
        "memory_bytes",
        "decode_tokens_per_s",
        "prefill_tokens_per_s",
        "throughput_tokens_per_s",
    )
    predicted = {name: figure(getattr(plan.predicted, name)) for name in names}
    assert predicted == {name: figure(getattr(row, name)) for name in names}
    assert predicted == {name: batch[name] for name in names}
    opened = explain(plan, machine, profile, requirements)["sections"]
    assert opened["speed"]["figures"] == plain({name: getattr(plan.predicted, name) for name in FIGURES})
    assert opened["accuracy"]["figures"] == plain(plan.predicted.retained_accuracy_pct)
    assert (
        plain(plan.predicted.retained_accuracy_pct["knowledge"])["value"]
        == batch["retained_accuracy_pct"]["value"]
    )
