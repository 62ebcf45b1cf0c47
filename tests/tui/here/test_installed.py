"""Weights in the folders that tools keep."""

from advisor.tui.here.installed import weights


def test_every_place(tmp_path, monkeypatch):
    """The folder named, each engine's own, and the Hub's cache; a variable goes before the home."""
    home = tmp_path / "home"
    for name in (
        "here/a.gguf",
        "home/.cache/llama.cpp/b.gguf",
        "home/.ollama/models/manifests/registry.ollama.ai/library/qwen3/8b",
        "home/.ollama/models/manifests/registry.ollama.ai/someone/mix/latest",
        "home/.cache/huggingface/hub/models--x--y/snapshots/1/c.gguf",
        "other/hub/models--x--y/snapshots/1/d.gguf",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    for name in ("LLAMA_CACHE", "OLLAMA_MODELS", "HF_HUB_CACHE", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    places = ["(llama.cpp)", "(ollama)", "(ollama)", "(Hub cache)"]
    names = ["b.gguf", "qwen3:8b", "someone/mix:latest", "c.gguf"]
    wanted = [f"a.gguf ({tmp_path / 'here'})", *(f"{n} {p}" for n, p in zip(names, places, strict=True))]
    assert sorted(wanted) == sorted(weights(tmp_path / "here"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "other"))
    assert "d.gguf (Hub cache)" in weights(tmp_path)
    assert "c.gguf (Hub cache)" not in weights(tmp_path)
