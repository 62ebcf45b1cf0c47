"""A hostile file of every kind through every command that could take it: one line, or an answer."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from types import ModuleType

import pytest

from advisor.cli.main import run

GPU = ("--hardware", "RTX 4090")
MODEL = ("--model", "Llama-3.1-8B")
SCHEME = ("--scheme", "Q4_K_M")
CONFIG = {
    "model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 2, "hidden_size": 256,
    "num_attention_heads": 4, "intermediate_size": 512, "vocab_size": 1000, "max_position_embeddings": 8192,
}  # fmt: skip
MACHINE = {
    "schema_version": "1.0", "name": "x", "source": "user",
    "cpu": {"brand": "AMD EPYC 9654", "physical_cores": 96},
    "memory": {"total_bytes": 68719476736, "bandwidth_bytes_per_s": 4e11},
}  # fmt: skip
ROW = {"kind": "speed", "metric": "tokens_per_s", "value": 50.0, "phase": "decode", "engine": "llama.cpp"}
CODES = (0, 2, 3, 4, 5, 6)
"""Of the contract, but for a defect and an interruption."""


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No measurements but the test's."""
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))


def kept(capsys: pytest.CaptureFixture[str], *arguments: str) -> int:
    """The exit code; what was said keeps the promises of every command."""
    capsys.readouterr()
    code = run(list(arguments))
    out, err = capsys.readouterr()
    assert code in CODES, (arguments, err)
    control = [c for c in out + err if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
    assert ([], False) == (control, "Traceback" in out + err), arguments
    if code not in (0, 3):
        assert 1 == len(err.splitlines()), (arguments, err)
        assert "--json" not in arguments or "error" == json.loads(out)["status"]
    elif "--json" in arguments:
        json.loads(out)
    return code


def safetensors(folder: Path, entry: object, length: int | None = None) -> None:
    header = json.dumps({"model.layers.0.mlp.up_proj.weight": entry}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", length or len(header)) + header)


def model_file(kind: str, folder: Path, gguf_files: ModuleType) -> str:
    """The path of a model that is hostile in the way of *kind*."""
    path, config = folder / "model.gguf", dict(CONFIG)
    write_gguf, write_named = gguf_files.write_gguf, gguf_files.write_named
    if kind == "a quantized model under another name":
        return str(write_gguf(path))
    if kind == "half a file":
        path.write_bytes(write_gguf(path).read_bytes()[:700])
        return str(path)
    if kind == "no architecture":
        data = write_gguf(path).read_bytes()
        path.write_bytes(data.replace(b"general.architecture", b"general.architectura"))
        return str(path)
    if kind == "a tensor of 2^61 values":
        data = write_gguf(path).read_bytes()
        at = data.index(b"token_embd.weight") + len(b"token_embd.weight") + 4
        path.write_bytes(data[:at] + struct.pack("<QQ", 2**60, 2) + data[at + 16 :])
        return str(path)
    if kind == "no embedding":
        return str(write_named(path, "blk.0.attn_q.weight", embedding=False))
    if kind == "a layer number of ten digits":
        return str(write_named(path, "blk.4000000000.attn_q.weight"))
    if kind == "a pipe":
        os.mkfifo(path)
        return str(path)
    if kind == "a name with a terminal sequence":
        data = write_gguf(path).read_bytes()
        path.write_bytes(data.replace(b"Tiny Test", b"\x1b[31m\nRun"))
        return str(path)
    if kind == "no feed-forward size":
        del config["intermediate_size"]
    elif kind == "no heads":
        config["num_attention_heads"] = 0
    elif kind == "sizes that are texts":
        config["hidden_size"] = "nan"
    elif kind == "sizes beyond any machine":
        config["num_hidden_layers"] = 10**30
    elif kind == "an endless number":
        config["rope_theta"] = float("inf")
    elif kind == "quantized by a method without its settings":
        config["quantization_config"] = {"quant_method": "hqq", "quant_config": {"weight_quant_params": []}}
    elif kind == "a tensor that ends before it starts":
        safetensors(folder, {"dtype": "F16", "shape": [4, 4], "data_offsets": [32, 0]})
    elif kind == "a tensor of another kind":
        safetensors(folder, {"dtype": ["F16"], "shape": "wide", "data_offsets": None})
    elif kind == "a header of 2^63 bytes":
        safetensors(folder, {}, 2**63)
    text = json.dumps(config)
    if kind == "nested 5,000 deep":
        text = text[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}"
    (folder / "config.json").write_text(text)
    return str(folder)


MODELS = [
    ("a quantized model under another name", 0),
    ("half a file", 6),
    ("no architecture", 6),
    ("a tensor of 2^61 values", 6),
    ("no embedding", 6),
    ("a layer number of ten digits", 6),
    ("a pipe", 6),
    ("a name with a terminal sequence", 0),
    ("no feed-forward size", 4),
    ("no heads", 4),
    ("sizes that are texts", 6),
    ("sizes beyond any machine", 6),
    ("an endless number", 0),
    ("quantized by a method without its settings", 0),
    ("a tensor that ends before it starts", 6),
    ("a tensor of another kind", 6),
    ("a header of 2^63 bytes", 6),
    ("nested 5,000 deep", 6),
]


@pytest.mark.parametrize(("kind", "code"), MODELS, ids=[kind for kind, _ in MODELS])
def test_models(
    kind: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], gguf_files: ModuleType
) -> None:
    """`inspect` answers with the code of the kind, and nothing else breaks on it."""
    path = model_file(kind, tmp_path, gguf_files)
    assert code == kept(capsys, "inspect", path, *GPU, "--json")
    kept(capsys, "inspect", path, *GPU)
    for command in ("recommend", "tradeoffs", "explain", "predict", "deploy"):
        kept(capsys, command, "--model", path, *GPU, *SCHEME, "--json")
        kept(capsys, command, "--model", path, *GPU, *(SCHEME if command == "predict" else ()))


@pytest.mark.parametrize(
    "kind", ["a name with a terminal sequence", "quantized by a method without its settings"]
)
def test_machines_for_a_model(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], gguf_files: ModuleType
) -> None:
    """`hardware` and `fleet` take the same files."""
    path = model_file(kind, tmp_path, gguf_files)
    nodes = Path(__file__).parents[1] / "catalog" / "inventories" / "files" / "slurm_h100_x4.json"
    for form in ((), ("--json",)):
        kept(capsys, "hardware", "--model", path, "--engine", "llama.cpp", *form)
        kept(capsys, "fleet", str(nodes), "--model", path, *form)


