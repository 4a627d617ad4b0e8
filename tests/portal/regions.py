"""The example regions against a portal: the same rules at a pace that a test can wait for."""

from __future__ import annotations

from typing import Any

from schemas.region import Region
from schemas.region_file import load_region

# Real pauses, only shorter: the log shows whether they are kept.
DELAY = 0.05


def quick(code: str, **changes: Any) -> Region:
    """An example region with short delays; ``changes`` are of its fields, ``caps`` and ``politeness`` in part."""
    region = load_region(code)
    data = region.model_dump(mode="json")
    data["politeness"] |= {"delay": DELAY, "timeout": 3, "retries": 2, "max_delay": 0.1, "max_wait": 5}
    for name in ("politeness", "caps"):
        data[name] |= changes.pop(name, {})
    return Region.model_validate({**data, **changes})
