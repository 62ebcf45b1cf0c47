"""Weights of plans: the published file where there is one."""

from advisor.catalog.checkpoints import checkpoints
from advisor.catalog.models import find_model
from advisor.catalog.ready import published
from advisor.catalog.schemes import find_scheme
from advisor.engines import facts
from advisor.errors import UnknownNameError
from advisor.prediction.weighing import weigh_plan


def test_a_plan_that_pulls_a_file_has_its_bytes() -> None:
    """gpt-oss-20b as Q6_K is 12.04 GB, for its experts stay MXFP4: half of what 6-bit experts would be."""
    model, scheme = find_model("gpt-oss-20b"), find_scheme("Q6_K")
    ready = published(model, scheme, facts("llama.cpp"))
    assert ready is not None
    own = [one.exact_bytes for one in checkpoints(model, "Q6_K") if one.repository == ready.repository]
    assert [weigh_plan(model, scheme, "llama.cpp", None).file_bytes.value] == own


def test_every_published_file_is_the_size_of_its_plan() -> None:
    """Whatever llama.cpp pulls of these models has exactly the bytes its repository states."""
    engine = facts("llama.cpp")
    seen = 0
    for name in ("Qwen3-8B", "Qwen3-30B-A3B-2507", "Gemma-3-1B", "Llama-3.2-1B", "Qwen2.5-0.5B"):
        model = find_model(name)
        for scheme in sorted({one.scheme for one in checkpoints(model) if one.format == "gguf"}):
            try:
                about = find_scheme(scheme)
            except UnknownNameError:  # a publisher's own mix, none of the catalogue's
                continue
            ready = published(model, about, engine)
            if ready is None or ready.size is None or ready.size.basis != "exact":
                continue
            found = weigh_plan(model, about, "llama.cpp", None)
            assert (scheme, found.file_bytes) == (scheme, ready.size)
            seen += 1
    assert seen > 40


def test_what_is_made_keeps_its_computed_size() -> None:
    """No published file of this scheme is known: the size is llama-quantize's."""
    model, scheme = find_model("Qwen3-8B"), find_scheme("Q4_0-pure")
    assert published(model, scheme, facts("llama.cpp")) is None
    assert weigh_plan(model, scheme, "llama.cpp", None).basis == "exact"


def test_a_published_file_holds_its_weights_however_they_are_asked_for() -> None:
    """No weights exceed the file they lie in, and asking for an importance matrix changes no file that
    exists: predict, which is told of none, and explain, whose plan has one, tell the same bytes."""
    seen = 0
    for name in ("Qwen3-8B", "Qwen3-30B-A3B-2507", "Gemma-3-1B", "Llama-3.2-1B", "Qwen3-32B"):
        model = find_model(name)
        for scheme in (find_scheme(one) for one in ("IQ4_XS", "IQ4_NL", "Q4_0", "Q4_K_M", "Q6_K")):
            files = {way: published(model, scheme, facts("llama.cpp"), way) for way in (None, True)}
            if files[None] is None or files[None] != files[True] or files[None].size is None:
                continue
            told, matrix = (weigh_plan(model, scheme, "llama.cpp", way) for way in (None, True))
            assert (name, scheme.name, told.total_bytes) == (name, scheme.name, matrix.total_bytes)
            assert (name, scheme.name, told.total_bytes.value < told.file_bytes.value) == (
                name,
                scheme.name,
                True,
            )
            seen += 1
    assert seen > 15
