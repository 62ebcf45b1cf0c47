"""Models that write no text or that nobody can load: named as what they are, never answered as another."""

from __future__ import annotations

from advisor.catalog.names import compiled
from advisor.errors import UnsupportedError

_KINDS = (
    (
        r"embed|\b(?:bge|gte|e5|minilm|mpnet|sentence-t5|colbert|splade|gritlm|sfr-embedding)\b|\be5-|\bbge-|\bgte-"
        r"|all-minilm|text2vec",
        "an embedding model: it answers with vectors",
    ),
    (r"rerank", "a reranking model: it answers with a relevance score"),
    (
        r"whisper|parakeet|canary|wav2vec|voxtral|\basr\b|speech-to-text|sensevoice|paraformer",
        "a speech-to-text model",
    ),
    (
        r"\btts\b|kokoro|xtts|\bbark\b|orpheus|parler|cosyvoice|chatterbox|\bdia-\d|musicgen",
        "a speech or sound generator",
    ),
    (
        r"stable[-_ ]?diffusion|\bsdxl|\bsd3|\bflux[.\d-]|qwen-image|hunyuan(?:image|video)|\bwan2|\bltx-"
        r"|z-image|cogvideo|pixart|kandinsky|\bimagen",
        "an image or video generator",
    ),
    (
        r"\bclip-|\bsiglip|\bdino|\bvit-|\bsam-?2?\b|\byolo|florence-2|depth-anything|groundingdino|\bresnet",
        "a vision-only model: it writes no text of its own",
    ),
    (r"(?<![a-z])(?:rm|prm|reward)(?![a-z])|reward", "a reward model: it answers with a score"),
    (
        r"\b(?:eagle-?3?|dflash|dspark|mtp-draft|speculator|draft)\b|-assistant$",
        "a draft model: it only speeds up another",
    ),
    (
        r"^(?:openai/|anthropic/|google/)?(?:chat-?gpt|gpt-[345](?![\d.]*b)|o[134](?:-mini|-pro)?$|claude|gemini|grok-[345]"
        r"|sonnet|opus|haiku|copilot)",
        "served by its maker alone: its weights are not published",
    ),
    (r"\b(?:bert|roberta|deberta|modernbert|electra|distilbert)\b|-bert-", "an encoder: it writes no text"),
)
"""(words of a name, what such a model is). Sources: the model cards of the families named."""


def kind_of(text: str) -> str | None:
    """What the model *text* is, when it writes no text or is not published; None for any other."""
    plain = text.lower().replace("_", "-")
    return next((what for words, what in _KINDS if compiled(words).search(plain)), None)


def refuse_other_kinds(text: str) -> None:
    """Raises UnsupportedError for the name of a model that writes no text or is not published."""
    if (what := kind_of(text)) is not None:
        raise UnsupportedError(
            f"{text!r} is {what}; sizes, speeds and losses here are those of published models that write "
            "text: name such a model, or its GGUF file or config.json"
        )
