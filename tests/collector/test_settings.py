"""nineward.toml: defaults, mistakes, secrets; and its page in the reference says what is there."""

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from collector.settings import Settings, default_data, default_key, load, secret
from rules.errors import Invalid
from rules.settings import write

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "nineward.toml").write_text(text)
    return tmp_path


def test_without_a_file_the_shipped_settings_hold(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert (settings.listen, settings.port, settings.data) == ("127.0.0.1", 8440, tmp_path)


def test_what_the_file_says_holds(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'port = 9000\nsession = "1h"\n'))

    assert (settings.port, settings.session) == (9000, 3_600_000)


def test_all_mistakes_are_told_with_their_paths(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(written(tmp_path, 'prot = 1\nport = "many"\nsession = 3\n'))

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == ["prot", "port", "session"]
    assert "did you mean 'port'" in refused.value.mistakes[0]


def test_a_mistake_of_type_hides_none_of_meaning(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(written(tmp_path, 'port = "many"\ntz = "Asia/Shangai"\n[parameters]\nconfirm_dwn = 3\n'))

    told = [mistake.partition(":")[0] for mistake in refused.value.mistakes]
    assert told == ["port", "tz", "parameters.confirm_dwn"]


def test_a_meaning_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(written(tmp_path, 'port = 70000\nlanguage = "tlh"\n'))

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == ["port", "language"]


def test_wrong_parameters_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        load(written(tmp_path, "[parameters]\nconfirm_dwn = 3\n"))


def test_parameters_that_would_have_no_effect_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(written(tmp_path, '[parameters]\nconfirm_down = 5\nlate_window = "1d"\nreport_tz = "UTC"\n'))

    assert all(f"parameters.{name}: " in str(refused.value) for name in ("confirm_down", "late_window", "report_tz"))


def test_all_parameters_may_stand_there_as_shipped(tmp_path: Path) -> None:
    """As a sealed report prints them, which is how it is verified."""
    given = load(written(tmp_path, "[parameters]\nmin_coverage = 0.97\n"))

    assert replace(given, parameters=given.calculation.as_settings()).calculation == given.calculation


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="line 2"):
        load(written(tmp_path, "port = 1\nlisten = nowhere\n"))


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(written(tmp_path, 'certificate = "a.pem"\n'))

    assert "belong together" in refused.value.mistakes[0]


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("two\n")

    assert secret("env", "ONE", {"ONE": "one"}) == "one"
    assert secret("file", str(tmp_path / "s")) == "two"


def test_a_missing_secret_is_named_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="NOT_THERE"):
        secret("env", "NOT_THERE", {})


def test_the_environment_names_the_data_folder() -> None:
    assert default_data({"NINEWARD_DATA": "/srv/nineward"}) == Path("/srv/nineward")


def test_the_key_does_not_lie_in_the_data_folder() -> None:
    environment = {"HOME": "/home/a", "XDG_STATE_HOME": "/home/a/s", "XDG_CONFIG_HOME": "/home/a/c"}

    assert default_data(environment) not in default_key(environment).parents


def test_the_page_of_settings_names_each_with_its_default() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([\w.]+)` \| `?(.*?)`? \|", page, re.MULTILINE))
    shipped = write(Settings())
    wanted = {item.name: shipped.get(item.name, "") for item in fields(Settings)}
    del wanted["data"]

    assert told == {name: shown(value) for name, value in wanted.items()}


def shown(value: object) -> str:
    """A default as the page writes it; empty for none."""
    return "" if value in ("", [], {}) else json.dumps(value)
