"""What a configuration file may say, and how a fault in it is told."""

from pathlib import Path

import pytest
from config.sample_rules import RULES

from fastapi_guard.config.document import read_document
from fastapi_guard.config.load import load_settings
from fastapi_guard.config.problem import ConfigurationError
from fastapi_guard.config.settings import Auth, PerFileIgnore, Policy, PublicRoute, Settings
from fastapi_guard.finding import Confidence, Severity
from fastapi_guard.location import Location


def load(tmp_path: Path, text: str, *, name: str = "fastapi-guard.toml", profile: str | None = None) -> Settings:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    document = read_document(tmp_path / name, name)
    return load_settings(document, RULES, config_path=name, profile=profile)


def faults(tmp_path: Path, text: str, *, name: str = "fastapi-guard.toml") -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text, name=name)
    return [str(problem) for problem in caught.value.problems]


def test_every_key_reaches_its_setting(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
select = ["FG1"]
extend-select = ["FG201"]
ignore = ["bare-security-scheme"]
profile = "strict"
min-severity = "warning"
min-confidence = "medium"
fail-on = "error"
require-reason = false
exclude = ["old"]
extend-exclude = ["older"]
force-exclude = true
respect-gitignore = false
src = ["backend"]
fastapi-version = "0.115.2"
app = "app.main:app"
router-classes = ["house.Router"]
owner-columns = ["besitzer_id"]
authentication = "every-operation"
delete-status = "204"
validation-status = "400"
database-in-handlers = "allow"
api-prefix = "/api"
layers.services = ["**/logic/**"]

[auth]
providers = ["app.deps.current_user"]

[per-file-ignores]
"tests/*" = ["FG101"]

[[public]]
route = "post /login"
reason = "it gives the token"

[rules.FG102]
allow-docs = false
names = ["a"]
""",
    )

    expected = Settings(
        select=("FG1",),
        extend_select=("FG201",),
        ignore=("bare-security-scheme",),
        per_file_ignores=(PerFileIgnore("tests/*", ("FG101",)),),
        profile="strict",
        min_severity=Severity.WARNING,
        min_confidence=Confidence.MEDIUM,
        fail_on=Severity.ERROR,
        require_reason=False,
        exclude=("old",),
        extend_exclude=("older",),
        force_exclude=True,
        respect_gitignore=False,
        src=("backend",),
        fastapi_version=(0, 115, 2),
        app="app.main:app",
        public=(PublicRoute("POST", "/login", "it gives the token", Location("fastapi-guard.toml", 33, 9)),),
        router_classes=("house.Router",),
        owner_columns=("besitzer_id",),
        layers=settings.layers,
        auth=Auth(providers=("app.deps.current_user",)),
        policy=Policy("every-operation", "204", "400", "allow", "/api"),
        rule_options={"FG102": {"allow_docs": False, "names": ("a",)}},
    )
    assert settings == expected
    assert settings.layers.services == ("**/logic/**",)


def test_pyproject_holds_the_settings_in_its_tool_table(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n[tool.fastapi-guard]\nprofile = "strict"\n'

    assert load(tmp_path, text, name="pyproject.toml").profile == "strict"


def test_the_strict_profile_forbids_the_database_in_handlers_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    strict = load(tmp_path, "", profile="strict")
    explicit = load(tmp_path, 'database-in-handlers = "layered"', profile="strict")

    assert (strict.policy.database_in_handlers, explicit.policy.database_in_handlers) == ("forbid", "layered")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('selec = ["FG101"]', "1:1: unknown key `selec` (did you mean `select`?)"),
        ('select = "FG101"', "1:10: `select` is a string, expected a list"),
        ('select = [\n  "FG101",\n  1]', "3:3: `select` is an integer, expected a string"),
        ('select = ["FG1010"]', "1:11: unknown rule `FG1010` (did you mean `FG101`?)"),
        ('ignore = ["mising-authentication"]', "1:11: unknown rule `mising-authentication` (did you mean `missing-authentication`?)"),
        ('ignore = ["FG001"]', "1:11: `FG001` is a failed analysis, not a rule: it is always reported"),
        ('ignore = [""]', "1:11: `ignore` is empty"),
        ('profile = "strickt"', "1:11: `profile` is 'strickt', expected \"default\" or \"strict\" (did you mean `strict`?)"),
        ("profile = 1", "1:11: `profile` is '1', expected \"default\" or \"strict\""),
        ("profile = []", "1:11: `profile` is 'a list', expected \"default\" or \"strict\""),
        ('min-severity = "high"', '1:16: `min-severity` is \'high\', expected "info", "warning" or "error"'),
        ('min-confidence = "error"', '1:18: `min-confidence` is \'error\', expected "low", "medium" or "high"'),
        ("delete-status = 204", "1:17: `delete-status` is '204', expected \"either\", \"204\" or \"200\" (did you mean `204`?)"),
        ("require-reason = 1", "1:18: `require-reason` is an integer, expected true or false"),
        ("require-reason = 'no'", "1:18: `require-reason` is a string, expected true or false"),
        ('api-prefix = "api/"', '1:14: `api-prefix` is \'api/\', expected a path like "/api"'),
        ('fastapi-version = ">=0.115"', "1:19: `fastapi-version` is '>=0.115', expected a version like \"0.115.2\""),
        ("fastapi-version = 0.115", "1:19: `fastapi-version` is a float, expected a string"),
        ('app = "app/main.py"', "1:7: `app` is 'app/main.py', expected \"module:attribute\" or \"module:function()\""),
        ('router-classes = ["a b"]', "1:19: 'a b' is not a dotted name"),
        ("layers = []", "1:10: `layers` is a list, expected a table"),
        ('layers.service = ["x"]', "1:8: unknown key `layers.service` (did you mean `services`?)"),
        ('auth = { providers = ["ok", 2] }', "1:29: `auth.providers` is an integer, expected a string"),
        ('public = "GET /"', "1:10: `public` is a string, expected a list"),
        ('[[public]]\nreason = "x"', "1:3: `public` entry has no `route`"),
        ('[[public]]\nroute = "POST /login"', "1:3: `public` entry has no `reason` (or set `require-reason = false`)"),
        ('[[public]]\nroute = "/login"\nreason = "x"', "2:9: `public.route` is '/login', expected \"METHOD /path\" like \"POST /login\""),
        ('[per-file-ignores]\n"a.py" = ["FG9"]', "2:11: unknown rule `FG9`"),
        ('per-file-ignores = ["a.py"]', "1:20: `per-file-ignores` is a list, expected a table"),
        ("[rules.FG999]", "1:8: unknown rule `FG999`"),
        ("[rules.FG101]\nx = 1", "1:8: rule FG101 missing-authentication has no options"),
        ("rules.FG102.alow-docs = true", "1:13: unknown key `rules.FG102.alow-docs` (did you mean `allow-docs`?)"),
        ("rules.FG102.max-depth = true", "1:25: `rules.FG102.max-depth` is a boolean, expected an integer"),
        ("rules.FG102.max-depth = -1", "1:25: `rules.FG102.max-depth` is -1, expected 0 to 2147483647"),
        ("select = [", "1:11: is not valid TOML: invalid value"),
        ("a = 1\na = 2", "2:6: is not valid TOML: cannot overwrite a value"),
        ("a = " + "[" * 5000, "1:1: is nested too deeply to be read"),
        ("a = " + "9" * 5000, "1:1: is not valid TOML: "),
    ],
)  # fmt: skip
def test_a_fault_has_a_place_and_the_nearest_valid_name(tmp_path: Path, text: str, expected: str) -> None:
    [fault] = faults(tmp_path, text)

    assert fault.startswith(f"fastapi-guard.toml:{expected}")


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert faults(tmp_path, 'fail-on = "x"\nsrc = 1\nselekt = []\n') == [
        'fastapi-guard.toml:1:11: `fail-on` is \'x\', expected "info", "warning" or "error"',
        "fastapi-guard.toml:2:7: `src` is an integer, expected a list",
        "fastapi-guard.toml:3:1: unknown key `selekt` (did you mean `select`?)",
    ]


def test_a_tool_entry_that_is_no_table_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "[tool]\nfastapi-guard = 3\n", name="pyproject.toml") == [
        "pyproject.toml:2:17: `tool.fastapi-guard` is not a table"
    ]


def test_options_under_code_and_name_of_one_rule_may_not_contradict(tmp_path: Path) -> None:
    text = "rules.FG102.prefix = 'a'\nrules.bare-security-scheme.prefix = 'b'\n"

    assert faults(tmp_path, text) == [
        "fastapi-guard.toml:2:7: options of FG102 stand twice: under its code and its name"
    ]
