"""What the web server loads. All of it stays until the process ends, so the collector of garbage need not look at it
again: it took a tenth of a second, in the middle of one request in thirty."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.settings")
application = get_wsgi_application()

import_module(settings.ROOT_URLCONF)  # with every view, which the first visitor would wait for otherwise
gc.collect()
gc.freeze()
