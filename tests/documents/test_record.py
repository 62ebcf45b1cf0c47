"""Records behave as the frozen dataclasses that `dataclasses` itself generates."""

from __future__ import annotations

import dataclasses
import pickle
import subprocess
import sys

import pytest

from advisor.documents.outcome import DeviceMemory, Estimate
from advisor.documents.record import made, record, replace
from advisor.documents.requirements import Requirements


@record
class Point:
    """A record with a default and one made anew for each."""

    x: float
    y: float = 0.0
    notes: list = made(list)


@dataclasses.dataclass(frozen=True)
class Generated:
    """The same, generated."""

    x: float
    y: float = 0.0
    notes: list = dataclasses.field(default_factory=list)


def test_a_record_is_a_dataclass():
    """Fields, replace and asdict work on a record."""
    point = Point(1.0, y=2.0)
    assert dataclasses.is_dataclass(point)
    assert dataclasses.replace(point, x=3.0) == replace(point, x=3.0) == Point(3.0, 2.0)
    assert [field.name for field in dataclasses.fields(Point)] == ["x", "y", "notes"]
    assert Point(1.0) == Point(1.0, 0.0, [])  # as before its fields were looked at
    assert dataclasses.asdict(point) == dataclasses.asdict(Generated(1.0, y=2.0))


def test_records_print_and_compare_as_generated_classes_do():
    """The text names class and fields; equality asks for the same class and values."""
    assert repr(Point(1.0)) == repr(Generated(1.0)).replace("Generated", "Point")
    assert Point(1.0) == Point(1.0)
    assert Point(1.0) != Point(2.0)
    assert Point(1.0) != Generated(1.0)


def test_equal_records_hash_alike():
    """Two requirements with the same values are one key of a dict."""
    assert {Requirements(model="m"): 1}[Requirements(model="m")] == 1
    with pytest.raises(TypeError):
        hash(Point(1.0))  # it holds a list


def test_every_record_gets_its_own_list():
    """A default factory is called for each record."""
    first, second = Point(1.0), Point(1.0)
    first.notes.append("a")
    assert second.notes == []


def test_a_record_cannot_be_changed():
    """Setting and deleting are refused."""
    point = Point(1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x


@pytest.mark.parametrize(
    "make",
    [
        lambda: Point(),
        lambda: Point(1.0, 2.0, [], 4.0),
        lambda: Point(1.0, x=1.0),
        lambda: Point(1.0, z=1.0),
        lambda: DeviceMemory("GPU 0"),
    ],
)
def test_wrong_values_are_refused(make):
    """Too few, too many, unknown, doubled and, where keywords are asked for, unnamed values."""
    with pytest.raises(TypeError):
        make()


def test_records_can_be_pickled():
    """A document goes through pickle unchanged (worker processes of the fit)."""
    device = DeviceMemory(device="CPU", weights_bytes=3)
    assert pickle.loads(pickle.dumps(device)) == device
    assert pickle.loads(pickle.dumps(Estimate.exact(1.0))) == Estimate.exact(1.0)


def test_a_record_may_be_left_open():
    """One that is not frozen can be changed, and is no key of a dict."""

    @record(frozen=False)
    class Draft:
        """Filled step by step."""

        name: str = ""

    draft = Draft()
    draft.name = "a"
    assert draft == Draft("a")
    with pytest.raises(TypeError):
        hash(draft)


def test_an_answer_never_imports_dataclasses():
    """Documents are made and printed without `dataclasses`, which takes as long to import as all of them."""
    code = (
        "import sys; from advisor.documents.outcome import Estimate; "
        "from advisor.documents.plain import dumps; import advisor.documents.recommendation; "
        "dumps(Estimate.exact(1.0)); "
        "sys.exit('dataclasses' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
