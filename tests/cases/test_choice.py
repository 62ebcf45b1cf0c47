"""The choice on top of the figures: what a person who runs inference would take."""

import pytest

from advisor.recommendation.reading import READING_TOKENS_PER_S


def loss(plan):
    """Expected loss in percent."""
    return plan["loss_pct"]["value"] if plan["loss_pct"] else float("inf")


def speed(plan, *, shared=False):
    """Tokens/s of one answer, or of all together; 0 where nobody measured it."""
    figure = plan["predicted"]["throughput_tokens_per_s" if shared else "decode_tokens_per_s"]
    return figure["value"] if figure else 0.0


def size(plan):
    """Bytes of the file."""
    return plan["predicted"]["file_size_bytes"]["value"]


def test_more_requests_than_a_rented_machine_is_used_to(recommend):
    """A.1: 32 requests on a g5.xlarge have an answer with a speed, and it is the fastest of equals."""
    answer = recommend("llama3.1:8b", "g5.xlarge", "--concurrency", "32")
    assert answer.code == 0
    assert speed(answer.plan, shared=True) > 0


@pytest.mark.parametrize("task", ["code", "chat"])
def test_one_plan_for_one_question(recommend, recommend_any, task):
    """A.2: a model of the list, named, gets the plan that the list shows."""
    listed = recommend_any("RTX 4060 8GB", "--ram", "32GB", "--task", task).plans[:3]
    named = [
        recommend(plan["model"], "RTX 4060 8GB", "--ram", "32GB", "--task", task).plan for plan in listed
    ]
    assert [plan["scheme"] for plan in named] == [plan["scheme"] for plan in listed]


def test_native_formats_are_among_the_plans(recommend):
    """A.2: gpt-oss-20b on 8 GB is served in the format it was published in, without a loss."""
    plan = recommend("gpt-oss-20b", "RTX 4060 8GB", "--ram", "32GB", "--task", "code").plan
    assert (plan["scheme"], loss(plan)) == ("MXFP4_MOE", 0)


def test_models_without_a_score_do_not_count_as_zero(recommend_any):
    """A.3: on 12 GB for code a model of 2024 is not put above those of 2026 that score twice as much."""
    names = [plan["model"] for plan in recommend_any("RTX 3060 12GB", "--task", "code").plans]
    assert "Falcon-H1-7B" not in names[:5]


def test_the_list_is_in_the_order_of_its_scores(recommend_any):
    """A.3: of models at reading speed the scores shown fall from line to line, but for newer ones of a score
    equal within a point; slower ones come last."""
    for hardware in ("RTX 3060 12GB", "RTX 4090 + 64GB", "M4 16GB"):
        for task in ("code", "math"):
            plans = recommend_any(hardware, "--task", task).plans
            read = [
                plan["predicted"]["decode_tokens_per_s"]["value"] >= READING_TOKENS_PER_S for plan in plans
            ]
            assert sorted(read, reverse=True) == read
            scores = [plan["quality_pct"] for plan, readable in zip(plans, read, strict=True) if readable]
            lower = [b - max(scores[at:]) for at, b in enumerate(scores) if scores[at:]]
            assert [one for one in lower if one < -1.5] == [], (hardware, task)


def test_prompts_follow_the_task_and_the_context(recommend):
    """A.4: retrieval at 128k reads long prompts, and the first token waits for them."""
    answer = recommend("Qwen3.5-9B", "RTX 5090", "--task", "rag", "--context", "128k")
    assert answer.document["requirements"]["loads"][0]["prompt_tokens"] > 1024
    assert answer.plan["full_context_ttft_s"]["value"] > 5


def test_a_long_prompt_on_a_small_mac_is_said(recommend):
    """A.4: 16k tokens on an M4 take minutes to read, and the answer warns."""
    answer = recommend("Qwen3-8B", "M4 16GB", "--task", "summarisation", "--context", "16k")
    assert answer.plan["predicted"]["time_to_first_token_s"]["value"] > 60
    assert any("first token" in warning for warning in answer.document["warnings"])


def test_requests_reserve_what_they_use(recommend):
    """A.5: 64 requests of 1280 tokens do not push 8 bits off two A100."""
    answer = recommend(
        "Llama-3.3-70B", "2x A100 80GB", "--concurrency", "64", "--prompt", "1024", "--output", "256"
    )
    assert answer.plan["scheme"].startswith("W8A8")


def test_requests_do_not_destroy_a_model(recommend):
    """A.5: 32 requests on 24 GB are no reason for two bits."""
    assert loss(recommend("llama3.1:8b", "RTX 4090", "--concurrency", "32").plan) < 1


@pytest.mark.parametrize(
    ("model", "hardware", "engine"),
    [("gpt-oss-120b", "M3 Max 64GB", "mlx"), ("Llama-3.3-70B", "RTX 4090", "llama.cpp")],
)
def test_heavy_losses_are_called_heavy(recommend, model, hardware, engine):
    """A.6: above 2.5 % nobody claims that no benchmark could tell; models that beat the plan are named."""
    answer = recommend(model, hardware, "--engine", engine)
    assert (answer.code, loss(answer.plan) > 2.5) == (0, True)
    assert "no benchmark could tell" not in answer.plan["why"][0]
    assert answer.document["better_models"]


