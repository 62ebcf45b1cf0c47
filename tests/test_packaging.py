"""What the wheel holds."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> set[str]:
    """The files of a wheel built from this checkout."""
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("there is no checkout to build a wheel from")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def below(folder: str, *endings: str) -> set[str]:
    """The files of the checkout in *folder* with one of *endings*, relative to the root."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in endings and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("folder", ["profiles", "measurements"])
def test_the_wheel_holds_the_data(names, folder):
    """Every table and every origin is inside the package, where `advisor.data.folder` looks first."""
    wanted = {f"advisor/_data/{path}" for path in below(folder, ".csv", ".json", ".toml")}
    assert len(wanted) > 10
    assert set() == wanted - names


def test_the_wheel_holds_the_code_the_artifact_and_the_styles(names):
    """Modules, fitted predictors, the TUI's style sheet and the report's page travel together."""
    endings = {".py", ".json", ".tcss", ".j2", ".css", ".js"}
    wanted = below("advisor", *endings)
    assert endings == {Path(path).suffix for path in wanted}
    assert set() == wanted - names


def test_the_wheel_installs_one_package(names):
    """Nothing lands in everyone's site-packages beside `advisor`: no `profiles`, `measurements`, `tests`."""
    tops = {name.split("/")[0] for name in names}
    assert {"advisor"} == {top for top in tops if not top.endswith(".dist-info")}


def test_the_wheel_has_the_command_and_the_licence(names):
    """`advisor` is an entry point, and the licence goes with the code."""
    assert {"LICENSE", "entry_points.txt"} <= {Path(name).name for name in names if ".dist-info/" in name}
