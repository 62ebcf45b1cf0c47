"""The steps that produce a GGUF file: convert, importance matrix, quantize.

Steps and options: https://github.com/ggml-org/llama.cpp/blob/master/tools/quantize/README.md and
https://github.com/ggml-org/llama.cpp/blob/master/tools/imatrix/README.md; Ollama's own targets:
https://docs.ollama.com/import.
"""

from __future__ import annotations

from advisor.catalog.scheme_file import scheme_file
from advisor.deploy.local import OLLAMA_TARGETS, made_by_ollama, modelfile, ollama_name
from advisor.deploy.plan import Plan, stem
from advisor.deploy.shell import command, document

_FULL = {"F32": "f32", "F16": "f16", "BF16": "bf16"}
_QUANTIZE_THREADS = 8


def make_gguf(plan: Plan) -> str:
    """Shell lines that end in the plan's GGUF file; a comment where only its publisher can make it."""
    scheme = plan.scheme
    if scheme.name.startswith("UD-"):
        return _download(plan)
    if scheme.name == "GGUF-NVFP4":
        return "# llama-quantize does not write NVFP4: convert an NVFP4 checkpoint with convert_hf_to_gguf.py"
    if scheme.name == "MXFP4_MOE" and plan.model.native_dtype == "mxfp4":
        return _as_published(plan)
    if made_by_ollama(plan):
        return _ollama(plan)
    lines, full = _full_precision(plan)
    if scheme.name in _FULL:
        return "\n".join(lines)
    matrix = None
    if plan.imatrix or (plan.imatrix is None and scheme.calibration == "required"):
        matrix = f"{stem(plan.model)}-imatrix.gguf"
        calibrate = ["llama-imatrix", "-m", full, "-f", "calibration.txt", "-o", matrix]
        # From a thousand to ten million tokens the perplexity of a 2-bit file moved by half a percent
        # (https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md).
        lines.append(
            "# calibration.txt: any text like what the model will read; a few hundred kilobytes are enough"
        )
        lines.append(command(*calibrate))
    return "\n".join([*lines, _quantize(plan, full, matrix)])


def _as_published(plan: Plan) -> str:
    """gpt-oss: the converter keeps experts that are MXFP4 already as they are (convert_hf_to_gguf.py,
    GptOssModel).
    """
    folder, lines = plan.source, []
    if plan.model.hf_id and not plan.model.file_path:
        folder = stem(plan.model)
        lines.append(command("hf", "download", plan.model.hf_id, "--local-dir", folder))
    return "\n".join([*lines, command("python", "convert_hf_to_gguf.py", folder, "--outfile", plan.file)])


def _full_precision(plan: Plan) -> tuple[list[str], str]:
    """Lines that get a 16-bit GGUF, and its name."""
    if plan.model.file_path and plan.model.file_path.endswith(".gguf"):
        return [], plan.model.file_path
    kind = _FULL.get(plan.scheme.name, "bf16")
    target = plan.file if plan.scheme.name in _FULL else f"{stem(plan.model)}-BF16.gguf"
    folder, lines = plan.source, []
    if plan.model.hf_id and not plan.model.file_path:
        folder = stem(plan.model)
        name = plan.model.hf_id.rpartition("/")[2]
        lines.append(f"# or look for a ready file: https://huggingface.co/models?search={name}-GGUF")
        lines.append(command("hf", "download", plan.model.hf_id, "--local-dir", folder))
    convert = ["python", "convert_hf_to_gguf.py", folder, "--outtype", kind, "--outfile", target]
    return [*lines, command(*convert)], target


def _quantize(plan: Plan, full: str, matrix: str | None) -> str:
    scheme = plan.scheme
    words: list[object] = ["llama-quantize"]
    words += ["--imatrix", matrix] if matrix else []
    if scheme.embedding_type:
        kind = scheme.embedding_type.lower()
        words += ["--token-embedding-type", kind, "--output-tensor-type", kind]
    ftype = scheme.ftype or scheme.name
    if scheme.name.endswith("-pure"):
        words.append("--pure")
        ftype = scheme_file()["ggml_types"][ftype]
    return command(*words, full, plan.file, ftype, plan.threads or _QUANTIZE_THREADS)


def _download(plan: Plan) -> str:
    name = (plan.model.hf_id or plan.model.name).rpartition("/")[2]
    pattern = f"*{plan.scheme.name}*"
    return command("hf", "download", f"unsloth/{name}-GGUF", "--include", pattern, "--local-dir", ".")


def _ollama(plan: Plan) -> str:
    lines, full = _full_precision(plan)
    text = modelfile(plan).replace(plan.file, full)
    target = OLLAMA_TARGETS[plan.scheme.name]
    create = command("ollama", "create", ollama_name(plan), "-q", target, "-f", "Modelfile")
    return "\n".join([*lines, document("cat > Modelfile", text), create])
