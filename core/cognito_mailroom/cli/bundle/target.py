"""The Lambda runtime and processor that a bundle is for, in pip's terms."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from attrs import frozen

# By Lambda's own names, and as wheels and markers call them.
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# The newest glibc 2.x that a wheel may want: Amazon Linux 2 under Python 3.11, Amazon Linux 2023 above.
# Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_GLIBC = {"3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
_OLDEST_GLIBC = 17  # manylinux2014


@frozen
class Target:
    """One of Lambda's Python runtimes, on one of its processors."""

    python: str
    arch: str
    layer: bool = False

    @property
    def root(self) -> str:
        """Where Lambda puts the importable files."""
        return "/opt/python" if self.layer else "/var/task"

    @property
    def prefix(self) -> str:
        """The folder of the package that Lambda puts there."""
        return "python/" if self.layer else ""

    @property
    def cache_tag(self) -> str:
        """What compiled files are named by."""
        return "cpython-" + self.python.replace(".", "")

    @property
    def pip_options(self) -> list[str]:
        """What tells pip to look for this machine's wheels, the best first."""
        machine = _MACHINES[self.arch]
        glibcs = range(_GLIBC[self.python], _OLDEST_GLIBC - 1, -1)
        platforms = [*(f"manylinux_2_{minor}_{machine}" for minor in glibcs), f"manylinux2014_{machine}"]
        return [
            f"--python-version={self.python}",
            "--implementation=cp",
            *(f"--platform={platform}" for platform in platforms),
        ]

    @property
    def markers(self) -> Mapping[str, str]:
        """What the environment markers of requirements mean there."""
        # Lambda follows Python's patch releases.
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.99",
            "os_name": "posix",
            "platform_machine": _MACHINES[self.arch],
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.99",
            "python_version": self.python,
            "sys_platform": "linux",
        }

    def interpreter(self) -> str | None:
        """The path of a CPython of that version here, or None; what it compiles, every processor runs."""
        for command in self._candidates():
            script = "import sys; print(sys.implementation.cache_tag, sys.executable, sep='\\n')"
            done = subprocess.run(  # noqa: S603
                [command, "-c", script], capture_output=True, text=True, check=False
            )
            tag, _, path = done.stdout.strip().partition("\n")
            if done.returncode == 0 and tag == self.cache_tag:
                return path
        return None

    def _candidates(self) -> Iterator[str]:
        yield sys.executable
        # A version manager may have a command for it that only says that this version is switched off.
        if found := shutil.which(f"python{self.python}"):
            yield found
