"""Taking a model's name apart: family, generation, sizes, version, and the words that change nothing."""

import re
from functools import lru_cache
from typing import NamedTuple

from advisor.catalog.names import KEPT_ANSWERS, compiled, word_set
from advisor.documents.kinds import Variant

_QUANT = (
    r"(?<![a-z0-9])(?:i?q\d(?:[_-](?:k|0|1|xxs|xs|s|m|l|nl|xl|xxl))*|tq\d[_-]0|bf16|f16|fp16|f32|fp32|fp8(?:-kv)?|int[48]|(?:nv)?fp4"
    r"|mxfp4(?:[_-]moe)?|nf4|w\d{1,2}a\d{1,2}|\d(?:\.\d+)?[ "
    r"-]?bits?|\d(?:\.\d+)?bpw|awq|gptq|exl[23](?:[-_:]\d[._]\d+)?"
    r"|h[68]|hb\d|bnb|bitsandbytes|hqq|auto-?round|a?sym|inc|dwq|\dbitgs\d+|calib|calibrated|torchao|ov|openvino|rkllm|mlc"
    r"|v\d+-k\d+-\d+(?:-woft)?|vptq|aqlm|pv|e8p|quip|[12]x(?:8|16)|\d{2,4}g|g(?:16|32|64|128)"
    r"|quantized|quant|dynamic|imatrix|imat|i1|ud|gguf|mlx|qat|ggml|onnx)(?![a-z0-9])"
)
"""Marks of a quantized copy: the shapes are the original's."""
_NOISE = word_set(
    "instruct instruction it chat base hf pt meta official latest text nvidia model community ai"
)
"""Words that tell a training stage or a publisher, not a shape."""
SOFT = word_set("thinking think reasoning preview exp experimental zero terminus rl sft dpo noreasoning")
"""Words that name a sibling with the same shapes, unless the catalogue has a row of its own for it."""
BLOCKING = word_set(
    "omni vl vision audio asr tts embed embedding reranker colbert moe mini nano small medium large "
    "tiny micro next flash super ultra distill math coder code lite pro air max turbo draft eagle "
    "dflash reap pruned prune plus deep h n x guard ocr image prm rm multimodal minitron cascade "
    "nemotron unpacked merge frankenmerge upscaled"
)
"""Words that make it another model; a fine-tune's own words are allowed around a base name, these are not."""
LONGEST_NAME = 200
"""Characters of a name that are looked at; no known name is half as long (the longest repository has 64,
which a test asserts)."""
_TOKEN = (
    r"\d+x\d+(?:\.\d+)?b|\d+(?:\.\d+)?[bmt](?![a-z0-9])|\d+(?:\.\d+)?b(?=a\d)|a\d+(?:\.\d+)?[bm](?![a-z0-9])"
    r"|e\d+b(?![a-z0-9])|\d+[ke](?![a-z0-9])|[a-z]+|\d+(?:\.\d+)*"
)
_LLAMA = r"(?<![a-z0-9.])l([23](?:\.[1-3])?)(?=[-_]\d+b)"
"""'L3-8B-Stheno': fine-tunes shorten the name of what they were made of."""
_SIZE = r"(?:\d+x)?\d+(?:\.\d+)?[bmt]|a\d+(?:\.\d+)?[bm]|e\d+b|\d+e"
_DATE = r"\d{4}|\d{6}"


class ModelName(NamedTuple):
    """A name as tokens, in order; the words that change nothing are gone."""

    tokens: tuple[str, ...]

    @property
    def sizes(self) -> frozenset[str]:
        """'30b', 'a3b', '8x7b', 'e4b', '16e'."""
        return frozenset(token for token in self.tokens if compiled(_SIZE).fullmatch(token))

    @property
    def total_params(self) -> float | None:
        """The size the name states, in parameters; None when it states none (or only active ones)."""
        for token in self.tokens:
            plain = re.fullmatch(r"(\d+(?:\.\d+)?)([bmt])", token)
            if plain:
                return float(plain.group(1)) * {"b": 1e9, "m": 1e6, "t": 1e12}[plain.group(2)]
        return None

    @property
    def active_params(self) -> int | None:
        """The active part the name states ('A3B'), in parameters; None when it states none."""
        for token in self.tokens:
            if found := re.fullmatch(r"a(\d+(?:\.\d+)?)([bm])", token):
                return round(float(found.group(1)) * {"b": 1e9, "m": 1e6}[found.group(2)])
        return None

    def key(
        self,
        *,
        sizes: bool = True,
        soft: bool = True,
        version: bool = True,
        active: bool = True,
        context: bool = True,
    ) -> tuple[str, ...]:
        """The tokens as an order-free key, without sizes, soft words and dates, version, active size or
        context if asked."""
        kept = []
        skip = False
        for place, token in enumerate(self.tokens):
            following = self.tokens[place + 1] if place + 1 < len(self.tokens) else ""
            if skip:
                skip = False
                continue
            if not version and token == "v" and re.fullmatch(r"[\d.]+", following):
                skip = True
                continue
            if (not sizes and compiled(_SIZE).fullmatch(token)) or (
                not soft and (token in SOFT or compiled(_DATE).fullmatch(token))
            ):
                continue
            if not active and re.fullmatch(r"a\d.*", token):
                continue
            if not context and re.fullmatch(r"\d+k", token):
                continue
            kept.append(token)
        return tuple(sorted(kept))


def strip_quant(text: str) -> str:
    """The name without publisher, file ending and marks of a quantized copy, lower case."""
    name = re.split(r"[/\\]", text.strip().lower())[-1]
    name = re.sub(r"-\d{5}-of-\d{5}(?=\.gguf$|$)", "", name)
    return compiled(_QUANT).sub(" ", re.sub(r"\.gguf$", "", name))


@lru_cache(maxsize=KEPT_ANSWERS)
def take_apart(text: str) -> ModelName:
    """A model's name in any usual spelling as a ModelName."""
    name = compiled(_LLAMA).sub(r"llama-\1", strip_quant(text))
    name = re.sub(r"(?<=[a-z][-_])(\d)[-_](\d)(?=[-_]\d+b\b)", r"\1.\2", name)  # llama-3-1-8b
    name = re.sub(r"(?<!\.\d)(?<=\d)_(?=\d)", ".", name)  # internlm2_5, phi-1_5
    name = re.sub(r"^([a-z]{3,})_(?=\1)", "", name)  # Qwen_Qwen3-8B: publisher and model in one file name
    name = re.sub(r"\b(\d{2})-(20\d{2})\b", r"\1\2", name).replace("+", " plus ").replace("c4ai", " ")
    tokens = tuple(token for token in compiled(_TOKEN).findall(name) if token not in _NOISE and token != "1m")
    return ModelName(tokens)


def variant_of(text: str) -> Variant | None:
    """base, instruct, reasoning or code, where the name says so."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    if words & {"thinking", "think", "reasoning", "deepseek-r", "qwq", "distill"} or re.search(
        r"\br1\b", text.lower()
    ):
        return "reasoning"
    if words & {"coder", "code", "codellama", "codestral", "starcoder", "devstral", "codegemma"}:
        return "code"
    if words & {"instruct", "it", "chat"}:
        return "instruct"
    return "base" if words & {"base", "pt"} else None
