from __future__ import annotations

import pytest

from infra.settings import PREFIX, Settings, load_settings
from schemas.errors import UsageError


def test_every_setting_says_what_it_means_and_why_its_default_is_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert len(field.description) > 60, name


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}LAKE", "s3://a/b")
    monkeypatch.setenv(f"{PREFIX}MAX_BYTES", "5")
    assert (load_settings().lake, load_settings().max_bytes) == ("s3://a/b", 5)


def test_a_choice_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}LAKE", "s3://a/b")
    assert load_settings(lake="/c", queue_url=None).lake == "/c"


def test_a_wrong_value_is_one_sentence_with_the_variable_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}MAX_PAGES", "many")
    with pytest.raises(UsageError, match=r"^BUDGETLAKE_MAX_PAGES is not usable: .* \(it is 'many'\)\.$"):
        load_settings()


def test_a_lake_in_a_folder_needs_no_storage_options() -> None:
    assert Settings(endpoint_url="http://127.0.0.1:1").storage_options() == {}


@pytest.mark.parametrize(
    ("endpoint", "allowed"), [("http://127.0.0.1:1", True), ("https://s3.example", False), (None, False)]
)
def test_plain_http_is_allowed_for_a_plain_http_endpoint_only(endpoint: str | None, allowed: bool) -> None:
    settings = Settings(lake="s3://a/b", endpoint_url=endpoint)
    assert settings.allow_http is allowed
    assert ("aws_allow_http" in settings.storage_options()) is allowed
    assert settings.storage_options()["aws_conditional_put"] == "etag"


def test_no_setting_holds_a_secret() -> None:
    words = ("key", "secret", "token", "password", "credential")
    assert not [name for name in Settings.model_fields if any(word in name for word in words)]
