"""What the way to an answer imports, and in which direction."""

import json
import subprocess
import sys

HEAVY = (
    "sklearn",
    "pandas",
    "numpy",
    "textual",
    "pydantic",
    "psutil",
    "rich",
    "cpuinfo",
    "jinja2",
    "matplotlib",
)


def loaded(*arguments: str) -> tuple[int, set[str]]:
    """Exit code and the heavy modules that a fresh `advisor` imported."""
    code = (
        "import sys, json, io, contextlib\n"
        "from advisor.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    code = run(json.loads(sys.argv[1]))\n"
        f"print(json.dumps([int(code), [m for m in {HEAVY!r} if m in sys.modules]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments)], capture_output=True, text=True, check=True
    )
    exit_code, modules = json.loads(done.stdout)
    return exit_code, set(modules)


def test_recommend_imports_nothing_heavy():
    """`recommend --json` answers on the standard library alone."""
    assert (0, set()) == loaded("recommend", "--json", "--model", "Llama-3.1-8B", "--hardware", "RTX 4090")


def test_recommend_for_this_machine_imports_nothing_heavy():
    """Nor does the probe need more, on a machine without an NVIDIA driver."""
    code, modules = loaded("recommend", "--json", "--model", "qwen2.5-0.5b", "--task", "chat")
    assert (True, set()) == (code in (0, 3), modules)


def test_layers():
    """Data moves left to right: the import contracts of pyproject.toml hold."""
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert EXIT_STATUS_SUCCESS == lint_imports(no_cache=True)
