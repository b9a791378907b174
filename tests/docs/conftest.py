"""The calls of all pages, counted at the end."""

from collections import Counter, defaultdict

import pytest
from stand_ins import Call

CALLS = pytest.StashKey[list[Call]]()


@pytest.fixture(scope="session")
def documented_calls(pytestconfig) -> list[Call]:
    """What the pages have called so far."""
    return pytestconfig.stash.setdefault(CALLS, [])


def pytest_terminal_summary(terminalreporter, config):
    calls = config.stash.get(CALLS, [])
    if not calls:
        return
    say = terminalreporter.write_line
    run = Counter(call.program for call in calls if not call.not_run)
    rest = defaultdict(list)
    for call in calls:
        if call.not_run:
            rest[call.not_run].append(call)
    terminalreporter.section("commands of the documentation")
    say(f"{run.total()} run: " + ", ".join(f"{number} {program}" for program, number in run.most_common()))
    say(f"{sum(map(len, rest.values()))} not run, their `venule` options checked:")
    for reason, those in sorted(rest.items(), key=lambda item: -len(item[1])):
        say(f"  {len(those):3} {reason}: " + ", ".join(sorted({call.program for call in those})))
        if config.get_verbosity() > 0:
            for call in those:
                say(f"        {call}")
