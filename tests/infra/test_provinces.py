"""A lake parted by province: the same lake to its readers, whole documents whatever dies, and nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from infra.lake import Lake, open_sql, run_select
from infra.lake.changes import changes
from infra.lake.editions import Editions
from infra.lake.layout import FACTS, province_of
from infra.lake.maintenance import maintain
from infra.lake.part import Part
from infra.lake.store import Folder
from infra.loopback import Loopback
from infra.objects import ObjectRef
from schemas.errors import StorageError, UsageError
from schemas.tables import TABLES, frame
from tests.infra.documents import SUMMARY, contents, document_id, together
from tests.infra.documents import document as whole_document

HUNAN, BEIJING, NOWHERE = "430202-052001", "110101-052001", "000000-052001"


def parted(path: Path) -> Lake:
    return Lake(str(path), split="province")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return parted(tmp_path / "lake")


@pytest.fixture
def whole(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "whole"))


def document(name: str, **options: Any) -> dict[str, pl.DataFrame]:
    """A document of one form: few tables are enough here."""
    return whole_document(name, [SUMMARY], **options)


def stored(lake: Lake) -> dict[str, list[str]]:
    view = Lake(lake.uri).snapshot()
    return contents({name: view.scan(name).collect() for name in FACTS})


def provinces(lake: Lake) -> list[str]:
    return sorted(path.name for path in Path(lake.uri, "province").iterdir())


def batches() -> list[dict[str, pl.DataFrame]]:
    """Documents of two provinces and of none, one that overtakes another, one corrected."""
    return [
        together(document("a"), document("b", unit=BEIJING), document("c", unit=NOWHERE)),
        together(document("d", day=1), document("b", unit=BEIJING, figure="1.00")),
    ]


def test_a_document_lies_in_its_province_and_of_no_known_one_apart(lake: Lake) -> None:
    commit = lake.commit(batches()[0])
    assert commit.documents == {document_id(name): "committed" for name in "abc"}
    assert (commit.version, provinces(lake)) == (1, ["00", "11", "43"])


@pytest.mark.parametrize("unit", ["", "4", "四川-1", "x1-2", "²³-1"])
def test_a_code_that_is_no_division_s_is_of_no_province(unit: str) -> None:
    assert province_of(unit) == "00"


def test_every_table_answers_as_in_a_lake_of_one_piece(lake: Lake, whole: Lake) -> None:
    objects = frame("object", [_record(number) for number in range(20)])
    for each in (lake, whole):
        for batch in batches():
            each.commit(batch)
        each.record(objects)
    one, other = open_sql(Lake(lake.uri)), open_sql(whole)
    for name in TABLES:
        rows, expected = (run_select(sql, f"SELECT * FROM {name}") for sql in (one, other))  # noqa: S608
        assert sorted(map(str, rows.drop("ingested_at", strict=False).rows())) == sorted(
            map(str, expected.drop("ingested_at", strict=False).rows())
        )
    assert stored(lake) == stored(whole)
    some = [(HUNAN, 2024), (NOWHERE, 2024), ("120101-1", 2024)]
    assert lake.read_partitions("finding", some).height == whole.read_partitions("finding", some).height > 0
    refs = [ObjectRef(f"s3://b/{number}", "b", str(number), etag=f"e{number}") for number in range(30)]
    assert len(lake.known(refs)) == len(whole.known(refs)) == 20


def _record(number: int) -> dict[str, Any]:
    now = datetime(2024, 5, 6, tzinfo=UTC)
    return {
        "uri": f"s3://b/{number}",
        "bucket": "b",
        "key": str(number),
        "etag": f"e{number}",
        "state": "committed",
        "received_at": now,
        "attempts": 1,
    }


def test_it_is_the_same_on_s3(loopback: Loopback, bucket: str) -> None:
    place = f"s3://{bucket}/lake"
    batch = together(document("a"), document("b", unit=BEIJING))
    Lake.of(loopback.settings(lake=place, lake_split="province")).commit(batch)
    lake = Lake.of(loopback.settings(lake=place))
    sql = "SELECT unit_code, document_id, text_raw FROM budget_line WHERE text_raw IS NOT NULL ORDER BY ALL"
    assert run_select(open_sql(lake), sql).rows() == [
        (BEIJING, document_id("b"), "525.41"),
        (HUNAN, document_id("a"), "525.41"),
    ]
    assert not lake.commit(batch).changed


def test_the_same_again_makes_no_version(lake: Lake) -> None:
    for batch in batches():
        lake.commit(batch)
    for writer in (lake, Lake(lake.uri)):
        commit = writer.commit(batches()[1])
        assert (commit.version, commit.changed) == (None, False)
        assert set(commit.documents.values()) == {"unchanged"}
    assert lake.snapshot().version == 2


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, list[str]]]]:
    """A lake with the first batch, and what a lake of one piece has before and after the second, and after a third."""
    folder = tmp_path_factory.mktemp("begun")
    whole, told = Lake(str(folder / "whole")), []
    for batch in (*batches(), THIRD):
        whole.commit(batch)
        told.append(stored(whole))
    parted(folder / "lake").commit(batches()[0])
    return folder / "lake", told


THIRD = document("e", unit="430203-052001")


@pytest.mark.parametrize("writes", [25, 40, 10_000])
def test_a_crash_between_any_two_writes_shows_whole_documents_and_is_made_up_for_by_a_repetition(
    begun: tuple[Path, list[dict[str, list[str]]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    writes: int,
) -> None:
    source, (before, after, last) = begun
    lake = parted(shutil.copytree(source, tmp_path / "lake"))
    _interrupted(monkeypatch, lambda: lake.commit(batches()[1]), writes)
    # Readers see nothing of it or all.
    assert stored(lake) in (before, after)
    # Another writer may show one province's share of it: documents are whole all the same.
    parted(tmp_path / "lake").commit(THIRD)
    seen = Lake(lake.uri).scan("budget_line").group_by("document_id").len().collect()
    assert set(seen["len"]) == {2}
    parted(tmp_path / "lake").commit(batches()[1])
    assert stored(lake) == last


def _interrupted(monkeypatch: pytest.MonkeyPatch, work: Any, writes: int) -> None:
    """Do the work in a process that dies after so many writes."""
    left = writes
    with monkeypatch.context() as patched:
        for name in ("put", "create"):
            write = getattr(Folder, name)

            def crash(self: Folder, *args: Any, write: Any = write) -> Any:
                nonlocal left
                if not left:
                    raise KeyboardInterrupt
                left -= 1
                return write(self, *args)

            patched.setattr(Folder, name, crash)
        with suppress(KeyboardInterrupt):
            work()


@pytest.mark.parametrize("dies_at", ["nowhere", "43", "edition"])
def test_a_document_whose_region_is_corrected_moves_and_is_never_there_twice(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    lake.commit(together(document("a", unit=BEIJING), document("b", unit=HUNAN)))
    # They change places, so that either order of the provinces alone would bring one before it has gone.
    swapped = together(document("a", unit=HUNAN), document("b", unit=BEIJING))
    gone = [(document_id("a"), BEIJING, 2024), (document_id("b"), HUNAN, 2024)]
    commit, publish = Part.commit, Editions.publish

    def part(self: Part, incoming: Mapping[str, pl.DataFrame], *args: Any) -> Any:
        if self.root.endswith(f"/{dies_at}") and incoming["document"].height:
            raise KeyboardInterrupt
        return commit(self, incoming, *args)

    def edition(self: Editions, *args: Any) -> Any:
        if dies_at == "edition":
            raise KeyboardInterrupt
        return publish(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Part, "commit", part)
        patched.setattr(Editions, "publish", edition)
        try:
            lake.commit(swapped, replaced=gone)
        except KeyboardInterrupt:
            assert dies_at != "nowhere"
    for other in (document("e", unit="430203-1"), document("f", unit="110102-1")):
        parted(Path(lake.uri)).commit(other)
        register = Lake(lake.uri).scan("document").collect()["document_id"]
        assert register.is_unique().all()
    parted(Path(lake.uri)).commit(swapped, replaced=gone)
    alike = together(swapped, document("e", unit="430203-1"), document("f", unit="110102-1"))
    assert stored(lake) == contents(alike)


def test_what_a_dead_writer_left_is_shown_to_the_next_and_to_readers(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.commit(document("a"))
    with monkeypatch.context() as patched:
        patched.setattr(Editions, "publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            lake.commit(document("b", unit="430203-1"))
    other = Lake(lake.uri)
    assert other.scan("document").collect().height == 1
    assert other.current("document", [("430203-1", 2024)]).height == 1
    assert other.scan("document").collect().height == 2


def test_earlier_versions_and_what_changed_since_are_told(lake: Lake) -> None:
    first, then = batches()
    lake.commit(first)
    time = datetime.now(UTC)
    lake.commit(then)
    before = contents(first)["budget_line"]
    for version in (1, time):
        rows = lake.snapshot(version).scan("budget_line").collect()
        assert sorted(map(str, rows.rows())) == before
    told = changes(lake, 1)
    assert (told.since, told.until) == (1, 2)
    assert told.cells.filter(pl.col("unit_code") == BEIJING)["text_raw_after"].to_list() == ["1.00"]
    assert lake.snapshot(0).scan("budget_line").collect().is_empty()
    with pytest.raises(StorageError, match="no version 3"):
        lake.snapshot(3)


def test_editions_of_two_writers_have_what_either_said(tmp_path: Path) -> None:
    store = Folder(str(tmp_path))
    one, other = Editions(store), Editions(store)
    for number in range(60):
        one.publish({"11": number})
        other.publish({"43": number, "11": 0})
    assert Editions(store).newest() == one.newest() == other.newest()
    assert (one.newest().number, one.newest().parts) == (120, {"11": 59, "43": 59})
    third = Editions(store).at(3)
    assert (third.parts, Editions(store).at(third.at).parts) == ({"11": 1, "43": 0}, third.parts)
    assert one.publish({"11": 3}) == (one.newest(), False)


def test_care_is_taken_of_every_part(lake: Lake) -> None:
    for batch in batches():
        lake.commit(batch)
    before = stored(lake)
    care = maintain(parted(Path(lake.uri)))
    assert care.mended == 0
    assert {name.split("/")[1] for name in care.checkpoints if name.startswith("province/")} == {
        "00",
        "11",
        "43",
    }
    assert stored(lake) == before


def test_a_lake_stays_as_it_was_made(lake: Lake, whole: Lake) -> None:
    lake.commit(document("a"))
    Lake(lake.uri).commit(document("b", unit=BEIJING))
    assert provinces(lake) == ["11", "43"]
    whole.commit(document("a"))
    # A lake of an earlier version does not say that it is whole.
    Path(whole.uri, "_split.json").unlink()
    other = Lake(whole.uri, split="province")
    assert other.scan("document").collect().height == 1
    for write in (lambda: other.commit(document("b")), lambda: other.record(frame("object", [_record(1)]))):
        with pytest.raises(UsageError, match="made in one piece and stays so"):
            write()
    assert not Path(whole.uri, "_split.json").exists()
    assert Lake(whole.uri).commit(document("b")).changed
