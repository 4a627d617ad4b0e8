from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import infra.loopback
from infra.loopback import Loopback
from schemas.errors import UsageError


def listeners(port: int) -> set[str]:
    """Addresses that listen on a port, as the kernel writes them (hexadecimal)."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and int(address.split(":")[1], 16) == port:
                found.add(address.split(":")[0])
    return found


def port_of(loopback: Loopback) -> int:
    port = urlsplit(loopback.endpoint_url).port
    assert port is not None
    return port


def closed(port: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs the kernel's table of sockets")
def test_it_listens_on_the_loopback_address_only(loopback: Loopback) -> None:
    assert listeners(port_of(loopback)) == {"0100007F"}


def test_it_ends_with_its_block_and_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    with Loopback() as running:
        port = port_of(running)
        assert os.environ["AWS_ACCESS_KEY_ID"] == "loopback"
    assert closed(port)
    assert dict(os.environ) == before
    running.stop()


@pytest.mark.slow
def test_it_ends_when_its_starter_is_killed() -> None:
    program = (
        "import time; from infra.loopback import Loopback\n"
        "running = Loopback().start(); print(running.endpoint_url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        port = urlsplit(starter.stdout.readline().strip()).port
        assert port is not None
        assert not closed(port, 0.2)
        starter.send_signal(signal.SIGKILL)
    assert closed(port)


def test_its_environment_is_enough_for_another_process(loopback: Loopback) -> None:
    program = (
        "from infra.settings import load_settings; from infra.aws import s3_client\n"
        "s = load_settings(); print(s3_client(s).get_bucket_versioning(Bucket=s.landing_bucket)['Status'])"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BUDGETLAKE_"))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**bare, **loopback.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Enabled\n"


def test_a_missing_moto_is_wrong_usage_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infra.loopback, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'budgetlake\[local\]'"):
        Loopback().start()
