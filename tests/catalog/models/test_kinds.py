"""Models that write no text are refused as what they are."""

from __future__ import annotations

import pytest

from advisor.catalog.models import all_models, find_model
from advisor.catalog.models.editions import edition_at
from advisor.catalog.models.kinds import kind_of
from advisor.catalog.rows import lines
from advisor.errors import UnsupportedError

OTHERS = {
    "Qwen/Qwen3-Embedding-8B": "an embedding model",
    "nomic-embed-text": "an embedding model",
    "BAAI/bge-m3": "an embedding model",
    "intfloat/e5-mistral-7b-instruct": "an embedding model",
    "sentence-transformers/all-MiniLM-L6-v2": "an embedding model",
    "Qwen/Qwen3-Reranker-4B": "a reranking model",
    "openai/whisper-large-v3": "a speech-to-text model",
    "hexgrad/Kokoro-82M": "a speech or sound generator",
    "black-forest-labs/FLUX.1-dev": "an image or video generator",
    "stabilityai/stable-diffusion-xl-base-1.0": "an image or video generator",
    "google/siglip-so400m-patch14-384": "a vision-only model",
    "facebook/sam2-hiera-large": "a vision-only model",
    "google/gemma-4-31B-it-assistant": "a draft model",
    "answerdotai/ModernBERT-base": "an encoder",
    "Qwen/Qwen2.5-Math-RM-72B": "a reward model",
}


@pytest.mark.parametrize(("typed", "what"), OTHERS.items())
def test_what_writes_no_text_is_refused_as_what_it_is(typed: str, what: str) -> None:
    """Never answered as the nearest chat model."""
    with pytest.raises(UnsupportedError, match=what):
        find_model(typed)


def test_no_model_of_the_catalogue_is_refused() -> None:
    """Names and repositories of the catalogue, and every edition but drafts, write text."""
    names = [name for model in all_models() for name in (model.name, model.hf_id) if name]
    editions = [edition_at(index) for index in range(len(lines("editions.csv")))]
    names += [edition.hf_id for edition in editions if edition.variant != "draft"]
    assert [name for name in names if kind_of(name)] == []


@pytest.mark.parametrize(
    "typed", ["gpt-4o", "o3-mini", "claude-sonnet-4", "gemini-2.5-pro", "openai/gpt-5.1"]
)
def test_what_its_maker_alone_serves_is_said_to_be_unpublished(typed: str) -> None:
    """Nobody can load such a model; open ones of the same makers (gpt-oss, gemma) are not meant."""
    assert kind_of(typed) == "served by its maker alone: its weights are not published"
    assert [kind_of(name) for name in ("gpt-oss-20b", "openai/gpt-oss-120b", "gpt-4b-chat")] == [None] * 3
