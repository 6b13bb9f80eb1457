"""What is in the wheel and the Debian package that others made: a CycloneDX bill of materials, and the list of licences.

python -m tests.support.sbom dist             writes sbom.cdx.json and licences.md; `make sbom`
"""

import argparse
import json
import re
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

from packaging.markers import Marker

from tests.support.daemon import ROOT

# What the metadata of packages say, as SPDX identifiers.
_SPDX: Final = {
    "MIT License": "MIT",
    "MIT": "MIT",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "BSD-2-Clause": "BSD-2-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_PIN: Final = re.compile(r"^([a-z0-9-]+)==([^ ]+)((?: ; [^\\]+)?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
_VENDORED: Final = re.compile(r"^\| `\w[\w-]*/` \| `([\w-]+)` ([\d.]+)[^|]*\| ([\w.-]+) \|$", re.MULTILINE)
_BUILD_ONLY: Final = frozenset({"editables", "hatchling", "pathspec", "pluggy", "trove-classifiers"})


class Component(NamedTuple):
    """A package of others: its purl type and name, version, SPDX expression, and the hashes of its files where they are pinned."""

    kind: str
    name: str
    version: str
    licence: str
    hashes: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """Return its package URL."""
        return f"pkg:{self.kind}/{self.name}@{self.version}"


def components() -> list[Component]:
    """Return every package of others, by its package URL: those of requirements.lock, and those that pages load."""
    return sorted([*_pinned(), *_vendored()], key=lambda each: each.purl)


def _pinned() -> Iterator[Component]:
    for name, version, marker, hashes in _PIN.findall((ROOT / "requirements.lock").read_text()):
        if name not in _BUILD_ONLY and (not marker or Marker(marker.strip(" ;")).evaluate({"sys_platform": "linux"})):
            yield Component("pypi", name, version, licence_of(name), tuple(sorted(re.findall(r"sha256:([0-9a-f]{64})", hashes))))


def _vendored() -> Iterator[Component]:
    text = (ROOT / "dartd" / "web" / "static" / "vendor" / "README.md").read_text()
    for name, version, licence in _VENDORED.findall(text):
        yield Component("npm", name, version, licence)


def licence_of(name: str) -> str:
    """Return the licence of an installed package; empty if it is not installed here or names none."""
    try:
        found = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ""
    if expression := found.get("license_expression"):
        return str(expression)
    classifiers = [each.rpartition(" :: ")[2] for each in found.get("classifier", []) if each.startswith("License :: OSI")]
    stated = [each for each in [*classifiers, found.get("license", "")] if each in _SPDX]
    return _SPDX[stated[0]] if stated else ""


def bill(found: list[Component]) -> dict[str, Any]:
    """Return the bill of materials, the same for the same components."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = [_entry(each) for each in found]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(listed))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "dartd",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": listed,
        "dependencies": [{"ref": "dartd", "dependsOn": [each.purl for each in found]}],
    }


def _entry(each: Component) -> dict[str, Any]:
    files = {"properties": [{"name": "dartd:pinned", "value": f"sha256:{digest}"} for digest in each.hashes]} if each.hashes else {}
    licences = {"licenses": [{"expression": each.licence}]} if each.licence else {}
    return {"type": "library", "bom-ref": each.purl, "name": each.name, "version": each.version, "purl": each.purl, **licences, **files}


def licences(found: list[Component]) -> str:
    """Return the list of licences as Markdown."""
    rows = [f"| {each.name} | {each.version} | {each.licence or 'not installed here'} |" for each in found]
    return "\n".join(["# Licences of what dartd contains", "", "| package | version | licence |", "|---|---|---|", *rows, ""])


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    found = components()
    (folder / "sbom.cdx.json").write_text(json.dumps(bill(found), indent=1) + "\n")
    (folder / "licences.md").write_text(licences(found))
    print(f"{len(found)} packages: {folder / 'sbom.cdx.json'}, {folder / 'licences.md'}")


if __name__ == "__main__":
    main()
