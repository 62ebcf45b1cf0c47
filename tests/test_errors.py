"""Expected failures, and the last resort for defects."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor import errors
from advisor.errors import ExitCode, UnknownNameError, UsageError, report_crash


@pytest.mark.parametrize(
    ("kind", "builtin", "code"),
    [
        ("UsageError", ValueError, ExitCode.USAGE),
        ("UnknownNameError", LookupError, ExitCode.USAGE),
        ("BadFileError", ValueError, ExitCode.BAD_FILE),
        ("StoreError", OSError, ExitCode.BAD_FILE),
        ("NotMeasuredError", LookupError, ExitCode.NOT_MEASURED),
        ("ProbeError", OSError, ExitCode.PROBE_FAILED),
        ("UnsupportedError", ValueError, ExitCode.NOTHING_FITS),
    ],
)
def test_every_failure_is_what_a_caller_would_already_catch(kind: str, builtin: type, code: ExitCode) -> None:
    """And has an exit code of its own kind."""
    found = getattr(errors, kind)
    assert (issubclass(found, builtin), found.exit_code) == (True, code)


def test_exit_codes_are_those_scripts_rely_on() -> None:
    """Printed in the documentation; a change breaks whoever branches on them."""
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "UNEXPECTED": 1,
        "USAGE": 2,
        "NOTHING_FITS": 3,
        "NOT_MEASURED": 4,
        "PROBE_FAILED": 5,
        "BAD_FILE": 6,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("nearest", "hint", "text"),
    [
        (("Qwen3-8B",), "", "unknown model 'qwen'; nearest: Qwen3-8B"),
        ((), "give a file", "unknown model 'qwen'; give a file"),
        ((), "", "unknown model 'qwen'"),
    ],
)
def test_an_unknown_name_says_what_was_meant(nearest: tuple[str, ...], hint: str, text: str) -> None:
    """The option at fault is the kind of name."""
    error = UnknownNameError("model", "qwen", nearest, hint)
    assert (str(error), error.field, error.nearest) == (text, "model", nearest)


def test_a_usage_error_may_name_its_option() -> None:
    """An empty name where none alone is at fault."""
    assert [UsageError("x", field="context").field, UsageError("x").field] == ["context", ""]


def test_a_defect_is_one_line_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file holds the traceback; the same place met again names the same file."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said = []
    for _ in range(2):
        try:
            raise ZeroDivisionError("oh")
        except ZeroDivisionError as error:
            said.append(report_crash(error, "recommend"))
    (file,) = tmp_path.iterdir()
    assert (
        said
        == [f"a defect of the advisor (ZeroDivisionError: oh); please report it with the file {file}"] * 2
    )
    text = file.read_text(encoding="utf-8")
    assert ("doing: recommend" in text, "ZeroDivisionError: oh" in text) == (True, True)


def test_a_defect_on_a_full_disk_names_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no file can be written, the line holds what it would."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    try:
        raise KeyError("k")
    except KeyError as error:
        said = report_crash(error, "x")
    assert said.startswith("a defect of the advisor (KeyError: 'k') at test_errors.py:")
    assert said.endswith("; no report of it could be written")
