"""What dartd is made of, and that the same sources make the same wheel."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.daemon import ROOT
from tests.support.sbom import bill, components
from tests.support.waiting import DEADLINE_S

_PERMISSIVE = {"MIT", "MIT-0", "BSD-3-Clause", "BSD-2-Clause", "0BSD", "Apache-2.0", "PSF-2.0", "Zlib", "CC0-1.0"}
_WHEEL = ("README.md", "LICENSE", "CONTRIBUTING.md", "pyproject.toml", "dartd", "workers", "schemas", "config")


def test_every_package_may_be_shipped() -> None:
    """The licence of each is known and asks for no more than to be named."""
    found = {each.name: set(each.licence.replace(" OR ", " AND ").split(" AND ")) for each in components()}

    assert {name: licences for name, licences in found.items() if not licences <= _PERMISSIVE} == {}


def test_the_bill_of_materials_has_all() -> None:
    """Each package by its purl, pinned ones with the hashes of their files; twice the same."""
    first, again = bill(components()), bill(components())
    purls = [each["purl"] for each in first["components"]]

    assert first == again
    assert len(purls) == len(set(purls)) > 25
    assert {"pkg:pypi/msgspec", "pkg:pypi/uvloop", "pkg:npm/preact"} <= {each.partition("@")[0] for each in purls}
    assert all("properties" in each for each in first["components"] if each["purl"].startswith("pkg:pypi/"))


@pytest.mark.slow
def test_the_same_sources_make_the_same_wheel(tmp_path: Path) -> None:
    """Whatever the place, the times and the permissions of the files: byte for byte."""
    digests = []
    for k, umask in enumerate((0o022, 0o077)):
        source, out = tmp_path / f"copy {k}", tmp_path / f"dist {k}"
        source.mkdir()
        for name in _WHEEL:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            copy(ROOT / name, source / name)
        for path in source.rglob("*"):
            os.utime(path, (1e9 + 1e6 * k, 1e9 + 1e6 * k))
            path.chmod((0o755 if path.stat().st_mode & 0o100 else 0o644) & ~umask)
        options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(out)]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True, timeout=DEADLINE_S)
        digests.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in out.iterdir()])

    assert digests[0] == digests[1]
    assert digests[0][0][0].startswith("dartd-")
