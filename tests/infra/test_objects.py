from __future__ import annotations

import os
from pathlib import Path

import pytest

import infra.objects
from infra.aws import s3_client
from infra.objects import ObjectRef, list_objects, object_uri, read_object, split_uri
from infra.settings import Settings
from schemas.errors import StorageError, Unreadable, UsageError

HERE = Settings()
ODD_KEYS = [
    "../../etc/passwd",
    "a/../b.pdf",
    "株洲市/2024年 部门预算（公开）.pdf",
    "emoji-📄🧾.pdf",
    "plus+and space%20and%2Fslash.pdf",
    "tab\tand\x01control.pdf",
    "quote'\"<>&.pdf",
    "x" * 1024,
    "长" * 341,
]


def put(settings: Settings, bucket: str, *keys: str, body: bytes = b"%PDF") -> None:
    for key in keys:
        s3_client(settings).put_object(Bucket=bucket, Key=key, Body=body)


def test_a_file_is_one_object(tmp_path: Path) -> None:
    file = tmp_path / "预算 2024.pdf"
    file.write_bytes(b"abc")
    [ref] = list_objects(str(file), HERE)
    assert (ref.uri, ref.bucket, ref.size, ref.file_name) == (str(file), None, 3, "预算 2024.pdf")
    assert read_object(ref, 3, HERE) == b"abc"


def test_a_folder_is_listed_in_order_with_all_below_it_but_hidden_files(tmp_path: Path) -> None:
    for name in ("b.pdf", "a/z.pdf", "a/y.pdf", ".hidden.pdf", ".git/x.pdf", "a/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    names = [Path(ref.key).relative_to(tmp_path).as_posix() for ref in list_objects(str(tmp_path), HERE)]
    assert names == ["a/y.pdf", "a/z.pdf", "b.pdf"]


def test_a_changed_file_is_another_version(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"one")
    [before] = list_objects(str(file), HERE)
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    [after] = list_objects(str(file), HERE)
    assert before.etag != after.etag


def test_what_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^Nothing to read at .*none: no such file, or nothing in it\.$"):
        list(list_objects(str(tmp_path / "none"), HERE))


def test_a_file_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    ref = ObjectRef(uri="gone", bucket=None, key=str(tmp_path / "gone"))
    with pytest.raises(StorageError, match=r"^Cannot read gone: No such file or directory\.$"):
        read_object(ref, 10, HERE)


def test_a_file_over_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "big.pdf").write_bytes(b"x" * 2000)
    [ref] = list_objects(str(tmp_path), HERE)
    with pytest.raises(Unreadable, match="has 2,000 bytes, more than the 1,999") as refused:
        read_object(ref, 1999, HERE)
    assert refused.value.reason == "too_large"


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_odd_key_is_listed_and_read_as_it_is(s3: Settings, bucket: str, key: str) -> None:
    put(s3, bucket, key, body=key.encode())
    [ref] = list_objects(object_uri(bucket, key), s3)
    assert (ref.key, ref.uri) == (key, f"s3://{bucket}/{key}")
    assert read_object(ref, 5000, s3) == key.encode()


def test_odd_keys_touch_no_local_file(
    s3: Settings, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(s3, bucket, *ODD_KEYS)
    for ref in list_objects(f"s3://{bucket}", s3):
        read_object(ref, 5000, s3)
    assert list(tmp_path.iterdir()) == []


def test_a_prefix_of_many_pages_is_listed_whole(
    s3: Settings, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(infra.objects, "_PAGE", 5)
    keys = [f"2024/{number:04}.pdf" for number in range(23)]
    put(s3, bucket, *keys, "2023/other.pdf")
    assert [ref.key for ref in list_objects(f"s3://{bucket}/2024/", s3)] == keys


def test_a_key_is_itself_and_not_a_prefix_of_others(s3: Settings, bucket: str) -> None:
    put(s3, bucket, "a.pdf", "a.pdf.old", "a")
    assert [ref.key for ref in list_objects(f"s3://{bucket}/a.pdf", s3)] == ["a.pdf"]


def test_hidden_keys_and_folder_marks_are_left_out(s3: Settings, bucket: str) -> None:
    put(s3, bucket, "in/", "in/.keep", "in/.tmp/a.pdf", "in/a.pdf")
    assert [ref.key for ref in list_objects(f"s3://{bucket}/in/", s3)] == ["in/a.pdf"]


def test_an_object_over_the_limit_is_refused_before_the_download(s3: Settings, bucket: str) -> None:
    put(s3, bucket, "big.pdf", body=b"x" * 2000)
    announced = ObjectRef(f"s3://{bucket}/big.pdf", bucket, "big.pdf", size=2000)
    unannounced = ObjectRef(f"s3://{bucket}/big.pdf", bucket, "big.pdf")
    for ref in (announced, unannounced):
        with pytest.raises(Unreadable, match="has 2,000 bytes, more than the 1,000 that are read"):
            read_object(ref, 1000, s3)


def test_a_version_is_read_though_a_newer_one_is_there(s3: Settings, bucket: str) -> None:
    client = s3_client(s3)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = client.put_object(Bucket=bucket, Key="a", Body=b"one")["VersionId"]
    client.put_object(Bucket=bucket, Key="a", Body=b"two")
    assert read_object(ObjectRef(f"s3://{bucket}/a", bucket, "a", version_id=first), 10, s3) == b"one"


def test_an_object_overwritten_since_its_announcement_is_not_taken_for_it(s3: Settings, bucket: str) -> None:
    put(s3, bucket, "a", body=b"one")
    [ref] = list_objects(f"s3://{bucket}/a", s3)
    put(s3, bucket, "a", body=b"two")
    with pytest.raises(StorageError, match=r"^Cannot read s3://.*/a: it was overwritten meanwhile"):
        read_object(ref, 10, s3)


def test_a_missing_object_is_one_sentence(s3: Settings, bucket: str) -> None:
    with pytest.raises(StorageError, match=r"the object does not exist \(any more\)\.$"):
        read_object(ObjectRef("s3://b/none", bucket, "none"), 10, s3)


def test_a_missing_bucket_is_one_sentence(s3: Settings) -> None:
    with pytest.raises(StorageError, match=r"^Cannot list s3://no-such-bucket/: the bucket does not exist"):
        list(list_objects("s3://no-such-bucket/", s3))


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_one_sentence(s3: Settings) -> None:
    nowhere = Settings(endpoint_url="http://127.0.0.1:9", region="cn-north-1")
    with pytest.raises(StorageError, match=r"the server cannot be reached .*check BUDGETLAKE_ENDPOINT_URL"):
        list(list_objects("s3://bucket/", nowhere))


@pytest.mark.parametrize("uri", ["s3://", "s3:///key", "http://bucket/key", "bucket/key"])
def test_what_is_no_address_of_an_object_is_wrong_usage(uri: str) -> None:
    with pytest.raises(UsageError, match="is no address of an object"):
        split_uri(uri)
