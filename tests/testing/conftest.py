"""A provider by a third party, installed for one test, and the contract run on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

ACME = Path(__file__).parent / "acme"
ENTRY_POINTS = "[cognito_mailroom.providers]\nacme = acme:AcmeProvider\n"
METADATA = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"

RunContract = Callable[..., pytest.RunResult]


@pytest.fixture
def run_contract(pytester: pytest.Pytester) -> RunContract:
    """``run_contract({old: new}, run="one_connection")``: those tests, on a provider so changed."""

    def run_contract(
        changes: dict[str, str] | None = None, run: str = "", harness: str = ""
    ) -> pytest.RunResult:
        contract = _changed("contract_acme.py", {"    provider = ": f"    {harness}\n    provider = "})
        info = pytester.mkdir("acme-1.0.dist-info")
        (info / "entry_points.txt").write_text(ENTRY_POINTS)
        (info / "METADATA").write_text(METADATA)
        pytester.makepyfile(
            acme=_changed("acme.py", changes or {}),
            by_urllib3=_changed("by_urllib3.py", {}),
            test_acme=contract,
        )
        pytester.syspathinsert()
        return pytester.runpytest_inprocess("test_acme.py", "-W", "error", "-rs", "-k", run, "--tb=short")

    return run_contract


def _changed(name: str, changes: dict[str, str]) -> str:
    source = (ACME / name).read_text("utf-8")
    for old, new in changes.items():
        assert source.count(old) == 1, f"{old!r} is not in {name} once"
        source = source.replace(old, new)
    return source


@pytest.fixture
def assert_contract_fails(run_contract: RunContract) -> Callable[[dict[str, str], str, str], None]:
    """Fails unless a provider so changed fails the tests of that name, and is told why in these words."""

    def assert_contract_fails(changes: dict[str, str], run: str, told: str) -> None:
        result = run_contract(changes, run)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([told])

    return assert_contract_fails
