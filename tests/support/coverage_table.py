"""The coverage of each package as a table: `python -m tests.support.coverage_table`, after `make coverage`."""

from collections import defaultdict
from pathlib import Path

from coverage import Coverage


def main() -> None:
    """Print lines and coverage (statements and branches) of each package, the worst first."""
    data = Coverage()
    data.load()
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for file in data.get_data().measured_files():
        path = Path(file).relative_to(Path.cwd())
        package = "/".join(path.parts[:2]) if len(path.parts) > 2 else path.parts[0]
        numbers = data._analyze(file).numbers  # the public reports have no totals of packages
        covered, possible = numbers.ratio_covered
        for k, count in enumerate((numbers.n_statements, covered, possible)):
            counts[package][k] += count
    print("| package | statements | covered |\n|---|---|---|")
    for package, (statements, covered, possible) in sorted(counts.items(), key=lambda item: item[1][1] / max(1, item[1][2])):
        print(f"| `{package}/` | {statements} | {covered / max(1, possible):.1%} |")


if __name__ == "__main__":
    main()
