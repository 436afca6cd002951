#!/bin/sh
# Before the site starts: a database that is up to date, the catalogue, the starter recipes, and a bucket to store in.
# Every step may be repeated, and finds nothing to do then.
set -eu

python manage.py migrate --no-input
python manage.py make_bucket
python manage.py load_catalogue
python manage.py load_presets
