"""The wheel carries everything that the package needs: the embedded world and the widgets' bundles."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_world_and_the_bundles_travel_inside_the_wheel(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    world = [path for path in (ROOT / "data" / "world").rglob("*") if path.is_file()]
    static = list((ROOT / "saecircuits" / "widgets" / "static").iterdir())
    expected = [f"saecircuits/{path.relative_to(ROOT)}" for path in world] + [str(p.relative_to(ROOT)) for p in static]
    assert len(world) >= 14
    assert set(expected) <= inside
