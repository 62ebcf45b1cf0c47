"""Judge llama-server's command lines with llama.cpp's own parser.

$LLAMA_CPP is its source, $LLAMA_CPP_BUILD the folder of its shared libraries (a build for CPUs is enough).
Reads JSON lines {argv} and prints one JSON line each: {accepted, said}; accepted is null for other programs
and for lines that borrow the GPUs of other nodes, which need a back end of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_LIBRARIES = ("llama-common", "llama", "ggml", "ggml-base")


def _built(folder: str) -> Path:
    """The parser as a program. KeyError without $LLAMA_CPP, CalledProcessError where it does not build."""
    source, build = Path(os.environ["LLAMA_CPP"]), os.environ["LLAMA_CPP_BUILD"]
    program = Path(folder) / "judge"
    headers = [f"-I{source / part}" for part in ("common", "include", "ggml/include", "vendor")]
    links = [f"-L{build}", *(f"-l{name}" for name in _LIBRARIES), f"-Wl,-rpath,{build}"]
    code = Path(__file__).with_suffix(".cpp")
    subprocess.run(["g++", "-std=c++17", *headers, str(code), "-o", str(program), *links], check=True)
    return program


def _here(argv: list[str]) -> list[str]:
    """The words as a parser without network and GPUs can take them: a file in place of a repository, which it
    would fetch, and no device in place of those it cannot see."""
    words = ["-m" if word == "-hf" else word for word in argv]
    if "--device" in words:
        words[words.index("--device") + 1] = "none"
    return words


def main() -> None:
    """One answer for each line of standard input."""
    cases = [json.loads(line)["argv"] for line in sys.stdin if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        try:
            program = _built(folder)
        except (KeyError, OSError, subprocess.CalledProcessError):
            program = None
        for argv in cases:
            said, accepted = "no build of llama.cpp", None
            asked = argv[0] == "llama-server" and "--rpc" not in argv
            if program is not None and asked:
                line = "\t".join(_here(argv)) + "\n"
                done = subprocess.run([program], input=line, capture_output=True, text=True, check=False)
                accepted, said = done.stdout.strip() == "1", done.stderr.strip()[-300:]
            print(json.dumps({"accepted": accepted, "said": said}), flush=True)


if __name__ == "__main__":
    main()
