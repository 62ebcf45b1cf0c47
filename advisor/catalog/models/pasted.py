"""A command or a link that was pasted where a model is asked for: the model that it is about."""

from __future__ import annotations

import re

_VERBS = ("run", "pull", "serve", "download", "get", "show", "load", "chat")
"""Words of a command line that a model follows, as in https://github.com/ollama/ollama/blob/main/docs/cli.mdx,
https://docs.vllm.ai/en/latest/cli and https://huggingface.co/docs/huggingface_hub/guides/cli."""
_OPTIONS = ("-hf", "-hfr", "--hf-repo", "--model", "--model-path", "--model-id", "--repo-id", "-m")
"""Options that a model follows, the surest first: a Python module also follows -m. As in
https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md and
https://docs.sglang.ai/advanced_features/server_arguments.html."""
_LINK = re.compile(
    r"(?:https?://)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:blob|resolve)/[\w.-]+/(\S+?\.gguf)(?:\?\S*)?"
)
"""A file of a repository; other links name their model by themselves."""


def named_in(text: str) -> str:
    """The model, file or repository that the command or link *text* is about; *text* where it is neither."""
    link = _LINK.fullmatch(text)
    if link:
        return f"{link[1]}/{link[2]}"
    words = [word.strip("'\"") for word in text.split() if word not in ("\\", "$")]
    if len(words) < 3:
        return text
    model = _after_option(words) or _after_verb(words)
    if model is None:
        return text
    file = next((word for word in words if word.endswith(".gguf") and "*" not in word), model)
    return model if file == model or model.endswith(".gguf") else f"{model}/{file}"


def _after_option(words: list[str]) -> str | None:
    """What follows an option, '=' or a blank between."""
    for option in _OPTIONS:
        for before, word, after in zip(words, words[1:], [*words[2:], ""], strict=False):
            if word.startswith(f"{option}=") and option.startswith("--"):
                return word.partition("=")[2].strip("'\"")
            if word == option and after and not before.startswith("python"):
                return after
    return None


def _after_verb(words: list[str]) -> str | None:
    """The first word after 'run' and its like; an option's value only if there is no other."""
    start = next((index for index in (1, 2) if words[index] in _VERBS), None)
    if start is None:
        return None
    rest = list(zip(words[start:], words[start + 1 :], strict=False))
    free = [word for before, word in rest if not word.startswith("-") and not before.startswith("-")]
    return next(iter(free), next((word for _, word in rest if not word.startswith("-")), None))
