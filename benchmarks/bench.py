"""One provider's servers, and the functions that are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import certifi
from attrs import frozen

from .packages import Package, package, prepare
from .servers import Servers
from .starts import Event, Mode, Noted, cores

CONTESTANTS = {"smtp": ("ours", "handwritten", "floor")}


@frozen
class Bench:
    """Where the functions of one provider are started."""

    provider: str
    packages: Mapping[str, Package]
    """By contestant: ``ours``, ``handwritten``, and with SMTP ``floor``."""
    servers: Servers
    environ: Mapping[str, str]

    def start(self, mode: Mode, folder: Path, events: Sequence[Event], **environ: str) -> Noted:
        """Starts the function in a folder once; adds to the probe's notes when each mail was accepted.

        Raises:
            RuntimeError: the function failed, or a mail did not arrive.

        """
        self.servers.accepted()
        measured, _ = cores_of_machine
        noted = mode(folder, {**self.environ, **environ}, events, measured)
        noted["accepted"] = self.servers.accepted()
        if len(noted["accepted"]) != len(events):
            raise RuntimeError(f"{folder.name}: of {len(events)} mails {len(noted['accepted'])} arrived")
        return noted


cores_of_machine = cores()  # before this process confines itself to one of them


@contextmanager
def bench(provider: str, folder: Path, before: Sequence[str] | None = None) -> Iterator[Bench]:
    """Starts the servers; builds the packages below ``folder``, unless they are there already.

    With ``before``, the command of another commit, ours is beside that commit's and nothing else.
    """
    _, rest = cores_of_machine
    names = ("ours", "before") if before else CONTESTANTS.get(provider, ("ours", "handwritten"))
    packages = {name: package(name, provider, folder) for name in names if name != "before"}
    if before:
        packages["before"] = package("before", provider, folder, before)
    with Servers(provider, rest) as servers:
        for each in packages.values():
            prepare(each.folder, servers.authority)
        # What OpenSSL trusts by default, as everybody does who brings no bundle along.
        trusted = folder / f"authorities-{provider}.pem"
        trusted.write_text(Path(certifi.where()).read_text("utf-8") + servers.authority, "utf-8")
        yield Bench(provider, packages, servers, {**servers.environ, "SSL_CERT_FILE": str(trusted)})
