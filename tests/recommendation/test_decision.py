"""The decision on the machines and models of the usual questions."""

import os
import subprocess
import sys

import pytest

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.requirements import Load, Requirements, TaskNeed
from advisor.prediction.artifacts import load
from advisor.recommendation.recommend import recommend
from advisor.recommendation.tradeoffs import tradeoffs


def ask(model: str, hardware: str, **need):
    profile = resolve_model(model)
    return recommend(
        Requirements(model=profile.name, **need), resolve_hardware(hardware, Overrides()), profile
    )


SERVING = {"engines": ("vllm",), "context_tokens": 2048, "objective": "speed"}
A100 = ("Llama-3.1-70B", "2x A100 80GB")


class TestServing:
    def test_one_stream_takes_four_bits(self):
        """For one stream on Ampere, W4A16 leads: decode reads the weights, and four bits are fewest."""
        plan = ask(*A100, **SERVING).recommendation
        assert plan.scheme.startswith("W4A16-INT")

    def test_under_load_takes_int8(self):
        """For 64 streams W8A8-INT leads: the matrix products bind, and INT8 arithmetic is twice as fast."""
        plan = ask(*A100, **SERVING, loads=(Load(concurrency=64),)).recommendation
        assert "W8A8-INT" == plan.scheme

    def test_no_fp8_arithmetic_on_ampere(self):
        """FP8 arithmetic is not there on compute capability 8.0: the scheme is left aside with what runs
        instead, never recommended.
        """
        answer = ask(*A100, **SERVING, loads=(Load(concurrency=64),))
        reasons = {r.scheme: r.reason for r in answer.rejected}
        assert "weights only: computed in 16 bits by the Marlin kernel" in reasons["W8A8-FP-dynamic"]

    def test_a_mixed_load_lies_between(self):
        """Half the requests alone and half among 64: the mixed rate lies between the two."""
        alone, busy = Load(concurrency=1, weight=0.5), Load(concurrency=64, weight=0.5)
        need = {**SERVING, "schemes": ("W8A8-INT",)}
        rates = [
            ask(*A100, **need, loads=loads).recommendation.predicted.throughput_tokens_per_s.value
            for loads in ((alone,), (alone, busy), (busy,))
        ]
        assert sorted(rates) == rates


class TestLocal:
    def test_stated_loss_takes_the_fastest(self):
        """With a stated loss the plan stays within it at the confidence asked for,
        and no feasible plan is faster by more than two people's measurements of one configuration differ.
        """
        need = {"tasks": (TaskNeed(task="math"),), "max_loss_pct": 1.0, "engines": ("llama.cpp",)}
        answer = ask("Llama-3.1-8B", "RTX 4090", **need)
        profile = resolve_model("Llama-3.1-8B")
        table = tradeoffs(Requirements(model=profile.name, **need), answer.hardware, profile)
        best = max(
            row.decode_tokens_per_s.value
            for row in table.rows
            if row.feasible and not row.scheme.startswith("UD-")
        )
        assert answer.recommendation.loss_upper_pct <= 1.0
        assert answer.recommendation.predicted.decode_tokens_per_s.value >= best / (
            1 + load("decision")["speed_resolution"]
        )

    def test_without_a_stated_loss_f16_does_not_win_on_nothing(self):
        """Losses no benchmark could resolve tie, so the 16-bit file does not win over one half its size."""
        plan = ask("Llama-3.1-8B", "RTX 4090", engines=("llama.cpp",)).recommendation
        assert plan.predicted.bpw.value < 9
        assert plan.loss_pct.value <= load("decision")["benchmark_resolution_pct"]

    def test_experts_go_to_the_cpu(self):
        """Qwen3-30B-A3B on an 8 GB GPU with 32 GB RAM keeps attention on the GPU and experts in main
        memory.
        """
        plan = ask("Qwen3-30B-A3B", "RTX 4060 8GB + Ryzen 5 7600 32GB", engines=("llama.cpp",)).recommendation
        assert "experts-on-cpu" == plan.predicted.placement.kind
        assert "-ncmoe" in plan.run_command

    def test_a_laptop_gets_an_answer(self):
        """CodeLlama-34B in 16 GB of a laptop without GPU:
        some scheme of two or three bits fits, and its loss is said.
        """
        answer = ask("CodeLlama-34B", "laptop CPU 16GB", tasks=(TaskNeed(task="code"),))
        plan = answer.recommendation
        assert ("cpu", True) == (
            plan.predicted.placement.kind,
            plan.predicted.memory_bytes.value < 16 * 2**30,
        )
        assert plan.loss_pct.value > 1

    def test_nothing_fits(self):
        """When nothing fits, the document says so, names the nearest miss and what would make it fit."""
        answer = ask("Llama-3.1-405B", "RTX 4060 8GB + Ryzen 5 7600 32GB")
        assert ("nothing_fits", None) == (answer.status, answer.recommendation)
        assert answer.nearest_miss.misses
        assert answer.nearest_miss.change

    def test_an_impossible_speed_names_the_nearest(self):
        """A speed nobody reaches is answered with the fastest plan and the speed it would do with."""
        answer = ask("Llama-3.1-8B", "RTX 4090", min_decode_tokens_per_s=5000.0)
        assert "nothing_fits" == answer.status
        assert "--min-speed" in answer.nearest_miss.change

    def test_without_calibration(self):
        """--no-calibration rules out what cannot be made without data, and makes no importance matrix."""
        answer = ask("Llama-3.1-8B", "RTX 4090", calibration_allowed=False, engines=("llama.cpp",))
        assert not answer.recommendation.imatrix
        assert "calibration" == {r.scheme: r.kind for r in answer.rejected}["IQ2_XXS"]

    @pytest.mark.parametrize("objective", ["size", "speed", "accuracy", "make-cost", "serve-cost"])
    def test_every_objective_answers(self, objective):
        """Each objective gives a feasible plan, and none gives a model that lost what a smaller one keeps."""
        plan = ask("Qwen2.5-7B", "RTX 3060 12GB", objective=objective, engines=("llama.cpp",)).recommendation
        assert plan.loss_pct.value <= load("decision")["smaller_model_loss_pct"]


