"""What `make bench` measured: one table at the end of the run, and sections that are kept in deploy/BENCHMARKS.md.

A benchmark asks for the fixture `report` and adds one section with all its rows. A section that is not measured this
time, because its benchmark was not run or skipped itself, keeps its last figures.
"""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

KEPT_IN = Path(__file__).parents[2] / "deploy" / "BENCHMARKS.md"
HEAD = """# Benchmarks

Measured by `make bench`, which writes this file. Each ratio is of two figures of one run, taken by turns. Absolute
times are of the machine that is named, and differ on another one; a ratio is what to compare. A target is what the
project set out to reach: a row that misses it says so by its figures.
"""
HEADING = "\n## "


@dataclass(frozen=True)
class Row:
    """One line of the table. Figures are text with their unit, such as "29.1 ms"; what does not apply is empty."""

    what: str
    ours: str
    against: str = ""  # the other one's figure
    ratio: str = ""
    target: str = ""
    remark: str = ""  # a short paragraph: what exactly was compared, and what the figure does not say

    @property
    def cells(self) -> list[str]:
        return [self.what, self.ours, self.against, self.ratio, self.target]


COLUMNS = [field.name for field in fields(Row)][:-1]


@dataclass(frozen=True)
class Section:
    title: str
    rows: Sequence[Row]
    packages: Sequence[str] = ()  # distributions whose versions matter here, such as "torch"
    device: str = ""  # the GPU's name, where one was measured
    threads: int | None = None  # of the measured process, where they were pinned

    def markdown(self) -> str:
        table = [COLUMNS, ["---"] * len(COLUMNS), *(row.cells for row in self.rows)]
        lines = ["| " + " | ".join(cells) + " |" for cells in table]
        remarks = [f"**{row.what}.** {row.remark}\n" for row in self.rows if row.remark]
        return "\n".join([f"{self.title}\n", *lines, "", *remarks, _measured_on(self), ""])


class Report:
    """Collects sections. Each is written as soon as it is there, so that a benchmark that fails loses no other."""

    def __init__(self, path: Path = KEPT_IN) -> None:
        self.path = path
        self.sections: list[Section] = []

    def add(self, section: Section) -> None:
        self.sections.append(section)
        kept = self._kept()
        kept[section.title] = section.markdown()
        self.path.write_text(HEADING.join([HEAD, *kept.values()]), encoding="utf-8")

    def _kept(self) -> dict[str, str]:
        """The sections of the file by title, in their order."""
        if not self.path.exists():
            return {}
        sections = self.path.read_text(encoding="utf-8").split(HEADING)[1:]
        return {section.partition("\n")[0]: section for section in sections}

    def table(self) -> str:
        """Everything that was measured this time, in columns."""
        lines = [COLUMNS]
        for section in self.sections:
            lines += [[section.title.upper()] + [""] * (len(COLUMNS) - 1), *(row.cells for row in section.rows)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
        padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join(line.rstrip() for line in padded)


def _measured_on(section: Section) -> str:
    machine = f"{_cpu()}, {os.cpu_count()} cores"
    threads = f"{section.threads} threads" if section.threads else ""
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in section.packages)]
    where = ", ".join(filter(None, [section.device, machine, threads, *versions]))
    return f"Measured on {datetime.now(UTC).date()}: {where}."


def _cpu() -> str:
    """As Linux names it; elsewhere what Python knows."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
