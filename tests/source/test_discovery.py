"""Which files a scan covers."""

import os
from pathlib import Path

import pytest

from fastapi_guard.source.discovery import discover


def lay_out(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def reasons(root: Path) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in discover(root).skipped}


def test_files_are_found_in_a_fixed_order(tmp_path: Path) -> None:
    """Python files come sorted by path; other files are no one's business."""
    lay_out(tmp_path, "main.py", "app/b.py", "app/a.py", "README.md")

    assert discover(tmp_path).files == ("app/a.py", "app/b.py", "main.py")


def test_default_excludes(tmp_path: Path) -> None:
    """Virtual environments, caches and build output are skipped, and said to be."""
    lay_out(tmp_path, ".venv/x.py", "node_modules/x.py", "build/lib/x.py", "env/pyvenv.cfg", "env/x.py", "app.py")

    assert discover(tmp_path).files == ("app.py",)
    assert reasons(tmp_path) == {
        ".venv": "excluded",
        "build": "excluded",
        "env": "a virtual environment",
        "node_modules": "excluded",
    }


def test_a_package_called_build_is_analysed(tmp_path: Path) -> None:
    """`build` with an `__init__.py` is a package of the application, unless the configuration names it."""
    lay_out(tmp_path, "app/build/__init__.py", "app/build/api/routes.py", "app/build/__pycache__/x.py")

    assert discover(tmp_path).files == ("app/build/__init__.py", "app/build/api/routes.py")
    assert discover(tmp_path, extend_exclude=["build"]).files == ()


def test_patterns_have_gitignore_semantics(tmp_path: Path) -> None:
    """A pattern without a slash matches at any depth, one with a slash from the root, `!` takes back."""
    lay_out(tmp_path, "a/gen/x.py", "gen/x.py", "a/keep.py", "a/drop.py")

    assert discover(tmp_path, extend_exclude=["/gen", "a/*.py", "!a/keep.py"]).files == ("a/gen/x.py", "a/keep.py")


def test_nested_gitignore(tmp_path: Path) -> None:
    """The nearest .gitignore that speaks of a file decides."""
    lay_out(tmp_path, "a/x_gen.py", "b/x_gen.py", "b/y.py", "secret/z.py")
    (tmp_path / ".gitignore").write_text("*_gen.py\n/secret/\n")
    (tmp_path / "b/.gitignore").write_text("!x_gen.py\ny.py\n")

    assert discover(tmp_path).files == ("b/x_gen.py",)
    assert discover(tmp_path, respect_gitignore=False).files == ("a/x_gen.py", "b/x_gen.py", "b/y.py", "secret/z.py")


def test_gitignore_of_the_repository_above_the_root(tmp_path: Path) -> None:
    """The ignore files between the repository's top and the root count, unless they ignore the root itself."""
    lay_out(tmp_path, ".git/HEAD", "backend/app/local.py", "backend/app/main.py")
    (tmp_path / ".gitignore").write_text("/backend/app/local.py\n")

    assert discover(tmp_path / "backend").files == ("app/main.py",)

    (tmp_path / ".gitignore").write_text("backend/\n")

    assert discover(tmp_path / "backend").files == ("app/local.py", "app/main.py")


def test_explicit_paths_are_taken_although_excluded(tmp_path: Path) -> None:
    """What somebody names is analysed: a file or a whole folder."""
    lay_out(tmp_path, "build/x.py", "venv/y.py", "ignored/z.py")
    (tmp_path / ".gitignore").write_text("ignored\n")

    assert discover(tmp_path, explicit=["build", "venv/y.py", "ignored/"]).files == (
        "build/x.py",
        "ignored/z.py",
        "venv/y.py",
    )


def test_symbolic_links(tmp_path: Path) -> None:
    """Links to folders and links that leave the root are skipped; a link to a file inside is a file."""
    root = tmp_path / "root"
    lay_out(tmp_path, "outside.py", "root/app/main.py")
    (root / "inside.py").symlink_to(root / "app/main.py")
    (root / "outside.py").symlink_to(tmp_path / "outside.py")
    (root / "broken.py").symlink_to(root / "nothing.py")
    (root / "loop").symlink_to(root)

    assert discover(root).files == ("app/main.py", "inside.py")
    assert reasons(root) == {
        "broken.py": "a broken symbolic link",
        "loop": "a symbolic link to a folder",
        "outside.py": "a symbolic link that leaves the root",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_skipped(tmp_path: Path) -> None:
    """A FIFO with a Python name is not opened."""
    os.mkfifo(tmp_path / "pipe.py")

    assert reasons(tmp_path) == {"pipe.py": "not a regular file"}


def test_a_broken_gitignore_line_ignores_nothing(tmp_path: Path) -> None:
    """A line that is no pattern costs only itself."""
    lay_out(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_bytes(b"!\n\xff\na.py\n")

    assert discover(tmp_path).files == ("b.py",)


def test_what_is_named_and_is_no_file_is_a_problem(tmp_path: Path) -> None:
    """Somebody who asks for a broken link is told so; a name that does not exist may stand for standard input."""
    lay_out(tmp_path, "main.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")

    found = discover(tmp_path, explicit=["gone.py", "stdin.py"])

    assert found.files == ("main.py",)
    assert [(problem.location.path, problem.message) for problem in found.problems] == [
        ("gone.py", "cannot be read: a broken symbolic link")
    ]
