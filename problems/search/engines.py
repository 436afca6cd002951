"""The full-text indexes of SQLite (FTS5) and PostgreSQL (tsvector with GIN), behind one interface.

Both keep, by the key of a problem or idea, the words of each place it consists of; see the first page of this package.
"""

import json
from collections.abc import Collection, Mapping
from typing import Literal, Protocol

from django.db import connection
from django.db.models.expressions import RawSQL

from problems.search.words import stem

Table = Literal["problems_search", "ideas_search"]
Place = Literal["statement", "subject", "work", "discussion"]
PLACES: tuple[Place, ...] = ("statement", "subject", "work", "discussion")
Document = Mapping[Place, Collection[str]]
Row = list[int | str]

# Of a word that nearly everything mentions. Beyond it a list would serve nobody, and counting it takes time.
MOST_FOUND = 3_000


class Engine(Protocol):
    def write(self, table: Table, documents: Mapping[int, Document]) -> None: ...

    def question(self, asked: list[str], places: Collection[Place]) -> str:
        """All the words stand in these places taken together; the last one may go on."""

    def select(self, table: Table) -> str:
        """The SQL that gives the keys of what answers a question."""

    def among(self, keys: list[int]) -> RawSQL:
        """These keys, usable in `filter(pk__in=...)`."""


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

    def among(self, keys: list[int]) -> RawSQL:
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(keys)])


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
        return f"SELECT id FROM {table} WHERE words @@ %s::tsquery LIMIT {MOST_FOUND}"

    def among(self, keys: list[int]) -> RawSQL:
        """Written out, so that they are hashed: of a subquery PostgreSQL may go through all of them for each row."""
        return RawSQL(", ".join(map(str, keys)) or "NULL", [])


def engine() -> Engine:
    return PostgresqlEngine() if connection.vendor == "postgresql" else SqliteEngine()


def keys_found(table: Table, asked: list[str], places: Collection[Place] = PLACES) -> RawSQL:
    """The keys of what has all the words in these places, usable in `filter(pk__in=...)`, as part of that question."""
    asking = engine()
    return RawSQL(asking.select(table), [asking.question(asked, places)])


def keys_looked_up(table: Table, asked: list[str], places: Collection[Place] = PLACES) -> RawSQL:
    """The same, looked up at once: a list asks for them several times, and a database that knows how many they are does
    not go through everything else to find them."""
    asking = engine()
    with connection.cursor() as cursor:
        cursor.execute(asking.select(table), [asking.question(asked, places)])
        return asking.among([key for (key,) in cursor.fetchall()])
