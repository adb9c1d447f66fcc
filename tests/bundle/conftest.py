"""Bundles built offline, of hollow wheels for the versions that are installed here."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from attrs import frozen

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

MODEL = json.dumps(
    {
        "operations": {"Decrypt": {"name": "Decrypt", "documentation": "<p>Decrypts.</p>"}},
        "shapes": {"Page": {"members": {"documentation": {"shape": "Text", "documentation": "<p>Its.</p>"}}}},
    },
    indent=1,
)
# What matters in the real ones; each has a module, its metadata and a licence besides.
FILES: Mapping[str, Mapping[str, str]] = {
    "attrs": {
        "attr/py.typed": "",
        "attr/filters.pyi": "",
        "attr/tests/test_make.py": "",
        "attr/tests.py": "",
    },
    "boto3": {"boto3/data/ec2/2016-11-15/resources-1.json": "[]", "boto3/examples/s3.rst": ""},
    "botocore": {
        "botocore/data/endpoints.json": json.dumps(
            {"partitions": [{"services": {"kms": {}, "email": {}, "ec2": {}}, "regions": {"eu-west-1": {}}}]}
        ),
        **{
            f"botocore/data/{name}": MODEL
            for name in (
                *("partitions.json", "_retry.json", "sdk-default-configuration.json"),
                *(f"{name}/2019-01-01/service-2.json.gz" for name in ("kms", "kmsx", "sesv2", "cognito-idp")),
                *(f"{name}/2019-01-01/service-2.json.gz" for name in ("sqs", "ssm", "secretsmanager", "s3")),
                *("kms/2019-01-01/paginators-1.json", "kms/2019-01-01/examples-1.json"),
            )
        },
    },
    "cryptography": {"cryptography/_rust.abi3.so": "for MACHINE"},
    "pycparser": {"pycparser/c_parser.py": ""},
    "python-dateutil": {"dateutil/zoneinfo/dateutil-zoneinfo.tar.gz": "", "dateutil/zoneinfo/rebuild.py": ""},
    "wrapt": {
        "wrapt/_wrappers.c": "",
        "wrapt-1.data/purelib/wrapt/more.py": "",
        "wrapt-1.data/scripts/wrap": "#!python",
    },
}

Done = subprocess.CompletedProcess[str]
Build = Callable[..., Done]


def _wheel(folder: Path, name: str, version: str, machine: str) -> None:
    module, tag = name.replace("-", "_"), f"py3-none-manylinux2014_{machine}"
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": f"NAMES = {{{name!r}, 'hollow', 'wheel'}}\n",
        **FILES.get(name, {}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
        f"{info}/licenses/LICENSE": "",
        f"{info}/RECORD": "",
    }
    with ZipFile(folder / f"{module}-{version}-{tag}.whl", "w") as wheel:
        for path, content in files.items():
            text = content.replace("MACHINE", machine).encode()
            wheel.writestr(path, gzip.compress(text) if path.endswith(".json.gz") else text)


@pytest.fixture(scope="session")
def wheelhouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheelhouse")
    for each in distributions():
        for machine in ("x86_64", "aarch64"):
            _wheel(folder, each.name.lower(), each.version, machine)
    return folder


def _run(arguments: tuple[str | Path, ...], cwd: Path, environ: Mapping[str, str]) -> Done:
    command = (sys.executable, "-W", "error", "-m", "cognito_mailroom.cli", "bundle", *arguments)
    return subprocess.run(  # noqa: S603
        command, cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed from an index, without its files, which hollow wheels would differ from."""
    folder = tmp_path_factory.mktemp("metadata")
    for each in distributions():
        # What is installed editable has its metadata beside its source as well, in another file.
        if each.read_text("METADATA") and each.read_text("direct_url.json") is None:
            info = folder / f"{each.name.replace('-', '_')}-{each.version}.dist-info"
            info.mkdir(exist_ok=True)
            for name in ("METADATA", "WHEEL", "entry_points.txt"):
                (info / name).write_text(each.read_text(name) or "")
    return folder


@pytest.fixture(scope="session")
def offline(wheelhouse: Path, metadata: Path) -> Mapping[str, str]:
    """The environment of the command; pip takes wheels from the wheelhouse and from nowhere else."""
    return {
        # A narrow terminal would have the tables break their lines.
        **{name: value for name, value in os.environ.items() if name != "COLUMNS"},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(wheelhouse),
        "PIP_NO_BUILD_ISOLATION": "0",  # the way to switch it off
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(metadata), os.environ.get("PYTHONPATH")])),
    }


@pytest.fixture
def settings(offline: Mapping[str, str]) -> dict[str, str]:
    """The same, for a test to change."""
    return dict(offline)


@pytest.fixture
def bundle(settings: Mapping[str, str], tmp_path: Path) -> Build:
    """``bundle("--provider", "smtp", NAME="value")``: the command, in a folder of the test's own."""

    def bundle(*arguments: str | Path, **changes: str) -> Done:
        return _run(arguments, tmp_path, {**settings, **changes})

    return bundle


@pytest.fixture(scope="session")
def smtp(offline: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle with the SMTP plugin, as a folder; what the command said is beside it, in ``out``."""
    folder = tmp_path_factory.mktemp("smtp")
    arguments = (
        "--provider",
        "smtp",
        "--python",
        PYTHON,
        "--arch",
        "x86_64",
        "--unpacked",
        "--out",
        "bundle",
    )
    done = _run(arguments, folder, offline)
    assert done.returncode == 0, done.stderr
    (folder / "out").write_text(done.stdout)
    return folder / "bundle"


@frozen
class Site:
    """A folder of installed distributions, which the command sees beside those that are really installed."""

    folder: Path

    def add(
        self,
        name: str,
        files: Mapping[str, str],
        *,
        entries: str = "",
        wants: str = "",
        pure: bool = True,
        origin: str | None = '{"url": "file:///elsewhere", "dir_info": {}}',
        digests: Mapping[str, str] | None = None,
    ) -> None:
        """As pip leaves what it installed from a folder; from an index, if it knows no origin."""
        info = f"{name.replace('-', '_')}-1.0.dist-info"
        files = {
            **files,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{wants}",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(pure).lower()}\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": entries,
        }
        if origin:
            files[f"{info}/direct_url.json"] = origin
        for path, content in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content)
        (self.folder / info / "RECORD").write_text(
            "".join(f"{path},{(digests or {}).get(path, '')},\n" for path in files) + "../../../bin/x,,\n"
        )


@pytest.fixture
def site(settings: dict[str, str], tmp_path: Path) -> Site:
    """Empty, and on the command's path."""
    site = Site(tmp_path / "site")
    settings["PYTHONPATH"] = os.pathsep.join([str(site.folder), settings["PYTHONPATH"]])
    return site