@pytest.mark.parametrize(
    ("model", "hardware", "more"),
    [
        ("Mistral-Nemo", "Arc B580", ("--max-loss", "1")),
        ("Mistral-Nemo", "Arc B580", ("--objective", "speed")),
        ("qwen3-8b", "RTX 3060 12GB", ()),
        ("Llama-3.1-8B", "RTX 4090", ()),
        ("Llama-3.1-8B", "RTX 4090", ("--concurrency", "16")),
        ("Qwen3.6-27B", "RTX 4090", ()),
        ("gpt-oss-20b", "M4 16GB", ()),
        ("Qwen3-30B-A3B", "RTX 3060 12GB + 32GB", ()),
        ("Gemma-3-12B", "M3 Max 64GB", ()),
    ],
)
def test_no_plan_shown_first_is_beaten(recommend, model, hardware, more):
    """A.7: no runner-up is better or equal in loss, speed and size at once."""
    answer = recommend(model, hardware, *more)
    shared = "--concurrency" in more
    first = (loss(answer.plan), -speed(answer.plan, shared=shared), size(answer.plan))
    others = [(loss(p), -speed(p, shared=shared), size(p)) for p in answer.plans[1:]]
    assert [
        one for one in others if one != first and all(a <= b for a, b in zip(one, first, strict=True))
    ] == []


@pytest.mark.parametrize(("model", "hardware"), [("qwen3-8b", "RTX 3060 12GB"), ("Qwen3.6-27B", "RTX 4090")])
def test_one_verdict_in_every_view(ask, recommend, model, hardware):
    """A.7: what the table of tradeoffs calls feasible and the answer recommends is the same plan."""
    table = ask("tradeoffs", "--model", model, "--hardware", hardware, "--json").document
    chosen = recommend(model, hardware).plan
    rows = [
        row
        for row in table["rows"]
        if row["scheme"] == chosen["scheme"] and row["engine"] == chosen["engine"]
    ]
    assert [(row["recommended"], row["feasible"], row["pareto"]) for row in rows] == [(True, True, True)]


def test_what_a_mac_could_open_is_said(recommend):
    """A.8: where a gigabyte is missing on a Mac the setting and its value are named."""
    answer = recommend("gpt-oss-120b", "M3 Max 64GB", "--engine", "mlx")
    assert any("iogpu.wired_limit_mb=" in line for line in answer.document["what_would_change"])


def test_more_requests_than_fit(recommend):
    """A.8: where the requests do not fit, fewer requests or a shorter context are named."""
    answer = recommend(
        "Qwen3-32B", "RTX 4090", "--concurrency", "256", "--context", "32k", "--engine", "vllm"
    )
    change = answer.document["nearest_miss"]["change"]
    assert (answer.code, "--concurrency" in change, "--context" in change) == (3, True, True)


def test_unknown_main_memory_is_asked_for(recommend):
    """A.8: a plan that needs main memory of unknown size says `--ram`."""
    answer = recommend("Llama-3.3-70B", "RTX 3060 12GB")
    assert "--ram" in answer.document["nearest_miss"]["change"]


def test_below_reading_speed_is_said(recommend):
    """A.8: a named model at a token or two a second carries a warning."""
    answer = recommend("Llama-3.3-70B", "Ryzen 5 7600 64GB")
    assert any("reading speed" in warning for warning in answer.document["warnings"])


def test_no_invented_confidence(recommend):
    """A.11: beyond the last level that measurements carry there is no figure, and the need is stated."""
    asked = ("--scheme", "Q4_K_M", "--engine", "llama.cpp", "--confidence")
    upper = [recommend("Llama-3.1-8B", "RTX 4090", *asked, level) for level in ("90", "99.9")]
    figures = [one.plan["loss_upper_pct"] if one.code == 0 else None for one in upper]
    assert figures[0] is not None
    assert figures[1] is None or figures[1] > figures[0]


def test_licences_are_shown(recommend):
    """B.8: the licence stands in the answer."""
    assert recommend("Qwen3-8B", "RTX 4090").plan["licence"] == "apache-2.0"


def test_the_largest_context_is_shown(recommend):
    """B.8: how much fits is in every answer."""
    assert recommend("Llama-3.1-8B", "RTX 4090").plan["max_context_tokens"] == 131072


@pytest.mark.parametrize(
    ("model", "hardware", "task"),
    [
        ("Ornith-1.5-9B", "M4 16GB", "code"),
        ("Qwen3-8B", "M4 16GB", "summarisation"),
        ("Qwen3-14B", "M4 16GB", "chat"),
        ("Qwen3.5-9B", "M2 16GB", "rag"),
    ],
)
def test_a_mac_reads_prompts_on_its_gpu(recommend, model, hardware, task):
    """A little more accuracy is not bought with a processor that reads the prompt for a minute."""
    placement = recommend(model, hardware, "--task", task).plan["predicted"]["placement"]
    assert placement["kind"] == "unified"


def test_plans_passed_over_are_named(recommend):
    """Why a more accurate plan on the processor is not taken stands among the reasons."""
    why = recommend("Ornith-1.5-9B", "M4 16GB", "--task", "code").plan["why"]
    assert [line for line in why if line.startswith("Plans on the processor were passed over")] != []


@pytest.mark.parametrize(
    "model", ["Nemotron-3-Super-120B-A12B", "MiMo-V2-Flash", "Qwen3-Next-80B-A3B-Thinking"]
)
def test_drafting_is_said_to_be_unmeasured(recommend, model):
    """B.8: a model that can draft its own tokens says that nobody measured the gain here."""
    warnings = recommend(model, "8x H200").document["warnings"]
    assert [line for line in warnings if "MTP" in line and "not measured" in line] != []
