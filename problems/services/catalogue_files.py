"""Reads the shipped catalogue: each row becomes a dict of model fields, ready to compare with what is stored."""

import csv
import datetime
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).resolve().parent.parent / "catalogue"

Values = dict[str, Any]


class BadCatalogue(ValueError):
    """A row of the data files cannot be used; the message names file and line."""


def read_rows(folder: Path, name: str, parse: Callable[[dict[str, str]], Values]) -> list[Values]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for row in reader:
            try:
                rows.append(parse(row))
            except (KeyError, ValueError) as error:
                raise BadCatalogue(f"{name}, line {reader.line_num}: {error}") from error
        return rows


def read_categories(folder: Path) -> list[Values]:
    data = tomllib.loads((folder / "categories.toml").read_text(encoding="utf-8"))
    return [
        {
            "number": category["number"],
            "name": category["name"],
            "motivation": category["motivation"].strip(),
            "tips": "\n".join(category["tips"]),
        }
        for category in data["category"]
    ]


def parse_problem(row: dict[str, str]) -> Values:
    low, high = parse_difficulty(row["difficulty"])
    return {
        "number": parse_number(row["number"]),
        "subcategory": row["subcategory"],
        "statement": row["statement"],
        "difficulty_low": low,
        "difficulty_high": high,
        "difficulty_source": row["difficulty_source"],
        "difficulty_note": row["difficulty_note"],
        "starred": {"true": True, "false": False, "": None}[row["starred"]],
        "sources": row["sources"],
        "see_also": parse_list(row["see_also"]),
        "post_number": row["post_number"],
    }


def parse_claim(row: dict[str, str]) -> Values:
    started_at, precision = parse_partial_date(row["date"])
    return {
        "number": row["number"],
        "imported_name": row["name"],
        "imported_text": row["note"],
        "started_at": started_at,
        "last_activity_at": started_at,
        "date_precision": precision,
    }


def parse_prediction(row: dict[str, str]) -> Values:
    return {
        "number": row["number"],
        "predicted_by": row["predicted_by"],
        "predicted_on": datetime.date.fromisoformat(row["date"]) if row["date"] else None,
        "text": row["text"],
        "source": row["source"],
    }


def parse_idea(row: dict[str, str]) -> Values:
    return {
        **row,
        "originator_is_verified_expert": {"true": True, "false": False}[row["originator_is_verified_expert"]],
        "related_problems": parse_list(row["related_problems"]),
    }


def parse_resource(row: dict[str, str]) -> Values:
    categories = [int(number) for number in parse_list(row["categories"])]
    return {**row, "categories": sorted(categories), "main_category_id": categories[0]}


def parse_number(text: str) -> str:
    """A problem number as it stands: two whole numbers and a point, no leading zeros."""
    category, _, index = text.partition(".")
    if f"{int(category)}.{int(index)}" != text:
        raise ValueError(f"{text!r} is no problem number such as 1.10")
    return text


def parse_list(text: str) -> list[str]:
    return [part for part in text.split(";") if part]


def parse_difficulty(text: str) -> tuple[str, str]:
    """("B", "C") of "B-C", ("B", "B") of "B", two empty strings when it is not known."""
    low, _, high = text.partition("-")
    return low, high or low


def parse_partial_date(text: str) -> tuple[datetime.datetime, str]:
    """The first instant of a day, month or year, and which of the three is known."""
    precision = {4: "year", 7: "month", 10: "day"}.get(len(text))
    if precision is None:
        raise ValueError(f"{text!r} is no date such as 2023-04-14, 2023-04 or 2023")
    padded = text + "2000-01-01"[len(text) :]
    return datetime.datetime.fromisoformat(padded).replace(tzinfo=datetime.UTC), precision
