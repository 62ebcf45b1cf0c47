"""The rules of the code, counted over all of it: sizes of files and functions, names, mirrored tests."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE, TESTS = ROOT / "advisor", ROOT / "tests"
Function = ast.FunctionDef | ast.AsyncFunctionDef
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS, MOST_OF_A_PREFIX = 300, 50, 6, 2


def modules() -> Iterator[tuple[str, str]]:
    """(path below the package, source) of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


@cache
def functions() -> tuple[tuple[str, Function], ...]:
    """('file:function', its tree) of every function, methods included."""
    return tuple(
        (f"{name}:{node.name}", node)
        for name, source in modules()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, Function)
    )


def n_parameters(function: Function) -> int:
    """Parameters a caller gives: `self` and `cls` are none."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    bound = names[:1] in (["self"], ["cls"])
    return len(names) + len(given.kwonlyargs) + sum(map(bool, (given.vararg, given.kwarg))) - bound


def test_no_function_takes_more_than_six_parameters() -> None:
    """Whoever needs more passes one value that holds them."""
    assert [] == [name for name, node in functions() if n_parameters(node) > MOST_PARAMETERS]


def test_no_function_is_longer_than_fifty_lines() -> None:
    """A longer one does two things."""
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert set() == {name for name, lines in lengths.items() if lines > MOST_FUNCTION_LINES}


def test_every_module_and_package_says_what_is_in_it() -> None:
    """Whoever looks for something reads the first lines of folders and files."""
    assert [] == [name for name, source in modules() if not ast.get_docstring(ast.parse(source))]


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    """What is longer is two things."""
    lengths = {name: len(source.splitlines()) for name, source in modules()}
    assert set() == {name for name, lines in lengths.items() if lines > MOST_LINES}


def test_the_third_file_with_a_prefix_is_a_package() -> None:
    """`a_x`, `a_y` and `a_z` are `a/x`, `a/y` and `a/z`."""
    counted = Counter(
        f"{Path(name).parent.as_posix()}/{Path(name).stem.partition('_')[0]}"
        for name, _ in modules()
        if not Path(name).name.startswith("_")
    )
    assert set() == {prefix for prefix, n in counted.items() if n > MOST_OF_A_PREFIX}


def test_every_module_has_a_test_file_of_its_own() -> None:
    """`advisor/x/y.py` and `advisor/x/_y.py` are tested by `tests/x/test_y.py`."""
    names = {Path(name) for name, _ in modules() if not name.endswith("__init__.py")}
    wanted = {path.parent / f"test_{path.stem.strip('_')}.py" for path in names}
    assert len(wanted) > 50
    assert set() == {path.as_posix() for path in wanted if not (TESTS / path).is_file()}


@cache
def every_test() -> tuple[tuple[str, Function], ...]:
    """('file:test', its tree) of every test."""
    return tuple(
        (f"{path.relative_to(TESTS).as_posix()}:{node.name}", node)
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, Function) and node.name.startswith("test_")
    )


def of_empty(node: ast.AST) -> bool:
    """Whether *node* is `assert all(… for …)`, which holds for nothing at all."""
    call = node.test if isinstance(node, ast.Assert) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "all"
        and isinstance(call.args[0], ast.GeneratorExp)
        and not isinstance(call.args[0].generators[0].iter, ast.Tuple | ast.List)
    )


def test_no_test_holds_for_nothing() -> None:
    """`assert {True} == {… for …}` fails where nothing is looked at; `assert all(… for …)` does not."""
    assert [] == [name for name, tree in every_test() for node in ast.walk(tree) if of_empty(node)]


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """What *function* does itself: functions inside it are others."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, Function | ast.Lambda):
            yield child
            yield from own_nodes(child)


def test_no_test_leaves_before_its_end() -> None:
    """A `return` would pass whatever comes after it; a test that cannot run is skipped with its reason."""
    returns = {name: [n for n in own_nodes(tree) if isinstance(n, ast.Return)] for name, tree in every_test()}
    assert [] == [name for name, found in returns.items() if found]
