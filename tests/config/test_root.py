"""Which directory is analysed, and which file configures it."""

from pathlib import Path

from fastapi_guard.config.root import find_root, shown_path


def project(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        file = directory / name.replace("__", "/").replace("_toml", ".toml").replace("_py", ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return directory


TABLE = "[tool.fastapi-guard]\n"


def test_the_nearest_ancestor_that_configures_is_the_root(tmp_path: Path) -> None:
    project(tmp_path, pyproject_toml=TABLE, backend__pyproject_toml="[project]\n", backend__app__main_py="")

    found = find_root([Path("backend/app/main.py")], tmp_path)

    assert found.directory == tmp_path
    assert found.document is not None


def test_without_configuration_the_nearest_project_is_the_root(tmp_path: Path) -> None:
    project(tmp_path, backend__pyproject_toml="[project]\n", backend__app__main_py="")

    found = find_root([Path("backend/app")], tmp_path)

    assert (found.directory, found.document) == (tmp_path / "backend", None)


def test_a_git_directory_makes_a_project(tmp_path: Path) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "repository/app").mkdir()

    assert find_root([Path("repository/app")], tmp_path).directory == tmp_path / "repository"


def test_several_paths_share_the_root_above_all_of_them(tmp_path: Path) -> None:
    project(tmp_path, pyproject_toml="", a__fastapi_guard_toml="", a__main_py="", b__main_py="")

    assert find_root([Path("a/main.py"), Path("b")], tmp_path).directory == tmp_path


def test_our_own_file_wins_over_pyproject(tmp_path: Path) -> None:
    project(tmp_path, pyproject_toml=TABLE)
    (tmp_path / "fastapi-guard.toml").write_text("")

    found = find_root([], tmp_path)

    assert found.document is not None
    assert found.document.file.name == "fastapi-guard.toml"


def test_a_root_that_is_given_is_taken_with_its_own_configuration_only(tmp_path: Path) -> None:
    project(tmp_path, pyproject_toml=TABLE, backend__main_py="")

    found = find_root([], tmp_path, root=Path("backend"))

    assert (found.directory, found.document) == (tmp_path / "backend", None)


def test_isolated_reads_no_configuration(tmp_path: Path) -> None:
    project(tmp_path, pyproject_toml="this is not TOML")

    found = find_root([], tmp_path, isolated=True)

    assert (found.directory, found.document) == (tmp_path, None)


def test_a_configuration_file_may_stand_elsewhere(tmp_path: Path) -> None:
    project(tmp_path, shared__house_toml="profile = 'strict'", backend__pyproject_toml="")

    found = find_root([Path("backend")], tmp_path, config=Path("shared/house.toml"))

    assert found.directory == tmp_path / "backend"
    assert found.document is not None
    assert found.document.table == {"profile": "strict"}


def test_paths_are_shown_as_they_are_typed_in_the_working_directory() -> None:
    assert shown_path(Path("/a/b/c.toml"), Path("/a")) == "b/c.toml"
    assert shown_path(Path("/a/c.toml"), Path("/a/b")) == "../c.toml"
    assert shown_path(Path("/x/c.toml"), Path("/a/b/c/d/e")) == "/x/c.toml"
