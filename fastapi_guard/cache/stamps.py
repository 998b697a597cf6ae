"""Whether files and folders are what they were, by what the file system says of them and without reading any."""

import os
from array import array
from collections.abc import Iterable

FIELDS = 4
"""Modified, changed (the kernel's own clock: nobody sets it back), size, inode."""

GONE = (-1, -1, -1, -1)
COARSE_NS = 2_000_000_000
FINE_NS = 50_000_000


def stamps_of(paths: Iterable[str]) -> bytes:
    """What the file system says of each path, links followed; of a folder: when a name in it came or went."""
    stamps = array("q")
    for path in paths:
        stamps.extend(_stamp(path))
    return stamps.tobytes()


def is_settled(stamps: bytes, started_ns: int) -> bool:
    """Whether everything was changed so long before `started_ns` that a later change must show in its stamp.

    A change within the same tick of the clock would not; file systems without nanoseconds tick every two seconds.
    """
    fields = array("q")
    fields.frombytes(stamps)
    for index in range(0, len(fields), FIELDS):
        for moment in fields[index : index + 2]:
            tick = COARSE_NS if moment % 1_000_000_000 == 0 else FINE_NS
            if moment > started_ns - tick:
                return False
    return True


def _stamp(path: str) -> tuple[int, int, int, int]:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return GONE
    inode = found.st_ino if found.st_ino < 2**63 else found.st_ino - 2**64
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, inode)
