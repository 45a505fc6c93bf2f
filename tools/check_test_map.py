#!/usr/bin/env python3
"""Every source file has a test of its own: src/dunnage/<room>/<file>.py ↔ tests/unit/<room>/test_<file>.py.

Both ways: a test whose source is gone tests something else than it says. What is beyond one file lives in the
other folders of `tests/`.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def wanted(root: Path) -> dict[str, str]:
    """The test that each source file with any code must have: test path → source path."""
    package = root / "src" / "dunnage"
    return {
        _test_of(path.relative_to(package)): str(path.relative_to(root))
        for path in sorted(package.rglob("*.py"))
        if _has_code(path)
    }


def _test_of(source: Path) -> str:
    name = "package" if source.name == "__init__.py" else source.stem.strip("_")
    return str(Path("tests", "unit", source.parent, f"test_{name}.py"))


def _has_code(path: Path) -> bool:
    """Whether a file defines anything that runs: constants and pure declarations of shapes need no test."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text())))


def main(root: Path = ROOT) -> int:
    """Name each hole; 1 when there is one."""
    holes = []
    tests = wanted(root)
    for test, source in tests.items():
        if not (root / test).is_file():
            holes.append(f"{source} has no {test}")
    package = root / "src" / "dunnage"
    possible = {_test_of(path.relative_to(package)) for path in package.rglob("*.py")}
    for path in sorted((root / "tests" / "unit").rglob("test_*.py")):
        test = str(path.relative_to(root))
        if test not in possible and "unit/tools" not in test:
            holes.append(f"{test} tests no source file of that name")
    for hole in holes:
        print(hole, file=sys.stderr)
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
