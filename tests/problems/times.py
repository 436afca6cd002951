"""The moment at which the clock of a test stands still until it is moved."""

import datetime

START = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
