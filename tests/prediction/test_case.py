"""One case to predict."""

from __future__ import annotations

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.resolve import resolve_hardware
from advisor.catalog.schemes import find_scheme
from advisor.documents.requirements import Load
from advisor.prediction.case import MAX_CONCURRENCY, Case


def case(engine: str = "llama.cpp", *loads: Load) -> Case:
    """Of one model and machine."""
    return Case(
        hardware=resolve_hardware("RTX 4090"),
        model=find_model("Llama-3.1-8B"),
        scheme=find_scheme("Q4_K_M"),
        engine=engine,
        backend="cuda",
        loads=loads or (Load(),),
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [((1,), 1), ((4, 16, 2), 16), ((4, MAX_CONCURRENCY, 2), MAX_CONCURRENCY)],
)
def test_the_most_requests_of_any_load_count(wanted: tuple[int, ...], expected: int) -> None:
    """Memory is planned for the heaviest load; one that asks for all there is decides."""
    assert expected == case("vllm", *(Load(concurrency=number) for number in wanted)).concurrency


@pytest.mark.parametrize(("engine", "serves"), [("llama.cpp", False), ("vllm", True), ("ollama", False)])
def test_engines_that_batch_serve(engine: str, serves: bool) -> None:
    """The engine's own file says whether it batches on the accelerator."""
    assert serves == case(engine).serves


def test_a_case_cannot_be_changed() -> None:
    """What was predicted is what was asked."""
    with pytest.raises(AttributeError):
        case().context_tokens = 1  # type: ignore[misc]
