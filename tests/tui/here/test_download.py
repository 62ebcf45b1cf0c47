"""Downloads from a real server on this machine: whole, stopped and gone on with, refused, cut off."""

import resource
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from advisor.errors import UsageError
from advisor.tui.here import download as module
from advisor.tui.here.download import PART, StoppedError, download
from advisor.tui.here.ready import Ready

BODY = bytes(range(256)) * 16384
"""4 MiB."""


class Hub(BaseHTTPRequestHandler):
    """Serves BODY under /file, with ranges; /locked asks for a login; /short ends early."""

    def do_GET(self):
        """The file, or the refusal its name says."""
        if self.path != "/file" and self.path != "/short":
            self.send_error({"/locked": 401, "/busy": 503}.get(self.path, 404))
            return
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        self.wfile.write(BODY[start : -1000 if self.path == "/short" else None])

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def hub():
    """The server's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def get(url, folder, stopped=lambda: False, size_bytes=4 * 2**20):
    """Download with nobody listening."""
    found = Ready("model.gguf", url, "hf download", size_bytes, "publisher/model")
    return download(found, folder, lambda share, words: None, stopped)


def test_whole_file(hub, tmp_path):
    """The file is as served, and nothing else is left; a second download has nothing to do."""
    path = get(f"{hub}/file", tmp_path)
    assert path.read_bytes() == BODY
    assert [path] == list(tmp_path.iterdir())
    assert path == get("http://nowhere.invalid/file", tmp_path)


def test_stopped_and_gone_on_with(hub, tmp_path):
    """What was stopped has not its name yet; the next download fetches the rest only."""
    with pytest.raises(StoppedError, match="goes on from there"):
        get(f"{hub}/file", tmp_path, stopped=lambda: True)
    part = tmp_path / f"model.gguf{PART}"
    assert part.stat().st_size == 2**20
    assert get(f"{hub}/file", tmp_path).read_bytes() == BODY
    assert not part.exists()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/locked", "publisher/model asks for a login"),
        ("/gone", "publisher/model has no model.gguf any more"),
        ("/busy", "publisher/model answered 503: start again later"),
        ("/short", "ended early|is not reached"),
    ],
)
def test_refusals_are_a_line_with_the_mend(hub, tmp_path, path, says):
    """Nothing gets the file's name."""
    with pytest.raises(UsageError, match=says) as error:
        get(hub + path, tmp_path)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "model.gguf").exists()


def test_no_network(tmp_path):
    """A host that is not there is named, and no folder is made for what did not come."""
    with pytest.raises(UsageError, match=r"127\.0\.0\.1 is not reached"):
        get("http://127.0.0.1:9/file", tmp_path / "new" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_too_small_a_disk(hub, tmp_path):
    """More than is free is refused before anything is written."""
    with pytest.raises(UsageError, match=r"are free in .*: choose another folder"):
        get(f"{hub}/file", tmp_path, size_bytes=2**60)
    assert list(tmp_path.iterdir()) == []


def test_disk_full_meanwhile(hub, tmp_path, monkeypatch):
    """The part goes away again, for it fills the disk."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_copy", full)
    with pytest.raises(UsageError, match="is full; nothing was left there"):
        get(f"{hub}/file", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_more(hub, tmp_path):
    """A limit of the system itself, as a quota is: the part goes away, and the mend is said."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limits[1]))
    try:
        with pytest.raises(UsageError, match="takes no more"):
            get(f"{hub}/file", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
