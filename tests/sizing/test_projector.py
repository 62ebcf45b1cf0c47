"""Towers for images."""

from dataclasses import replace

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.sizing.projector import images_note, projector_bytes, with_projector, with_tower
from advisor.sizing.weights import weigh


def test_a_projector_is_sixteen_bits_a_parameter() -> None:
    """Gemma-4-31B's tower of 550 million parameters is a file of 1.1 GB; a text model has none."""
    sizes = [projector_bytes(find_model(name)) for name in ("Gemma-4-31B", "Qwen3-8B", "Qwen3-VL-32B")]
    assert sizes == [1_100_000_000, None, None]


def test_a_gguf_plan_of_a_vision_model_says_that_it_is_text_only() -> None:
    """llama.cpp keeps the projector in a file of its own, which is not in the plan."""
    model = find_model("Gemma-4-31B")
    note = images_note(model, weigh(model, find_scheme("Q4_K_M")), separate=True)
    assert note.startswith("text only: the projector for images (mmproj, about 1.1 GB)")


def test_every_vision_model_is_spoken_of() -> None:
    """Where the projector's size is not known the note says so; models of text alone say nothing."""
    notes = [
        images_note(model, weigh(model, find_scheme("Q4_K_M")), separate=True)
        for model in (find_model("Qwen3-VL-32B"), find_model("Qwen3-8B"))
    ]
    assert ("size not known" in notes[0], notes[1]) == (True, "")


def test_a_checkpoint_holds_its_tower() -> None:
    """In vLLM the 16-bit tower is loaded beside the quantized matrices and read for no token."""
    model = replace(find_model("Qwen3-8B"), modality="vision", n_projector_params=576_000_000)
    plain = weigh(model, find_scheme("BF16"))
    found = with_tower(plain, model)
    assert found.total_bytes.value - plain.total_bytes.value == 1_152_000_000
    assert found.active_bytes_per_token == plain.active_bytes_per_token
    assert images_note(model, found, separate=False) == ""


def test_where_images_are_read_the_projector_is_in_memory_and_not_in_the_file() -> None:
    """Of its own size, or of the usual one, which the note says; a text model has none."""
    for name, extra, said in (
        ("Gemma-4-31B", 1_100_000_000, "about 1.1 GB) is loaded too"),
        ("Qwen3-VL-32B", 1_100_000_000, "at 1.1 GB, the median of those that are known"),
        ("Qwen3-8B", 0, ""),
    ):
        model = find_model(name)
        plain = weigh(model, find_scheme("Q4_K_M"))
        found = with_projector(plain, model, separate=True)
        assert found.total_bytes.value - plain.total_bytes.value == extra
        assert (found.file_bytes, found.layer_bytes) == (plain.file_bytes, plain.layer_bytes)
        assert said in images_note(model, found, separate=True)
