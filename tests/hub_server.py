"""A small Hugging Face Hub on this machine: the endpoints that `huggingface_hub` itself uses to write and read.

Repositories are commits, each a mapping of paths to contents. Weights go by LFS (batch, PUT, verify), other files
inside the commit, as on the real one; downloads of LFS files are redirected.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import close_session

Files = dict[str, bytes]
CLIENT_WARNS = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""The hub's client puts LFS files in a way that its own HTTP library warns of."""
TOKENS = {"hf_me": "me", "hf_other": "other", "hf_reader": "your-name"}
"""Token -> the owner for whom it may write."""


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass
class Repository:
    private: bool
    branches: dict[str, str]
    commits: dict[str, Files]
    messages: list[str] = field(default_factory=list)


@dataclass
class Hub:
    """What the hub holds, and what it was asked.

    Attributes:
        endpoint: its address.
        stored: LFS objects by SHA-256.
        asked: method and path of every request.
        broken: pattern of `"<method> <path>"` -> status to answer with instead.
    """

    endpoint: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)

    def create(self, name: str, files: Files | None = None, private: bool = False) -> None:
        files = {".gitattributes": b"*.safetensors filter=lfs\n"} | (files or {})
        self.repositories[name] = Repository(private, {"main": _sha(name, files)}, {_sha(name, files): files})

    def files(self, name: str, revision: str = "main") -> Files:
        repository = self.repositories[name]
        return repository.commits[repository.branches.get(revision, revision)]


def _sha(*parts: Any) -> str:
    return hashlib.sha1(repr(parts).encode()).hexdigest()


