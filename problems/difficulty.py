"""What a page says of each letter. The letters are those of the published lists, which rank problems and no people."""

MEANING = {
    "A": "The most approachable of the four letters, as published: a good place to begin.",
    "B": "The second of the four letters, as published: more demanding than A.",
    "C": "The third of the four letters, as published: hard, and likely to take long.",
    "D": "The hardest of the four letters, as published: expect open-ended research.",
    "?": "No source gives these problems a letter. That does not mean that they are easy.",
}
RANGES = "A range such as B-C is as published too; a problem with one is listed under each of its letters."
