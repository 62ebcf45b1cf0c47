"""The steps that produce a GGUF file: convert, importance matrix, quantize.

Steps and options: https://github.com/ggml-org/llama.cpp/blob/master/tools/quantize/README.md and
https://github.com/ggml-org/llama.cpp/blob/master/tools/imatrix/README.md; Ollama's own targets:
https://docs.ollama.com/import.
"""

from __future__ import annotations

from advisor.catalog.schemes.table import scheme_file
from advisor.deploy.chosen import Chosen
from advisor.deploy.download_commands import download, get_repository
from advisor.documents.deployment import Command, TextFile
from advisor.engines.launch import safe_name, words

_FULL = {"F32": "f32", "F16": "f16", "BF16": "bf16"}
_QUANTIZE_THREADS = 8
_LLAMA_CPP = "https://github.com/ggml-org/llama.cpp"
_CONVERT = ("python", "llama.cpp/convert_hf_to_gguf.py")
_CALIBRATION = TextFile(
    name="calibration.py",
    text="""from datasets import load_dataset

rows = load_dataset("Salesforce/wikitext", "wikitext-2-raw-v1", split="train")["text"]
with open("calibration.txt", "w", encoding="utf-8") as file:
    file.write("".join(rows)[:400_000])
""",
)
"""From a thousand to ten million tokens the perplexity of a 2-bit file moved by half a percent
(https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md): 100,000 are enough."""


def make_gguf(chosen: Chosen) -> tuple[Command, ...]:
    """Commands that end in the GGUF file; none where only its publisher can make it."""
    scheme = chosen.scheme
    if no_recipe(chosen):
        return ()
    if scheme.name == "MXFP4_MOE" and chosen.model.native_dtype == "mxfp4":
        return _as_published(chosen)
    steps, full = full_precision(chosen)
    if scheme.name in _FULL or chosen.online:
        return steps
    matrix = None
    if chosen.imatrix or (chosen.imatrix is None and scheme.calibration == "required"):
        matrix = f"{safe_name(chosen.model)}-imatrix.gguf"
        steps += _imatrix(full, matrix)
    return (*steps, _quantize(chosen, full, matrix))


def no_recipe(chosen: Chosen) -> str:
    """Why a GGUF scheme cannot be made here; empty when it can."""
    scheme = chosen.scheme
    if scheme.name.startswith("UD-"):
        return f"{scheme.name} is one publisher's mix: its recipe is not public, so it can only be downloaded"
    if scheme.name == "GGUF-NVFP4":
        return "llama-quantize does not write NVFP4: convert an NVFP4 checkpoint with convert_hf_to_gguf.py"
    return ""


def full_precision(chosen: Chosen) -> tuple[tuple[Command, ...], str]:
    """Commands that get a 16-bit GGUF file, and its name."""
    target = chosen.full_precision
    if target == chosen.model.file_path:
        return (), target
    kind = _FULL.get(chosen.scheme.name, "bf16")
    target = chosen.file if chosen.scheme.name in _FULL else target
    steps, folder = download(chosen)
    convert = words(*_CONVERT, folder, "--outtype", kind, "--outfile", target)
    return (*steps, get_repository(_LLAMA_CPP), Command(argv=convert, makes=target)), target


def _as_published(chosen: Chosen) -> tuple[Command, ...]:
    """Experts trained in MXFP4 go into the file as they are; quantizing a BF16 copy of them would not."""
    steps, folder = download(chosen)
    convert = words(*_CONVERT, folder, "--outfile", chosen.file)
    return (*steps, get_repository(_LLAMA_CPP), Command(argv=convert, makes=chosen.file))


def _imatrix(full: str, matrix: str) -> tuple[Command, ...]:
    text = Command(
        argv=("python", "calibration.py"),
        files=(_CALIBRATION,),
        makes="calibration.txt",
        note="any text like what the model will read serves better than this one",
    )
    argv = words("llama-imatrix", "-m", full, "-f", "calibration.txt", "-o", matrix)
    return text, Command(argv=argv, makes=matrix)


def _quantize(chosen: Chosen, full: str, matrix: str | None) -> Command:
    scheme = chosen.scheme
    argv = words("llama-quantize")
    argv += words("--imatrix", matrix) if matrix else ()
    if scheme.embedding_type:
        kind = scheme.embedding_type.lower()
        argv += words("--token-embedding-type", kind, "--output-tensor-type", kind)
    ftype = scheme.ftype or scheme.name
    if scheme.name.endswith("-pure"):
        argv += ("--pure",)
        ftype = scheme_file()["ggml_types"][ftype]
    argv += words(full, chosen.file, ftype, chosen.threads or _QUANTIZE_THREADS)
    return Command(argv=argv, makes=chosen.file)
