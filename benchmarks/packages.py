"""What is measured, packaged as for Lambda: ours as bundled, the others as pip installs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

from attrs import frozen
from cognito_mailroom.cli.bundle.packing import pack
from cognito_mailroom.testing.lambda_runtime import ARCH

HERE = Path(__file__).parent
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROBES = [HERE / "process" / f"{name}.py" for name in ("probe", "stopwatch", "usage")]
NEEDS = {"handwritten": ("aws-encryption-sdk", "boto3"), "floor": ("cryptography",)}
_PRIVATE = "\n# The servers of the benchmark\n"
OURS = (sys.executable, "-m", "cognito_mailroom.cli")
SDKS = {"mailgun": ("mailgun",), "postmark": ("postmarker",), "sendgrid": ("sendgrid",)}


@frozen
class Package:
    """A function, unpacked as Lambda has it in ``/var/task``."""

    contestant: str
    """``ours``, ``handwritten``, ``floor`` or ``before``."""
    folder: Path
    zip_size: int
    """Bytes, packed and compressed as our bundles are."""
    size: int
    """Bytes, unpacked."""


def package(contestant: str, provider: str, work: Path, command: Sequence[str] = OURS) -> Package:
    """Builds one below ``work``; others than ours only if it is not there already.

    ``command`` is the ``cognito-mailroom`` that makes a bundle.

    Raises:
        subprocess.CalledProcessError: pip or the bundle command failed, which says why on its own.

    """
    folder = work / f"{contestant}-{provider}"
    archive = folder.with_suffix(".zip")
    if contestant == "ours" or not archive.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if contestant in {"ours", "before"}:
            _bundle(command, provider, folder)
        else:
            _install(contestant, provider, folder)
        for _ in pack(folder, "", archive):
            pass
    with ZipFile(archive) as entries:
        size = sum(entry.file_size for entry in entries.infolist())
    return Package(contestant, folder, archive.stat().st_size, size)


def prepare(folder: Path, authority: str) -> None:
    """Adds what is not deployed: the probe, and one more authority that the function trusts, in PEM.

    The authority goes into all the bundles that the package brings along. A setting that names a file
    instead would change what is measured: who is told of one file for boto3 and of none for the provider
    has to read two.
    """
    for path in PROBES:
        shutil.copy(path, folder)
        _compile(folder, folder / path.name)
    for path in folder.rglob("cacert.pem"):
        public = path.read_text("utf-8").partition(_PRIVATE)[0]
        path.write_text(public + _PRIVATE + authority, "utf-8")


def _bundle(command: Sequence[str], provider: str, folder: Path) -> None:
    options = ["--provider", provider, "--python", PYTHON, "--arch", ARCH, "--unpacked", "--out", str(folder)]
    subprocess.run([*command, "bundle", *options], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _install(contestant: str, provider: str, folder: Path) -> None:
    needs = NEEDS[contestant] + (SDKS.get(provider, ()) if contestant == "handwritten" else ())
    constraints = folder.with_suffix(".txt")
    constraints.write_text("".join(f"{each.name}=={each.version}\n" for each in distributions()), "utf-8")
    options = ["-qq", "--no-compile", "--only-binary=:all:", f"--constraint={constraints}"]
    _run("pip", "install", *options, f"--target={folder}", *needs)
    shutil.copyfile(HERE / contestant / f"{provider}.py", folder / "handler.py")
    _compile(folder, folder)


def _compile(folder: Path, what: Path) -> None:
    options = ["-q", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", "/var/task"]
    _run("compileall", *options, str(what))


def _run(module: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
