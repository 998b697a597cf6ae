"""A table of bytes by key in SQLite, shared by every process of the user.

Nothing in it is executable, and everything is checked when it is read. Whatever goes wrong (a damaged file, a full
disk, a folder that cannot be written, a lock that is held too long) costs time and is nobody's error.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from fastapi_guard.cache.place import FILE

FORMAT = 1
"""Changes with the meaning of what is stored."""

PATIENCE_SECONDS = 2.0
"""How long another process may hold the lock."""

MOST_BYTES = 256_000_000
"""Of all values; beyond it the least recently used ones go."""

DIGEST = 16
_BATCH = 500


class Store:
    """The open table. A class because it holds a connection."""

    def __init__(self, folder: str) -> None:
        self._connection = _open(folder)

    def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The values of those keys that have a whole one."""
        found: dict[str, bytes] = {}
        wanted = list(keys)
        if self._connection is None:
            return found
        try:
            for start in range(0, len(wanted), _BATCH):
                batch = wanted[start : start + _BATCH]
                marks = ",".join("?" * len(batch))
                rows = self._connection.execute(f"SELECT key, value FROM entries WHERE key IN ({marks})", batch)
                for key, value in rows:
                    content = _unsealed(value)
                    if content is not None:
                        found[key] = content
        except sqlite3.Error:
            self._give_up()
        return found

    def put(self, values: Mapping[str, bytes], used: int) -> None:
        """Store values; `used` is when, in seconds, so that the oldest can go first."""
        if self._connection is None:
            return
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO entries (key, value, size, used) VALUES (?, ?, ?, ?)",
                    [(key, _sealed(value), len(value), used) for key, value in values.items()],
                )
                self._evict()
        except sqlite3.Error:
            self._give_up()

    def touch(self, keys: Iterable[str], used: int) -> None:
        """Say that values are still of use."""
        if self._connection is None:
            return
        try:
            with self._connection:
                rows = [(used, key, used - 86_400) for key in keys]
                self._connection.executemany("UPDATE entries SET used = ? WHERE key = ? AND used < ?", rows)
        except sqlite3.Error:
            self._give_up()

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _evict(self) -> None:
        if self._connection is None:
            return
        [(total,)] = self._connection.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchall()
        if total <= MOST_BYTES:
            return
        for key, size in self._connection.execute("SELECT key, size FROM entries ORDER BY used, key").fetchall():
            self._connection.execute("DELETE FROM entries WHERE key = ?", (key,))
            total -= size
            if total <= MOST_BYTES * 3 // 4:
                return

    def _give_up(self) -> None:
        self.close()


def clean(folder: str) -> bool:
    """Remove the cache; whether there was one. Raises OSError when it cannot be removed."""
    was_there = False
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm", f"{FILE}-journal"):
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))
            was_there = True
    return was_there


def _open(folder: str) -> sqlite3.Connection | None:
    """A connection; None when there can be none. A file that is no database is replaced."""
    try:
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    for is_last in (False, True):
        try:
            return _connect(folder)
        except sqlite3.OperationalError:  # locked, read-only, no space: another time
            return None
        except sqlite3.Error:
            if is_last:
                return None
            try:
                clean(folder)
            except OSError:
                return None
    return None


def _connect(folder: str) -> sqlite3.Connection:
    file = os.path.join(folder, FILE)
    if not os.path.exists(file):
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(file, timeout=PATIENCE_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        [(version,)] = connection.execute("PRAGMA user_version").fetchall()
        if version != FORMAT:
            with connection:
                connection.execute("DROP TABLE IF EXISTS entries")
                connection.execute(
                    "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL, size INTEGER, used INTEGER) WITHOUT ROWID"
                )
                connection.execute(f"PRAGMA user_version = {FORMAT}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _sealed(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest() + content


def _unsealed(value: object) -> bytes | None:
    """The content of a value; None when it is not what was stored."""
    if not isinstance(value, bytes) or len(value) < DIGEST:
        return None
    seal, content = value[:DIGEST], value[DIGEST:]
    return content if hashlib.blake2b(content, digest_size=DIGEST).digest() == seal else None
