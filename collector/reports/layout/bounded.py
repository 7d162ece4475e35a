"""The report without the tail of its longest tables, for formats that are set as pages: nobody reads a hundred."""

from dataclasses import replace

from collector.reports.layout.blocks import Block, Laid, Lines, Paragraph, Table
from collector.texts import translator

MOST_ROWS = 200
"""Rows of a table that are set; of longer ones the first."""


def bounded(laid: Laid) -> Laid:
    """What is left out is said below its table; it stands in the page, the workbook and the other files."""
    say = translator(laid.language)
    chapters = []
    for chapter in laid.chapters:
        blocks: list[Block] = []
        for block in chapter.blocks:
            cut, left = _cut(block)
            blocks.append(cut)
            if left > 0:
                words = say("{count} more rows are in the page and in the workbook.", count=left)
                blocks.append(Paragraph(words, "note"))
        chapters.append(replace(chapter, blocks=blocks))
    return replace(laid, chapters=chapters)


def _cut(block: Block) -> tuple[Block, int]:
    """A block with as many rows as are set, and how many are left out."""
    match block:
        case Table(rows=rows) if len(rows) > MOST_ROWS:
            return replace(block, rows=rows[:MOST_ROWS]), len(rows) - MOST_ROWS
        case Lines(rows=lines) if len(lines) > MOST_ROWS:
            return replace(block, rows=lines[:MOST_ROWS]), len(lines) - MOST_ROWS
    return block, 0
