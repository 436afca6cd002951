"""Full-text search: `words` reads text, `engines` ask the database, `snippets` shows where it was found.

Text becomes words here and not in the database, so that SQLite and PostgreSQL find the same, and so that no character
of a query means anything to either. One rule of relevance: what matters is where all the words stand together. A number
that is asked for by name comes first, then the statement, then what the problem is about, then existing work, then the
discussion; among equals the order of the catalogue decides.
"""
