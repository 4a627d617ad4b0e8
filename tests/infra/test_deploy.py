"""The deployment files: linted, and the template applied by an emulator that really applies it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

import infra
from infra.notifications import receive
from infra.settings import Settings

DEPLOY = Path(infra.__file__).parent / "deploy"
TEMPLATE = DEPLOY / "cloudformation.yaml"


def listening_addresses(pid: int) -> set[str]:
    """Addresses that a process listens on, from the kernel."""
    sockets = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].split(":")[0])
    return found


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an emulator that applies CloudFormation, on 127.0.0.1 only."""
    if find_spec("ministack") is None:
        pytest.skip("ministack is not installed; it pins its own botocore: pip install ministack")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack.app"],
        env={
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            # It would listen for MQTT on every address.
            "IOT_MTLS_ENABLED": "0",
            "HOME": str(tmp_path_factory.mktemp("home")),
        },
        cwd=tmp_path_factory.mktemp("ministack"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        if listening_addresses(process.pid) != {"0100007F"}:
            pytest.skip("ministack does not listen on 127.0.0.1 only")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def client(service: str, address: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=address,
        region_name="cn-north-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


@pytest.fixture(scope="module")
def outputs(emulator: str) -> dict[str, str]:
    """The outputs of the template once it is applied."""
    formation = client("cloudformation", emulator)
    formation.create_stack(
        StackName="budgetlake", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"]
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        [stack] = formation.describe_stacks(StackName="budgetlake")["Stacks"]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.5)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_the_template_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("cfn-lint")
    if not linter.exists():
        pytest.skip("cfn-lint is not installed")
    done = subprocess.run(
        [linter, "--regions", "cn-north-1", "us-east-1", "--", TEMPLATE], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_bucket_that_it_makes_has_versions_encryption_and_no_public_access(
    emulator: str, outputs: dict[str, str]
) -> None:
    s3, bucket = client("s3", emulator), outputs["LandingBucket"]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(closed.values()) == [True] * 4


def test_an_upload_to_it_comes_to_the_queue_as_a_notice(
    emulator: str, outputs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    client("s3", emulator).put_object(Bucket=outputs["LandingBucket"], Key="预算 a+b.txt", Body=b"1")
    settings = Settings(endpoint_url=emulator, queue_url=outputs["QueueUrl"])
    notices = [notice for _ in range(3) for notice in receive(settings, wait_seconds=2)]
    assert [(each.ref.bucket, each.ref.key) for each in notices if each.kind == "created" and each.ref] == [
        (outputs["LandingBucket"], "预算 a+b.txt")
    ]


def test_what_is_given_up_goes_to_the_dead_letters_after_five_receives(
    emulator: str, outputs: dict[str, str]
) -> None:
    attributes = client("sqs", emulator).get_queue_attributes(
        QueueUrl=outputs["QueueUrl"], AttributeNames=["All"]
    )["Attributes"]
    redrive = json.loads(attributes["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(":budgetlake-uploads-dead")
    assert int(redrive["maxReceiveCount"]) == 5
    assert attributes["VisibilityTimeout"] == "300"


class _Template(yaml.SafeLoader):
    """YAML with CloudFormation's functions, each as (name, argument)."""


_Template.add_multi_constructor(
    "!",
    lambda loader, name, node: (
        name,
        loader.construct_scalar(node)
        if isinstance(node, yaml.ScalarNode)
        else loader.construct_sequence(node),
    ),
)


@pytest.mark.parametrize(
    ("role", "never"),
    [
        ("Worker", {"s3:PutObject", "s3:DeleteObject", "s3:*"}),
        ("Reader", {"s3:PutObject", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:*"}),
        ("Crawler", {"s3:DeleteObject", "s3:*", "sqs:ReceiveMessage"}),
    ],
)
def test_a_role_can_do_no_more_to_the_landing_bucket_than_it_has_to(role: str, never: set[str]) -> None:
    resources = yaml.load(TEMPLATE.read_text(), _Template)["Resources"]  # noqa: S506  a safe loader
    [policy] = resources[role]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if "Landing" in str(statement["Resource"]):
            assert not never & set(actions)
        assert not any(action.endswith("*") for action in actions)
