"""How many findings each rule has."""

from collections import Counter
from collections.abc import Iterator

from fastapi_guard.report.json_text import dumps
from fastapi_guard.scan import ScanResult


def write_statistics(result: ScanResult, *, is_json: bool) -> Iterator[str]:
    """One line for each rule with findings, the most frequent first."""
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in result.diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if is_json:
        records = [{"code": code, "name": name, "count": count} for (code, name), count in ordered]
        yield dumps(records) + "\n"
        return
    width = max((len(str(count)) for count in counts.values()), default=0)
    for (code, name), count in ordered:
        yield f"{count:>{width}}  {code}  {name}\n"
