"""Weights somebody has made already: the file or checkpoint to pull instead of making one."""

from typing import NamedTuple

from advisor.catalog.checkpoints import Checkpoint, all_checkpoints, checkpoints
from advisor.catalog.containers import own_format
from advisor.catalog.ladder import rung
from advisor.catalog.native import native_schemes
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.engines import Engine


class Published(NamedTuple):
    """Where ready weights are pulled from."""

    repository: str
    """On the Hugging Face Hub."""
    files: tuple[str, ...] = ()
    """Of the repository; empty = all of it."""
    revision: str | None = None
    ollama_tag: str | None = None
    """The same weights in Ollama's library."""
    size: Estimate | None = None
    """All its files together: exact where the source states bytes, else as its page rounds it."""
    imatrix: bool | None = None
    """Whether they were made with an importance matrix; None where nobody says."""
    doubt: str = ""
    """What is not sure about it; "" where the repository is known to hold it."""


def published(
    model: ModelProfile,
    scheme: SchemeProfile,
    engine: Engine,
    imatrix: bool | None = None,
    backend: str | None = None,
) -> Published | None:
    """The best ready weights that *engine* reads; None when none are known, or they lie on disk already.

    *backend* leaves out what loads on another maker's GPUs alone. With *imatrix* a GGUF file must have been
    made with an importance matrix, or nobody says that it was not.
    """
    if model.file_path or engine.reads_gguf != scheme.is_gguf:
        return None
    tag = library_tag(model, scheme.name) if engine.library else None
    if tag:
        return Published(repository=model.hf_id or model.name, ollama_tag=tag)
    own = own_format(model)
    if (
        own is not None
        and own.engine == engine.name
        and scheme.format in engine.formats
        and not engine.fetches
    ):
        return Published(model.hf_id or model.name, revision=_branch(model, scheme))
    if not engine.reads_gguf and scheme.name in (model.fixed_scheme, *native_schemes(model)):
        return None  # the model's own repository holds it
    for one in checkpoints(model, scheme.name):
        if _reads(engine, one, backend) and not (imatrix and one.imatrix is False):
            return _pulled(one)
    if model.files_repository and model.fixed_scheme == scheme.name:
        return Published(repository=model.files_repository)  # whoever names the file knows that it is there
    implied = rung(model, scheme.name) if engine.reads_gguf else None
    if implied is None or (imatrix and implied.imatrix is False):
        return None
    return _pulled(implied)._replace(doubt=_IMPLIED.format(implied=implied))


_IMPLIED = (
    "that {implied.repository} holds {implied.scheme} is inferred: other files of its ladder were seen "
    "there, and this publisher makes the same ladder of every model"
)


def _pulled(one: Checkpoint) -> Published:
    whole = one.n_files > 1 or "*" in one.file
    files = () if whole else (one.file,)
    return Published(one.repository, files, size=_size(one), imatrix=one.imatrix)


def _branch(model: ModelProfile, scheme: SchemeProfile) -> str | None:
    """EXL repositories have a branch for each width, called as turboderp's are
    (https://huggingface.co/turboderp/Qwen3-8B-exl3), unless their name states the one they hold."""
    width = scheme.name.partition("-")[2]
    bits = width.removesuffix("bpw")
    held = any(text in (model.hf_id or "") for text in (bits, bits.replace(".", "_")))
    return None if held or not width.endswith("bpw") else width


def _size(one: Checkpoint) -> Estimate | None:
    if one.exact_bytes is not None:
        return Estimate.exact(one.exact_bytes, f"size of the published files: {one.repository}")
    if one.shown_bytes is None or one.doubt:
        return None
    ends = (one.shown_bytes, one.shown_bytes - one.rounding_bytes, one.shown_bytes + one.rounding_bytes)
    return Estimate.of(ends, "measured", (f"size shown, rounded, at {one.repository}",))


_NVIDIA_FORMATS = ("modelopt",)
"""Checkpoint formats that engines load on NVIDIA GPUs alone (vllm/platforms/rocm.py,
`supported_quantization`)."""


def _reads(engine: Engine, one: Checkpoint, backend: str | None) -> bool:
    if one.format in _NVIDIA_FORMATS and backend not in (None, "cuda"):
        return False
    return one.sure and (one.format == "gguf") == engine.reads_gguf


def for_nvidia_alone(model: ModelProfile) -> bool:
    """Whether the quantized repository that *model* was named by loads on NVIDIA GPUs alone: ModelOpt's, by
    the table of checkpoints or, where it is not listed, by its publisher."""
    if not model.fixed_scheme or model.file_path or not model.hf_id or model.hf_id == model.edition:
        return False
    own = model.hf_id.lower()
    listed = [one.format for one in all_checkpoints(model) if one.repository.lower() == own]
    return any(each in _NVIDIA_FORMATS for each in listed) or (not listed and own.startswith("nvidia/"))


_OWN_WORDS = {"Q4_0": ("-qat",), "F16": ("-fp16",)}
"""Scheme -> what Ollama's tags call it besides."""


def library_tag(model: ModelProfile, scheme: str) -> str | None:
    """The tag of Ollama's library when it names the very file: 'llama3.1:8b-instruct-q4_K_M', or the file its
    vendor trained for 4 bits, 'gemma3:27b-it-qat' (https://ollama.com/library/gemma3)."""
    tag = model.ollama_tag or ""
    return tag if tag.lower().endswith(("-" + scheme.lower(), *_OWN_WORDS.get(scheme, ()))) else None
