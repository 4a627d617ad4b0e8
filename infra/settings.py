"""Settings: everything a deployment may choose, from the environment (``BUDGETLAKE_…``), each documented.

A field's description says what it means and why its default is what it is. Credentials are no settings:
they come from the usual chain of the AWS client (environment, profile, role of the machine).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import UsageError

PREFIX = "BUDGETLAKE_"


class Settings(BaseSettings):
    """The project's settings; ``Settings()`` reads the environment, keyword arguments come first."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    lake: str = Field(
        default="./lake",
        min_length=1,
        description="Where the lake is: a folder or `s3://bucket/prefix`. A folder beside the call by "
        "default, so that the first try needs no account.",
    )
    lake_split: Literal["none", "province"] = Field(
        default="none",
        description="How a new lake is parted: `none`, or `province`, where each province's facts have a place, a "
        "publication and logs of their own. Readers see one lake either way, and a lake stays as it was made. `none`: "
        "up to some hundred thousand units and years a batch costs the same.",
    )
    landing_bucket: str = Field(
        default="budget-landing",
        description="Bucket that uploads land in; `watch` and `reconcile` read it. The name that the local "
        "stack and the CloudFormation template use too.",
    )
    queue_url: str | None = Field(
        default=None,
        description="URL of the queue with the bucket's notifications. None by default: without a queue "
        "the watching flow lists the bucket.",
    )
    endpoint_url: str | None = Field(
        default=None,
        description="Address of an S3 and SQS server other than AWS, such as `http://127.0.0.1:5000`. "
        "None is AWS itself. Where SQS or SNS are elsewhere, the AWS client's own variables "
        "`AWS_ENDPOINT_URL_SQS` and `AWS_ENDPOINT_URL_SNS` name them.",
    )
    region: str = Field(
        default="cn-north-1",
        description="AWS region of bucket and queue. China (Beijing) by default: the documents are Chinese "
        "and most of their publishers' readers are there.",
    )
    max_bytes: PositiveInt = Field(
        default=200 * 1024 * 1024,
        description="Largest file that is read, in bytes; a larger one is quarantined before it is "
        "downloaded. 200 MiB: the largest disclosure known is a tenth of it.",
    )
    max_pages: PositiveInt = Field(
        default=2000,
        description="Most pages of a document that are read. 2,000: a province's volume of all departments "
        "stays below; what is longer is no single body's disclosure.",
    )
    max_seconds: Annotated[float, Field(gt=0)] = Field(
        default=120.0,
        description="Processor seconds that one document may take before it is killed and quarantined. "
        "120: 2,000 pages at 60 ms, the speed of the slow second reading.",
    )
    max_cells: PositiveInt = Field(
        default=2_000_000,
        description="Most cells of a document that are read, which bounds a worker's memory. 2 million: "
        "a hundred times the longest disclosure measured.",
    )
    max_memory: PositiveInt = Field(
        default=2 * 1024 * 1024 * 1024,
        description="Bytes of memory that a process reading one document may take before it is killed and the "
        "document quarantined. 2 GiB: many times what any real file needs, so only a broken one meets it.",
    )
    batch_documents: PositiveInt = Field(
        default=100,
        le=1000,
        description="Most documents of one flow run, and so of one commit a table. 100: a run of Prefect "
        "costs about a second and a commit tenths of one, which 100 documents make small.",
    )
    batch_bytes: PositiveInt = Field(
        default=512 * 1024 * 1024,
        description="Most bytes of one flow run. 512 MiB: twice the largest file with room, so that a "
        "batch of large files ends before its messages become visible again.",
    )
    batch_wait_seconds: Annotated[float, Field(ge=0)] = Field(
        default=1.0,
        description="How long a batch waits for more uploads after its first. 1 s: an idle system answers "
        "within seconds, and a backlog fills batches without waiting.",
    )
    topic_arn: str | None = Field(
        default=None,
        description="SNS topic that each batch is announced to, beside Prefect's event. None by default: nobody "
        "is told.",
    )
    report_url: str | None = Field(
        default=None,
        pattern=r"^(https?|file)://[^\s()<>]+$",
        description="Address that the folder of `budgetlake report` is served at; the table of an `ingest` run "
        "then links each document to its page. None by default: the pages are files, wherever they are put.",
    )
    list_seconds: Annotated[float, Field(gt=0)] = Field(
        default=30.0,
        description="Seconds between two listings where a place is watched without a queue. 30: a listing costs "
        "a request for each thousand objects.",
    )
    visibility_timeout: PositiveInt = Field(
        default=300,
        le=43_200,
        description="Seconds that a message stays invisible to others while it is worked on; prolonged at "
        "half of it. 300: longer than a batch takes, short enough that a dead worker's batch is taken over.",
    )
    workers: Annotated[int, Field(ge=0)] = Field(
        default=0,
        description="Processes that read documents. 0 is one for each processor that the process may use.",
    )

    crawl_contact: str | None = Field(
        default=None,
        min_length=3,
        description="Mail or web address at which the keeper of a crawled site finds you; it stands in the "
        "crawler's user agent. No crawl starts without it: who asks says who they are.",
    )
    crawl_test_site: str | None = Field(
        default=None,
        pattern=r"^https?://[a-z0-9.:-]+$",
        description="Address of a web server that stands in for the sites of a region file, such as "
        "`http://127.0.0.1:8000`; the only private address that a crawl ever visits. For trying the example "
        "regions and one's own rules; none otherwise.",
    )
    state_folder: str | None = Field(
        default=None,
        description="Folder of what is kept between runs on this machine: journals of crawls that are not "
        "over. None is `$XDG_STATE_HOME/budgetlake` or `~/.local/state/budgetlake`.",
    )

    @property
    def allow_http(self) -> bool:
        """True when the endpoint is plain HTTP, which the lake's writer refuses unless told."""
        return self.endpoint_url is not None and self.endpoint_url.startswith("http://")

    def storage_options(self) -> dict[str, str]:
        """Options of the lake's S3 access (delta-rs, Polars); empty for a lake in a folder.

        ``conditional_put`` makes two writers of the same version of a table exclude each other: it is what
        the safety of concurrent commits rests on.
        """
        if not self.lake.startswith("s3://"):
            return {}
        options = {"aws_region": self.region, "aws_conditional_put": "etag"}
        if self.endpoint_url is not None:
            options["aws_endpoint_url"] = self.endpoint_url
            options["aws_virtual_hosted_style_request"] = "false"
        if self.allow_http:
            options["aws_allow_http"] = "true"
        return options


def load_settings(**choices: object) -> Settings:
    """The settings of the environment, with ``choices`` that are not None in front of them.

    Raises ``UsageError`` with one sentence that names the variable and what is wrong with its value.
    """
    try:
        return Settings(**{name: value for name, value in choices.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name} is not usable: {first['msg']} (it is {first['input']!r}).") from error
