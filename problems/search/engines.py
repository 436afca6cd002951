"""The full-text indexes of SQLite (FTS5) and PostgreSQL (tsvector with GIN), behind one interface.

Both keep, by the key of a problem or idea, the words of each place it consists of; see the first page of this package.
"""

import json
from collections.abc import Collection, Mapping
from typing import Literal, Protocol

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from problems.search.words import stem

Table = Literal["problems_search", "ideas_search"]
Place = Literal["statement", "subject", "work", "discussion"]
PLACES: tuple[Place, ...] = ("statement", "subject", "work", "discussion")
Document = Mapping[Place, Collection[str]]
Row = list[int | str]
CONDITION = BooleanField()

# Of a word that nearly everything mentions. Beyond it a list would serve nobody, and counting it takes time.
MOST_FOUND = 3_000


class Engine(Protocol):
    def write(self, table: Table, documents: Mapping[int, Document]) -> None: ...

    def question(self, asked: list[str], places: Collection[Place]) -> str:
        """All the words stand in these places taken together; the last one may go on."""

    def select(self, table: Table) -> str:
        """The SQL that gives the keys of what answers a question."""

    def places_needed(self, table: Table, asked: list[str]) -> dict[int, int]:
        """By the key of what answers: in how many of PLACES, from the first on, all the words are found."""

    def is_among(self, column: str, keys: list[int]) -> RawSQL:
        """A condition for `filter(...)`: the column has one of these values."""


class SqliteEngine:
    def write(self, table: Table, documents: Mapping[int, Document]) -> None:
        rows: list[Row] = [
            [pk, *(" ".join(sorted(found.get(place, ()))) for place in PLACES)] for pk, found in documents.items()
        ]
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {table} WHERE rowid = %s", [(pk,) for pk in documents])
            columns = f"{table}(rowid, {', '.join(PLACES)})"
            cursor.executemany(f"INSERT INTO {columns} VALUES (%s, %s, %s, %s, %s)", rows)

    def question(self, asked: list[str], places: Collection[Place]) -> str:
        *complete, last = asked
        words = [f'"{stem(word)}"' for word in complete]
        words.append(f'("{stem(last)}" OR "{last}" *)')
        return f"{{{' '.join(places)}}} : ({' AND '.join(words)})"

    def select(self, table: Table) -> str:
        return f"SELECT rowid FROM {table} WHERE {table} MATCH %s LIMIT {MOST_FOUND}"

    def places_needed(self, table: Table, asked: list[str]) -> dict[int, int]:
        """One question for each number of places, most first, and each answer once more for fewer places."""
        numbers = range(len(PLACES), 0, -1)
        select = " UNION ALL ".join(f"SELECT rowid, {n} FROM ({self.select(table)})" for n in numbers)
        needed: dict[int, int] = {}
        with connection.cursor() as cursor:
            cursor.execute(select, [self.question(asked, PLACES[:n]) for n in numbers])
            for key, n in cursor.fetchall():
                if n == len(PLACES) or key in needed:
                    needed[key] = n
        return needed

    def is_among(self, column: str, keys: list[int]) -> RawSQL:
        return RawSQL(f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(keys)], CONDITION)


class PostgresqlEngine:
    weights: Mapping[Place, str] = dict(zip(PLACES, "ABCD", strict=True))

    def write(self, table: Table, documents: Mapping[int, Document]) -> None:
        rows: list[Row] = [[pk, self._vector(found)] for pk, found in documents.items()]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} (id, words) VALUES (%s, %s::tsvector)"
                " ON CONFLICT (id) DO UPDATE SET words = EXCLUDED.words",
                rows,
            )

    def _vector(self, found: Document) -> str:
        weighted: dict[str, list[str]] = {}
        for place in PLACES:
            for word in found.get(place, ()):
                weighted.setdefault(word, []).append(f"1{self.weights[place]}")
        return " ".join(f"'{word}':{','.join(places)}" for word, places in weighted.items())

    def question(self, asked: list[str], places: Collection[Place]) -> str:
        everywhere = len(places) == len(PLACES)  # unweighted, the index answers without a look at the rows
        weights = "" if everywhere else "".join(self.weights[place] for place in places)
        *complete, last = asked
        words = [f"'{stem(word)}':{weights}" if weights else f"'{stem(word)}'" for word in complete]
        end = f"'{stem(last)}':{weights}" if weights else f"'{stem(last)}'"
        return " & ".join([*words, f"({end} | '{last}':*{weights})"])

    def select(self, table: Table) -> str:
        return self._first_found(table, "id")

    def _first_found(self, table: Table, columns: str) -> str:
        """All that is found is named apart from the limit: with both in one question, PostgreSQL reads the table from
        some place on in the hope to meet enough soon, and finds others each time."""
        found = f"SELECT {columns} FROM {table} WHERE words @@ %s::tsquery"
        return f"WITH found AS MATERIALIZED ({found}) SELECT * FROM found LIMIT {MOST_FOUND}"

    def places_needed(self, table: Table, asked: list[str]) -> dict[int, int]:
        """In one query: to ask for each number of places would read much of the table each time."""
        fewer = range(1, len(PLACES))
        cases = " ".join(f"WHEN words @@ %s::tsquery THEN {n}" for n in fewer)
        select = self._first_found(table, f"id, CASE {cases} ELSE {len(PLACES)} END")
        questions = [self.question(asked, PLACES[:n]) for n in fewer]
        with connection.cursor() as cursor:
            cursor.execute(select, [*questions, self.question(asked, PLACES)])
            return dict(cursor.fetchall())

    def is_among(self, column: str, keys: list[int]) -> RawSQL:
        """As one text, which is read faster than thousands of numbers, and hashed, which a subquery may not be."""
        return RawSQL(f"{column} = ANY(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"], CONDITION)


def engine() -> Engine:
    return PostgresqlEngine() if connection.vendor == "postgresql" else SqliteEngine()


def keys_found(table: Table, asked: list[str], places: Collection[Place] = PLACES) -> RawSQL:
    """The keys of what has all the words in these places, usable in `filter(pk__in=...)`, as part of that question."""
    asking = engine()
    return RawSQL(asking.select(table), [asking.question(asked, places)])


def keys_looked_up(table: Table, asked: list[str], places: Collection[Place] = PLACES) -> list[int]:
    """The same, looked up at once: a list asks for them several times, and a database that knows how many they are does
    not go through everything else to find them."""
    asking = engine()
    with connection.cursor() as cursor:
        cursor.execute(asking.select(table), [asking.question(asked, places)])
        return [key for (key,) in cursor.fetchall()]