def _blob(content: bytes) -> str:
    """What git calls a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _lfs(path: str) -> bool:
    return path.endswith((".safetensors", ".npz", ".pt"))


def _described(path: str, content: bytes) -> dict[str, Any]:
    oid = hashlib.sha256(content).hexdigest()
    large = {"lfs": {"oid": oid, "size": len(content), "pointerSize": 134}} if _lfs(path) else {}
    return {"type": "file", "path": path, "size": len(content), "oid": _blob(content), **large}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # an answer in one packet
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET

    def _answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        self.hub.asked.append(f"{self.command} {path}")
        try:
            for pattern, status in self.hub.broken.items():
                if re.search(pattern, self.hub.asked[-1]):
                    raise Refused(status, "broken on purpose")
            for method, pattern, handle in _ROUTES:
                found = re.fullmatch(pattern, path)
                if found and self.command in method:
                    handle(self, *map(unquote, found.groups()))
                    return
            raise Refused(404, f"no such endpoint {self.hub.asked[-1]}")
        except Refused as error:
            headers = {"X-Error-Message": error.message} | ({"X-Error-Code": error.code} if error.code else {})
            self.json({"error": error.message}, error.status, headers)

    def json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send(json.dumps(value).encode(), status, {"Content-Type": "application/json"} | (headers or {}))

    def send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def payload(self) -> Any:
        return json.loads(self.body)

    def user(self) -> str | None:
        """Who asks; a token that is not known is refused."""
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if given and given not in TOKENS:
            raise Refused(401, "Invalid credentials in Authorization header")
        return TOKENS.get(given)

    def writer(self, repo: str) -> Repository:
        found = self.readable(repo)
        if self.user() != repo.partition("/")[0]:
            raise Refused(403, "You do not have the required permissions")
        return found

    def readable(self, repo: str) -> Repository:
        user, found = self.user(), self.hub.repositories.get(repo)
        if found is None or (found.private and user != repo.partition("/")[0]):
            raise Refused(404, "Repository not found", "RepoNotFound")
        return found

    def at(self, repo: str, revision: str) -> tuple[str, Files]:
        found = self.readable(repo)
        commit = found.branches.get(revision, revision)
        if commit not in found.commits:
            raise Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit, found.commits[commit]


def _create(self: _Handler) -> None:
    asked = self.payload()
    owner, user = asked["organization"], self.user()
    if user is None:
        raise Refused(401, "Unauthorized")
    if user != owner:
        raise Refused(403, f"You don't have the rights to create a model under the namespace {owner!r}")
    name = f"{owner}/{asked['name']}"
    if name in self.hub.repositories:
        raise Refused(409, "You already created this model repo")
    self.hub.create(name, private=asked.get("visibility") == "private")
    self.json({"url": f"{self.hub.endpoint}/{name}", "name": name})


def _info(self: _Handler, repo: str, revision: str = "main") -> None:
    commit, files = self.at(repo, revision)
    siblings = [{"rfilename": path, "size": len(content)} for path, content in files.items()]
    self.json({"id": repo, "sha": commit, "private": self.readable(repo).private, "siblings": siblings})


def _tree(self: _Handler, repo: str, revision: str) -> None:
    assert parse_qs(urlsplit(self.path).query)["recursive"] == ["true"]
    self.json([_described(path, content) for path, content in sorted(self.at(repo, revision)[1].items())])


def _branch(self: _Handler, repo: str, branch: str) -> None:
    repository = self.writer(repo)
    repository.branches[branch] = repository.branches["main"]
    self.json({})


def _validate(self: _Handler) -> None:
    """The front matter has to be there, and `base_model` the name of a repository."""
    lines = self.payload()["content"].splitlines()
    if lines[0] != "---" or any(re.fullmatch(r"base_model: [^/]*", line) for line in lines):
        self.json({"errors": [{"message": "metadata is not valid"}]}, 400)
        return
    self.json({"errors": [], "warnings": []})


def _preupload(self: _Handler, repo: str, revision: str) -> None:
    self.writer(repo)
    files = self.at(repo, revision)[1]
    modes = []
    for asked in self.payload()["files"]:
        path = asked["path"]
        there = files.get(path)
        oid = None if there is None else hashlib.sha256(there).hexdigest() if _lfs(path) else _blob(there)
        mode = "lfs" if _lfs(path) else "regular"
        modes.append({"path": path, "uploadMode": mode, "shouldIgnore": False} | ({"oid": oid} if oid else {}))
    self.json({"files": modes})


def _batch(self: _Handler, repo: str) -> None:
    self.writer(repo)
    objects = []
    for each in self.payload()["objects"]:
        actions = {name: {"href": f"{self.hub.endpoint}/lfs/{name}/{each['oid']}"} for name in ("upload", "verify")}
        objects.append(each | ({} if each["oid"] in self.hub.stored else {"actions": actions}))
    self.json({"transfer": "basic", "objects": objects})


def _put(self: _Handler, oid: str) -> None:
    if hashlib.sha256(self.body).hexdigest() != oid:
        raise Refused(400, "the content is not what its name says")
    self.hub.stored[oid] = self.body
    self.json({})


def _verify(self: _Handler, oid: str) -> None:
    if len(self.hub.stored.get(oid, b"")) != self.payload()["size"]:
        raise Refused(404, "the object did not arrive")
    self.json({})


def _commit(self: _Handler, repo: str, branch: str) -> None:
    repository = self.writer(repo)
    head, *operations = [json.loads(line) for line in self.body.splitlines()]
    parent, files = self.at(repo, branch)
    if head["value"].get("parentCommit", parent) != parent:
        raise Refused(412, "A commit has happened since. Please refresh and try again.")
    files = dict(files)
    for operation in operations:
        value = operation["value"]
        match operation["key"]:
            case "file":
                files[value["path"]] = base64.b64decode(value["content"])
            case "lfsFile":
                files[value["path"]] = self.hub.stored[value["oid"]]
            case "deletedFile":
                del files[value["path"]]
            case other:
                raise Refused(400, f"unknown operation {other}")
    oid = _sha(parent, files)
    repository.commits[oid], repository.branches[branch] = files, oid
    repository.messages.append(head["value"]["summary"])
    self.json({"commitUrl": f"{self.hub.endpoint}/{repo}/commit/{oid}", "commitOid": oid})


def _resolve(self: _Handler, repo: str, revision: str, path: str) -> None:
    commit, files = self.at(repo, revision)
    if path not in files:
        raise Refused(404, "Entry not found", "EntryNotFound")
    content = files[path]
    headers = {"X-Repo-Commit": commit, "ETag": f'"{_blob(content)}"'}
    if _lfs(path):
        oid = hashlib.sha256(content).hexdigest()
        there = f"{self.hub.endpoint}/lfs/download/{oid}".replace("127.0.0.1", "localhost")  # another host, as a CDN
        linked = {"X-Linked-Etag": f'"{oid}"', "X-Linked-Size": str(len(content)), "Location": there}
        self.send(b"", 302, headers | linked)
    else:
        self.send(content, 200, headers)


def _download(self: _Handler, oid: str) -> None:
    content = next(
        content
        for repository in self.hub.repositories.values()
        for files in repository.commits.values()
        for content in files.values()
        if hashlib.sha256(content).hexdigest() == oid
    )
    self.send(content, 200, {"ETag": f'"{oid}"'})


_REPO, _REV = r"([^/]+/[^/]+)", r"([^/]+)"
_ROUTES: list[tuple[str, str, Any]] = [
    ("POST", "/api/repos/create", _create),
    ("POST", "/api/validate-yaml", _validate),
    ("GET", f"/api/models/{_REPO}", _info),
    ("GET", f"/api/models/{_REPO}/revision/{_REV}", _info),
    ("GET", f"/api/models/{_REPO}/tree/{_REV}", _tree),
    ("POST", f"/api/models/{_REPO}/branch/{_REV}", _branch),
    ("POST", f"/api/models/{_REPO}/preupload/{_REV}", _preupload),
    ("POST", f"/api/models/{_REPO}/commit/{_REV}", _commit),
    ("POST", rf"/{_REPO}\.git/info/lfs/objects/batch", _batch),
    ("PUT", "/lfs/upload/(.+)", _put),
    ("POST", "/lfs/verify/(.+)", _verify),
    ("GET HEAD", "/lfs/download/(.+)", _download),
    ("GET HEAD", f"/{_REPO}/resolve/{_REV}/(.+)", _resolve),
]


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that answers until the block ends."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub where `me` is logged in; without xet, whose storage has no such small copy."""
    with serving() as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.endpoint)
        template = served.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
        monkeypatch.setenv("HF_TOKEN", "hf_me")
        yield served
        close_session()
