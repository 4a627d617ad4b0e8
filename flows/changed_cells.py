"""The flow ``changed-cells``: an example of what starts by itself when a batch was announced.

``prefect.yaml`` has the trigger. It shows the cells that the announced version changed; a real follower would
refresh a mart or send a letter.
"""

from __future__ import annotations

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.ingest import warm_lake
from infra.lake.changes import changes
from infra.settings import load_settings

_MOST = 500


@flow(name="changed-cells", description="Tells the cells that a batch changed.")
def changed_cells(version: int, lake: str | None = None) -> int:
    """Tell what the lake's ``version`` changed; gives the number of cells. Raises ``StorageError``."""
    opened = warm_lake(load_settings(lake=lake))
    # The version before an early one is the empty lake.
    cells = changes(opened, version - 1 if version > 1 else None).cells
    rows = [{name: str(value or "") for name, value in row.items()} for row in cells.head(_MOST).to_dicts()]
    if rows:
        create_table_artifact(
            rows, key="changed-cells", description=f"{cells.height:,} cells since {version - 1}"
        )
    return cells.height
