"""The bytes of files that exist."""

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.outcome import Estimate
from advisor.sizing.real_file import as_published
from advisor.sizing.weights import weigh


def test_a_file_of_a_public_recipe_differs_by_its_header() -> None:
    """Three megabytes more of header are the file's, and none of them is weights."""
    computed = weigh(find_model("Llama-3.1-8B"), find_scheme("Q4_K_M"))
    file = Estimate.exact(computed.file_bytes.value + 3_000_000, "somebody/Llama-GGUF")
    found = as_published(computed, file)
    assert (found.file_bytes, found.total_bytes) == (file, computed.total_bytes)


def test_a_mixture_nobody_explains_has_the_bytes_of_its_file() -> None:
    """An Unsloth mix is its fitted size until its file is known: then its parts sum to the file's."""
    computed = weigh(find_model("Qwen3-8B"), find_scheme("UD-Q4_K_XL"))
    found = as_published(computed, Estimate.exact(5_140_000_000, "unsloth/Qwen3-8B-GGUF"))
    parts = found.embedding_bytes + found.output_bytes + found.other_bytes + sum(found.layer_bytes)
    beside = computed.file_bytes.value - computed.total_bytes.value
    assert found.file_bytes.value == 5_140_000_000
    assert found.total_bytes.value == round(5_140_000_000 - beside)
    assert abs(parts / found.total_bytes.value - 1) < 1e-6


def test_a_rounded_size_does_not_replace_an_exact_one() -> None:
    """'4.9 GB' on a page is no reason to forget what llama-quantize makes to the byte."""
    computed = weigh(find_model("Llama-3.1-8B"), find_scheme("Q4_K_M"))
    shown = Estimate.of((4.9e9, 4.85e9, 4.95e9), "measured", ("a page",))
    assert as_published(computed, shown) == computed
