"""Options and policy of every test run: fault tests at length, and no silent skips under CI."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="run the fault tests at full length")
    parser.addoption("--no-skips", action="store_true", help="a skipped test fails the run (also with CI=true)")


def pytest_configure(config: pytest.Config) -> None:
    # A busy machine is not a bug: how long examples take, or are made, is no reason to fail.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("brief", patient)
    settings.register_profile("thorough", patient, max_examples=1000)
    settings.load_profile("thorough" if config.getoption("--faults") else "brief")
    if config.getoption("--no-skips") or os.environ.get("CI", "").lower() in {"1", "true"}:
        config.pluginmanager.register(NoSkips(), "no-skips")


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether fault tests are to run at full length (``--faults``)."""
    return bool(pytestconfig.getoption("--faults"))


class NoSkips:
    """Turns a run with skipped tests into a failed one, and lists each with its reason."""

    def __init__(self) -> None:
        self.skipped: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # An expected failure is reported as skipped too, but it did run.
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        self.skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))

    # A wrapper, because pytest itself sets the status of an empty run in this hook.
    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        yield
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, and therefore failed", red=True)
            for nodeid, reason in self.skipped:
                terminalreporter.line(f"{nodeid}: {reason}", red=True)
