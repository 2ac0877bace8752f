"""The entry module of `celery -A connector.worker`; one of few where something happens on import.

`connector worker` does the same with fewer words.
"""

from connector import config
from connector.log import set_up_logging
from connector.tasks.app import make_celery

_settings = config.load()
set_up_logging(_settings.log_level)
app = make_celery(_settings)
