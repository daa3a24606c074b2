"""The YAML block at the head of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tipqa.errors import CorpusError

_DEEPEST = 20  # lists in lists: more is no front matter, and slow to read


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML block at the head of a file; every value as text, so that NO stays Norway."""

    values: dict[str, object] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    length: int = 0
    """How many lines of the file it takes, its fences included."""


def front_matter(text: str, path: Path) -> FrontMatter:
    """Read the YAML block between `---` lines at the head of a file, if there is one.

    Raises:
        CorpusError: it isn't closed, isn't YAML, isn't a mapping, names a key twice,
            or uses anchors (which can grow without bound).
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter()
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise CorpusError(path, 1, 'front matter is opened by "---" and never closed. Close it.')
    block = "\n".join(lines[1:end])
    depth = 0
    try:
        for event in yaml.parse(block, Loader=yaml.BaseLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                message = "front matter is nested too deep. Flatten it."
                raise CorpusError(path, _line(event.start_mark), message)
            if isinstance(event, yaml.AliasEvent):
                message = f'front matter uses the anchor "*{event.anchor}". Write the value out.'
                raise CorpusError(path, _line(event.start_mark), message)
        node = yaml.compose(block, Loader=yaml.BaseLoader)
        values = yaml.load(block, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        line = _line(getattr(error, "problem_mark", None))
        said = getattr(error, "problem", None) or "this is not YAML"
        message = f"front matter does not parse: {said}. Quote values that hold : [ ] or quotes."
        raise CorpusError(path, line, message) from error
    if values is None or values == "":
        return FrontMatter(length=end + 1)
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        raise CorpusError(path, 2, 'front matter is not a list of "key: value" lines. Mend it.')
    key_lines: dict[str, int] = {}
    for key_node, _ in node.value:
        key = str(key_node.value)
        line = _line(key_node.start_mark)
        if key in key_lines:
            raise CorpusError(path, line, f'front matter names "{key}" twice. Keep one.')
        key_lines[key] = line
    return FrontMatter({str(k): v for k, v in values.items()}, key_lines, end + 1)


def _line(mark: Any) -> int:
    """The line of the file that a mark in the block stands on."""
    return mark.line + 2 if mark else 1
