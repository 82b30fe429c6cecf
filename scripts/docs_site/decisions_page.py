"""The list of decisions, from their titles."""

from pathlib import Path


def decisions_page(folder: Path) -> str:
    """Gives a page that links every ``NNNN-title.md`` of a folder, in their order."""
    lines = ["# Decisions", "", "What was chosen, what lost, and the figure that decided.", ""]
    for path in sorted(folder.glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        number, _, name = title.partition(". ")
        lines.append(f"- {number}: [{name}]({path.name})")
    return "\n".join(lines) + "\n"
