"""What whoever follows a plan should know."""

from __future__ import annotations

from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.documents.recommendation import Recommendation
from advisor.documents.requirements import Requirements
from advisor.recommendation.recommend import recommend
from advisor.recommendation.which_model import recommend_any


def _answer(model: str, machine: str, ram: str | None = None, **need) -> Recommendation:
    hardware = resolve_hardware(machine, Overrides(ram=ram))
    return recommend(Requirements(**need), hardware, resolve_model(model))


def _has(answer: Recommendation, words: str) -> bool:
    return any(words in line for line in answer.warnings)


def test_a_slow_first_token_and_a_slow_answer_are_said() -> None:
    """Both on a small board, neither on a fast card."""
    board, card = _answer("Qwen3-8B", "Raspberry Pi 5 16GB"), _answer("Qwen3-8B", "RTX 4090")
    said = [
        (_has(one, "the first token of a prompt"), _has(one, "is below reading speed"))
        for one in (board, card)
    ]
    assert said == [(True, True), (False, False)]


def test_a_card_alone_asks_for_main_memory() -> None:
    """Plans that use it as well are left out until its size is stated."""
    alone, stated = _answer("Qwen3-8B", "RTX 4090"), _answer("Qwen3-8B", "RTX 4090", "64GB")
    assert [_has(one, "only the GPU is named") for one in (alone, stated)] == [True, False]


def test_a_file_of_ollamas_library_needs_no_import() -> None:
    """Of a tag that names its file the engine's note on imported files is not said."""
    tag = _answer("llama3.1:8b-instruct-q4_K_M", "RTX 4090")
    assert tag.recommendation is not None
    assert (tag.recommendation.engine, _has(tag, "imported with FROM")) == ("ollama", False)


def test_an_engine_that_has_no_way_here_says_why() -> None:
    """Where no plan was even looked at, the reason of the engine asked for comes first."""
    for machine, engine, why in (
        (
            "RTX 2080 Ti",
            "exllamav3",
            "the EXL3 kernel needs compute capability 8.0; GeForce RTX 2080 Ti has 7.5",
        ),
        ("RTX 4090", "mlx", "mlx has no backend for NVIDIA GPUs"),
    ):
        answer = _answer("Qwen3-8B", machine, engines=(engine,))
        assert (answer.status, answer.warnings[0].startswith(why)) == ("nothing_fits", True)


def test_a_file_that_ollama_pulls_from_hugging_face_needs_no_import() -> None:
    """`ollama run hf.co/…` fetches it."""
    answer = _answer("Qwen3-8B", "RTX 4090", engines=("ollama",))
    assert answer.recommendation is not None
    assert "ollama run hf.co/" in answer.recommendation.run_command
    assert not _has(answer, "imported with FROM")


def test_an_answer_without_a_model_has_the_cautions_of_its_plan() -> None:
    """The model chosen may read images, which its plan leaves out: that is said as if it had been named."""
    hardware = resolve_hardware("RTX 3060 12GB")
    chosen = recommend_any(Requirements(), hardware)
    assert chosen.recommendation is not None
    named = recommend(Requirements(), hardware, resolve_model(chosen.recommendation.model))
    assert chosen.warnings == named.warnings
