"""A file from its address into a folder: under its name only when it is whole."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Callable
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from advisor.errors import UsageError
from advisor.tui.here.ready import Ready

_CHUNK = 2**20
_SILENCE_S = 60
"""A server that says nothing for a minute is gone: the user may start again from what is there."""
PART = ".part"
_FULL = (ENOSPC, EDQUOT, EFBIG)
"""No room at all, for this user, or for a file of this size."""


class StoppedError(UsageError):
    """The user stopped it; what is there is kept for the next time."""


def download(
    found: Ready, folder: Path, tell: Callable[[float, str], None], stopped: Callable[[], bool]
) -> Path:
    """The file of *found* in *folder*; a part that an earlier download left is gone on with.

    *tell* hears the share done and a line. Raises UsageError of one line that says the mend; StoppedError
    once *stopped* says so.
    """
    path = folder / found.name
    if path.is_file():
        return path
    part = path.with_name(path.name + PART)
    there = part.stat().st_size if part.is_file() else 0
    _room(_there(folder), found.size_bytes - there)
    request = Request(found.url, headers={"Range": f"bytes={there}-"} if there else {})
    try:
        with urlopen(request, timeout=_SILENCE_S) as answer:
            there = there if answer.status == http.client.PARTIAL_CONTENT else 0
            whole = there + int(answer.headers.get("Content-Length") or 0)
            _made(folder)
            _room(folder, whole - there)
            with part.open("ab" if there else "wb") as file:
                _copy(answer, file, (there, whole), tell, stopped)
    except HTTPError as error:
        raise UsageError(_refused(found, error.code)) from None
    except (URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        host = urlsplit(found.url).hostname
        why = getattr(error, "reason", None) or error
        raise UsageError(f"{host} is not reached ({why}); what is there is kept: start again") from None
    except OSError as error:
        raise UsageError(_unwritable(part, error)) from None
    if whole and part.stat().st_size != whole:
        raise UsageError(f"{found.name} ended early; what is there is kept: start again")
    part.replace(path)
    return path


def _copy(
    answer: IO[bytes],
    file: IO[bytes],
    ends: tuple[int, int],
    tell: Callable[[float, str], None],
    stopped: Callable[[], bool],
) -> None:
    done, whole = ends
    while chunk := answer.read(_CHUNK):
        file.write(chunk)
        done += len(chunk)
        tell(done / whole if whole else 0.0, f"{done / 1e9:.2f} of {whole / 1e9:.2f} GB")
        if stopped():
            raise StoppedError(f"stopped at {done / 1e9:.2f} GB; the next download goes on from there")


def _there(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)


def _made(folder: Path) -> None:
    """Made only once there is something to put into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}; choose another folder") from None


def _room(folder: Path, needed: int) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}; choose another folder") from None
    if needed > free:
        raise UsageError(
            f"{needed / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free in {folder}: choose another "
            "folder"
        )


def _unwritable(part: Path, error: OSError) -> str:
    if error.errno in _FULL:
        part.unlink(missing_ok=True)
        why = "is full" if error.errno == ENOSPC else f"takes no more ({error.strerror})"
        return f"the disk of {part.parent} {why}; nothing was left there: choose another folder"
    return f"cannot write {part}: {error.strerror or error}; choose another folder"


def _refused(found: Ready, code: int) -> str:
    if code in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        return f"{found.publisher} asks for a login: y copies the command, `hf auth login` comes before it"
    if code == http.client.NOT_FOUND:
        return f"{found.publisher} has no {found.name} any more: take another scheme"
    if code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
        return f"{found.name}{PART} is none of its parts: delete it and start again"
    return f"{found.publisher} answered {code}: start again later"
