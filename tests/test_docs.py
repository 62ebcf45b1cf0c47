"""What the documents say of the program is true, and the program documents itself."""

import argparse
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from advisor.cli.main import COMMANDS, Parser
from advisor.errors import ExitCode

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
DOCUMENTS = [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))]
CODE = re.compile(r"`([^`\n]+)`")


def parser(command: str) -> argparse.ArgumentParser:
    """The parser of one command, as `advisor` builds it."""
    built = Parser(prog=f"advisor {command}")
    import_module(COMMANDS[command][0]).add_arguments(built)
    return built


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_readme_names_the_command(command):
    """A command that README does not name is one nobody finds."""
    assert re.search(rf"\badvisor {command}\b|^\| `{command}`", README, re.MULTILINE), command


@pytest.mark.parametrize("code", ExitCode)
def test_readme_explains_the_exit_code(code):
    """Scripts rely on exit codes: README's table has a row for each."""
    assert re.search(rf"^\| {int(code)} \| \w", README, re.MULTILINE), code


def test_every_exit_code_has_a_meaning():
    """advisor/errors.py says under each code when it is returned."""
    lines = (ROOT / "advisor" / "errors.py").read_text(encoding="utf-8").splitlines()
    bare = [
        code.name
        for code in ExitCode
        for at, line in enumerate(lines)
        if line == f"    {code.name} = {int(code)}" and not lines[at + 1].startswith('    """')
    ]
    assert [] == bare


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_has_help(command):
    """`advisor COMMAND --help` says what each option and each word on the line is for."""
    silent = [action for action in parser(command)._actions if not action.help]
    assert [] == [action.option_strings or action.dest for action in silent]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_can_be_printed(command):
    """A stray % in a help text would only show when somebody asks for help."""
    assert f"advisor {command}" in parser(command).format_help()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    """A link to a file of this repository names a file that is there."""
    path = ROOT / document
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    ours = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [] == [link for link in ours if not (path.parent / link).exists()]


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"])
def test_files_that_lead_through_the_code_are_there(document):
    """Every path that CONTRIBUTING and the tables of rooms and files name ends one of this repository."""
    text = (ROOT / document).read_text(encoding="utf-8")
    words = [word for code in CODE.findall(text) for word in code.split()]
    paths = [word.strip("/") for word in words if re.fullmatch(r"[\w.]+/([\w.]+/?)*|\w+\.py", word)]
    assert paths
    folders = ("advisor", "benchmarks", "docs", "measurements", "profiles", "scripts", "tests")
    known = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    known += [*map(ROOT.joinpath, folders), *ROOT.glob("*.py"), ROOT / ".ci" / "run"]
    ends = tuple(f"/{path.relative_to(ROOT).as_posix()}" for path in known)
    assert [] == [path for path in paths if not any(end.endswith(f"/{path}") for end in ends)]


def test_contributing_names_real_commands():
    """Every `advisor …` line of CONTRIBUTING is one the command line accepts."""
    lines = [code.split() for code in CODE.findall(CONTRIBUTING) if code.startswith("advisor ")]
    assert lines
    for _, command, *options in lines:
        known = {name for action in parser(command)._actions for name in action.option_strings}
        assert set() == {option for option in options if option.startswith("-")} - known


@pytest.mark.parametrize(
    ("command", "module"), [("evaluate", "evaluation.card"), ("fit", "training.artifact")]
)
def test_help_names_every_part(command, module):
    """`advisor evaluate` and `advisor fit` say which parts they know,
    and every part is a module that is there.
    """
    parts = import_module(f"advisor.{module}").PARTS
    told = " ".join(action.help for action in parser(command)._actions)
    assert [] == [part for part in parts if not re.search(rf"\b{part}\b", told)]
    assert [] == [name for name in parts.values() if find_spec(name) is None]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_options_exist(document):
    """Every option written after an `advisor` command, up to a pipe, is one of that command's."""
    wrong = []
    text = (ROOT / document).read_text(encoding="utf-8")
    for command, rest in re.findall(r"advisor (\w+)([^`\n|&;]*)", text):
        if command not in COMMANDS:
            continue
        known = {name for action in parser(command)._actions for name in action.option_strings}
        written = set(re.findall(r"(?<=\s)--[a-z-]+", rest))
        wrong += [(command, option) for option in sorted(written - known)]
    assert [] == wrong


def test_changelog_has_an_unreleased_section():
    """What is not yet in a release stands under [Unreleased], with at least one entry."""
    sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    assert sections[0].startswith("[Unreleased]")
    assert re.search(r"^- ", sections[0], re.MULTILINE)