class TestPublishedFormats:
    def test_gpt_oss_keeps_its_own_format(self):
        """gpt-oss was published in MXFP4: those weights lose nothing, and nothing larger is offered."""
        answer = ask("gpt-oss-120b", "H100 SXM")
        plan = answer.recommendation
        assert ("MXFP4", 0.0, "") == (
            plan.scheme.removesuffix("_MOE"),
            plan.loss_pct.value,
            plan.make_command,
        )
        assert "gpt-oss-120b" in plan.run_command
        assert "pointless" == {r.scheme: r.kind for r in answer.rejected if r.engine == "llama.cpp"}["Q8_0"]

    def test_deepseek_is_served_as_published(self):
        """DeepSeek-V3 was published in FP8 blocks: served from its own repository, at no loss."""
        plan = ask("DeepSeek-V3", "8x H200", loads=(Load(concurrency=32),)).recommendation
        assert ("W8A8-FP-block", 0.0) == (plan.scheme, plan.loss_pct.value)
        assert "vllm serve deepseek-ai/DeepSeek-V3" in plan.run_command

    def test_mxfp4_moe_of_a_dense_model_is_no_scheme(self):
        """MXFP4_MOE quantizes experts only; on a dense model it is not offered."""
        assert (
            "unsupported" == {r.scheme: r.kind for r in ask("Llama-3.1-8B", "RTX 4090").rejected}["MXFP4_MOE"]
        )


class TestAdvice:
    def test_the_nearest_miss_fits_as_advised(self):
        """What the nearest miss says it would do with, it does with."""
        answer = ask("Llama-3.1-8B", "RTX 3060", context_tokens=131072)
        assert ("nothing_fits", True) == (answer.status, "--kv-cache q4_0" in answer.nearest_miss.change)
        scheme = answer.nearest_miss.plan.scheme
        assert (
            "ok"
            == ask(
                "Llama-3.1-8B", "RTX 3060", context_tokens=131072, kv_type="q4_0", schemes=(scheme,)
            ).status
        )

    def test_a_whole_model_on_the_gpu_beats_sixteen_bit_keys(self):
        """KV `auto` takes 8 bits rather than push the model off the GPU."""
        plan = ask("Llama-3.1-8B", "M1 8GB", schemes=("Q3_K_M",)).recommendation
        assert ("unified", "q8_0") == (plan.predicted.placement.kind, plan.kv_type)


class TestTasks:
    def test_each_task_keeps_its_own_limit(self):
        """Several tasks may be mixed, each with its own limit; the plan keeps every one."""
        tasks = (TaskNeed(task="math", max_loss_pct=1.0), TaskNeed(task="chat", max_loss_pct=3.0))
        plan = ask("Llama-3.1-8B", "RTX 4090", tasks=tasks).recommendation
        assert plan.task_loss_upper_pct["math"] <= 1.0
        assert plan.task_loss_upper_pct["chat"] <= 3.0

    def test_a_tighter_limit_is_never_met_by_fewer_bits(self):
        """Tightening the loss never leads to a scheme of higher expected loss."""
        losses = [
            ask(
                "Llama-3.1-8B", "RTX 4090", max_loss_pct=limit, engines=("llama.cpp",)
            ).recommendation.loss_upper_pct
            for limit in (10.0, 3.0, 1.0)
        ]
        assert sorted(losses, reverse=True) == losses


def test_same_input_same_bytes():
    """The same question gives the same document, byte for byte,
    in processes that order their sets differently.
    """
    command = [sys.executable, "-m", "advisor", "recommend", "--json", "--model", "Qwen2.5-7B", "--hardware"]
    first, second = (
        subprocess.run(
            [*command, "RTX 3060 12GB"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    )
    assert len(first) > 1000
    assert first == second
