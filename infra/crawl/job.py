"""One night's work for the crawling process, as a file: all that it is told, and how its end is told back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from infra.crawl.visit import Visit
from schemas.region import Region

# Exit statuses of the process. PAUSED: it ended before its time and goes on the next night.
FINISHED, PAUSED, STORAGE_FAILED, BUSY = 0, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Job:
    """A night's work: the region's rules (``region`` is the model as JSON), the files of journal and memory.

    ``seconds`` is how long the night lasts, None without end. ``dry_run`` reads pages and no attachment.
    ``locks`` is the folder of the files that keep two crawls of a machine from one host.
    """

    region: str
    journal: str
    known: str
    locks: str
    contact: str
    test_site: str | None = None
    seconds: float | None = None
    dry_run: bool = False

    def rules(self) -> Region:
        """The region, with the test site in place of its listings where one is given."""
        region = Region.model_validate_json(self.region)
        return region.at(self.test_site) if self.test_site else region

    def memory(self) -> dict[str, Visit]:
        """What the crawl before knew, by address."""
        lines = Path(self.known).read_text(encoding="utf-8").splitlines()
        visits = (Visit.from_data(json.loads(line)) for line in lines)
        return {visit.url: visit for visit in visits}

    def write(self, path: Path) -> None:
        """Write the job into a file."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """The job of a file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
