"""The way of the data goes one way, and so do the imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from conftest import REPOSITORY

# Each may import only what stands above it.
ORDER = """errors types slugs files corpus countries sentences
dates addresses pieces publishers kinds attribution identity sources links notes
readers.front_matter readers.about readers.draft readers.encoding
readers.markers readers.furniture readers.hyphens
readers.note_lists readers.page readers.layout readers.page_notes
readers.pdf_text readers.pdf_lines readers.pdf_layout readers.pdf_labels readers.pdf_notes
readers.pdf_tables readers.pdf_cells readers.pdf_blocks
readers.text_lines readers.text_joined readers.markdown_blocks
readers.markdown readers.text readers.html readers.pdf readers
tokens lexical chunk exported embed rerank tables store catalog copies suggest related generation
changes publish index asked filters fusion ranking search figures evidence confidence choice answer
compose cite entries questions beir evaluate evaluate_answers alignment comparison difference
documents export packet verdict check redline terminal
cli_options cli_ask cli_eval cli_packet cli_diff cli_desk cli_newsletter cli""".split()


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it, but for types' sake."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            known = {name for name in whole if name.removeprefix("tipqa.") in ORDER}
            found |= known or {node.module}
    return found


def test_modules_import_only_what_stands_above_them() -> None:
    """No module of tipqa imports one that comes later in ORDER, nor itself."""
    folder = REPOSITORY / "src" / "tipqa"
    seen = set()
    for path in folder.rglob("*.py"):
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        module = module.removesuffix(".__init__")
        if module == "__init__":
            continue
        seen.add(module)
        for name in imports(path):
            other = name.removeprefix("tipqa.")
            if name.startswith("tipqa."):
                assert ORDER.index(other) < ORDER.index(module), f"{module} imports {other}"
    assert seen == set(ORDER)


def test_only_the_command_line_knows_of_http() -> None:
    """Of tipqa only cli.py imports tipqa_api."""
    knows = {
        path.name
        for path in (REPOSITORY / "src" / "tipqa").rglob("*.py")
        if any(name.startswith("tipqa_api") for name in imports(path))
    }
    assert knows == {"cli.py"}


def test_only_the_command_line_knows_of_the_desk() -> None:
    """Of tipqa only cli.py and its parts import tipqa_desk, and that inside of commands."""
    for path in (REPOSITORY / "src" / "tipqa").rglob("*.py"):
        if any(name.startswith("tipqa_desk") for name in imports(path)):
            assert path.name.startswith("cli"), path
    code = "import sys, tipqa.cli; sys.exit('tipqa_desk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


DESK = """settings models database trail accounts pace mail inquiries subscribers keeping missing
similar quoting markup draft letter plain word answering whats_new issues issue_text
newsletter""".split()
"""Of tipqa_desk: each may import only what stands above it, and of the others tipqa alone."""


def test_the_desk_knows_nothing_of_http() -> None:
    """tipqa_desk imports tipqa and what stands above in DESK, and never tipqa_api."""
    folder = REPOSITORY / "api" / "tipqa_desk"
    seen = set()
    for path in folder.glob("*.py"):
        module = path.stem
        if module == "__init__":
            continue
        seen.add(module)
        for name in imports(path):
            assert not name.startswith("tipqa_api"), f"{module} imports {name}"
            if name.startswith("tipqa_desk."):
                other = name.split(".")[1]
                assert DESK.index(other) < DESK.index(module), f"{module} imports {other}"
    assert seen == set(DESK)
