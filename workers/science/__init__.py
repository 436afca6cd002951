"""The science engine: recipes in, events out. Torch lives here and nowhere else; no database, queue or network does."""
