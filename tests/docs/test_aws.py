"""The commands of ``docs/aws.md``, carried out on a real S3 and SQS, and its policy beside the template's."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infra.aws import s3_client, sqs_client
from infra.loopback import Loopback
from tests.docs.repository import ROOT, code_blocks, shell_lines

PAGE = "docs/aws.md"
QUEUE, NOTIFICATION, POLICY = (json.loads(block) for block in code_blocks(PAGE, "json"))
FILES = {"file://queue.json": QUEUE, "file://notification.json": NOTIFICATION}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Loopback]:
    with Loopback() as running:
        sqs = sqs_client(running.settings())
        # The local stack has a queue of the page's name already.
        for queue in sqs.list_queues()["QueueUrls"]:
            sqs.delete_queue(QueueUrl=queue)
        yield running


def _carry_out(line: str, cloud: Loopback) -> None:
    """What the AWS command line does: the operation of a service, its parameters by the service's own model."""
    _, service, operation, *words = shlex.split(line)
    client: Any = {"s3api": s3_client, "sqs": sqs_client}[service](cloud.settings())
    name = "".join(part.capitalize() for part in operation.split("-"))
    members = {
        member.lower(): member
        for member in client.meta.service_model.operation_model(name).input_shape.members
    }
    given: dict[str, Any] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        member = members[option.removeprefix("--").replace("-", "")]
        pair = re.fullmatch(r"(\w+)=([\w-]+)", value)
        given[member] = FILES[value] if value in FILES else {pair[1]: pair[2]} if pair else value
    getattr(client, operation.replace("-", "_"))(**given)


def test_the_commands_make_a_bucket_whose_uploads_reach_the_queue(cloud: Loopback) -> None:
    for line in shell_lines(PAGE):
        if line.startswith("aws "):
            _carry_out(line, cloud)
    settings = cloud.settings()
    s3_client(settings).put_object(Bucket="my-budget-landing", Key="公开表.pdf", Body=b"x")
    sqs = sqs_client(settings)
    queue = sqs.get_queue_url(QueueName="budget-uploads")["QueueUrl"]
    said = [
        message["Body"]
        for _ in range(2)
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    ]
    assert any("my-budget-landing" in body and "ObjectCreated" in body for body in said)


class _Template(yaml.SafeLoader):
    """YAML with CloudFormation's tags, whose values do not matter here."""


_Template.add_multi_constructor("!", lambda loader, tag, node: f"!{tag}")


def _allowed(statements: Any) -> set[str]:
    actions = [each["Action"] for each in statements if each["Effect"] == "Allow"]
    return {name for each in actions for name in ([each] if isinstance(each, str) else each)}


def test_the_policy_of_the_page_allows_what_the_template_s_worker_may() -> None:
    text = (ROOT / "infra/deploy/cloudformation.yaml").read_text(encoding="utf-8")
    template = yaml.load(text, _Template)  # noqa: S506  a loader derived from the safe one
    (policy,) = template["Resources"]["Worker"]["Properties"]["Policies"]
    # The page's setup has no topic.
    assert _allowed(POLICY["Statement"]) == _allowed(policy["PolicyDocument"]["Statement"]) - {"sns:Publish"}
