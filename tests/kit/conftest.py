"""A provider by a third party, installed for one test, and the contract run on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ACME = Path(__file__).parent / "acme"
ENTRY_POINTS = "[cognito_mailroom.providers]\nacme = acme:AcmeProvider\n"
METADATA = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"

Judge = Callable[..., pytest.RunResult]


@pytest.fixture
def judge(pytester: pytest.Pytester) -> Judge:
    """``judge((old, new), run="one_connection")``: the contract's tests of that name on a provider so changed."""

    def judge(*changes: tuple[str, str], run: str = "", harness: str = "") -> pytest.RunResult:
        source = (ACME / "acme.py").read_text("utf-8")
        for old, new in changes:
            assert source.count(old) == 1, f"{old!r} is not in the source once"
            source = source.replace(old, new)
        contract = (ACME / "contract_acme.py").read_text("utf-8")
        assert contract.count('    provider = "acme"\n') == 1
        contract = contract.replace('    provider = "acme"\n', f'    provider = "acme"\n{harness}')
        info = pytester.mkdir("acme-1.0.dist-info")
        (info / "entry_points.txt").write_text(ENTRY_POINTS)
        (info / "METADATA").write_text(METADATA)
        pytester.makepyfile(
            acme=source, acme_server=(ACME / "acme_server.py").read_text("utf-8"), test_acme=contract
        )
        pytester.syspathinsert()
        return pytester.runpytest_inprocess("test_acme.py", "-W", "error", "-rs", "-k", run, "--tb=short")

    return judge