MACHINES = {
    "half a character in the name": json.dumps(MACHINE).replace('"x"', '"\\ud800"'),
    "a terminal sequence in the name": json.dumps(MACHINE | {"name": "\x1b[31mX\x07"}),
    "a size of 60 digits": json.dumps(MACHINE | {"memory": {"total_bytes": 10**59}}),
    "a bandwidth of nearly nothing": json.dumps(MACHINE | {"memory": {"bandwidth_bytes_per_s": 1e-300}}),
    "a bandwidth in gigabytes": json.dumps(MACHINE | {"memory": {"bandwidth_bytes_per_s": 400}}),
    "an endless bandwidth": json.dumps(MACHINE | {"memory": {"bandwidth_bytes_per_s": 10**400}}),
    "nested 5,000 deep": '{"schema_version": "1.0", "name": ' + "[" * 5000 + "]" * 5000 + "}",
    "a number of 5,000 digits": json.dumps(MACHINE)[:-1] + ', "nodes": ' + "9" * 5000 + "}",
    "NaN": json.dumps(MACHINE | {"network_bytes_per_s": float("nan")}),
    "nothing": "",
    "bytes that are no text": "\udcff\udcfe\udc81",
}


@pytest.mark.parametrize("kind", MACHINES)
def test_machines(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused as a file with code 6; a name is only cleaned."""
    path = tmp_path / "machine.json"
    path.write_bytes(MACHINES[kind].encode("utf-8", "surrogateescape"))
    code = 0 if kind == "a terminal sequence in the name" else 6
    for command in ("recommend", "tradeoffs", "explain", "predict", "deploy"):
        assert code == kept(capsys, command, "--hardware", str(path), *MODEL, *SCHEME, "--json"), command
    kept(capsys, "recommend", "--hardware", str(path), *MODEL)
    assert code == kept(capsys, "probe", "--from", str(path), "--json")
    assert code == kept(capsys, "fleet", str(path), *MODEL, "--json")


def row(**cells: object) -> bytes:
    return json.dumps(ROW | cells).encode()


IMPORTS = {
    "a number of 400 digits": (row(sd=10**400), "sd is "),
    "an endless count": (row(n=float("-inf")), "n is '-inf', which is no whole number"),
    "a token and a half": (row(depth=1.5), "depth is '1.5', which is no whole number"),
    "a count of 20 digits": (row(n=10**19), "a count is 0 to 9007199254740992"),
    "a deviation beyond any": (row(sd=1e30), "a deviation is 0 to 1e+16"),
    "a negative speed": (row(value=-5), "value is -5"),
    "a terminal sequence": (row(backend="\x1b[31mX"), "backend holds control characters"),
    "a lone carriage return": (b'kind,metric,value\nspeed,"a\rb"\r,\x00,5\rspeed', ""),
    "a cell of 200 kB": (b"kind,metric,value\nspeed,tokens_per_s," + b"9" * 200_000, ""),
    "a model of another kind": (row(facts={"model_profile": [1]}), "model_profile must be a JSON object"),
    "a word for a number": (row(value="fast"), "value is 'fast', which is no number"),
}


@pytest.mark.parametrize("kind", IMPORTS)
def test_imports(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused by the name of what is wrong, in the words of the data; nothing is kept."""
    path, (data, words) = tmp_path / "rows.txt", IMPORTS[kind]
    path.write_bytes(data)
    assert 6 == run(["measurements", "import", str(path), *GPU, *MODEL, *SCHEME])
    err = capsys.readouterr().err
    assert (1, True, False) == (len(err.splitlines()), words in err, "convert" in err or "expected" in err)
    assert 6 == kept(capsys, "measurements", "import", str(path), *GPU, *MODEL, *SCHEME, "--json")
    assert 0 == kept(capsys, "measurements", "list", "--json")
    assert 0 == kept(capsys, "measurements", "check", "--json")
