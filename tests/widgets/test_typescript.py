"""The TypeScript half: a rebuild changes nothing, and its own tests, types and style hold. Needs Node."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WIDGETS, BUNDLES = ROOT / "widgets", ROOT / "saecircuits" / "widgets" / "static"

pytestmark = [pytest.mark.node, pytest.mark.skipif(shutil.which("npm") is None, reason="no Node on this machine")]


@pytest.fixture(scope="module")
def installed():
    """The packages of `widgets/`, installed if they are not there."""
    if not (WIDGETS / "node_modules" / ".package-lock.json").is_file():
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=WIDGETS, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"npm ci failed, so nothing can be rebuilt: {done.stderr.strip()[-300:]}")


def _npm(script: str, **environment: str) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", script],
        cwd=WIDGETS,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rebuild_changes_nothing(installed, tmp_path):
    _npm("build", SAEC_OUT=str(tmp_path))
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in BUNDLES.iterdir()}


@pytest.mark.parametrize("script", ["test", "typecheck", "lint"])
def test_its_own_checks_pass(installed, script):
    _npm(script)
