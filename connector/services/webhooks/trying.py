"""A trial event, for whoever sets a webhook up."""

from datetime import datetime
from uuid import uuid4

from connector.channels.webhook import Outcome, WebhookPost
from connector.services.events.messages import as_body, instant
from connector.services.webhooks.subscriptions import WebhookDetails

TRIAL = "webhook.tested"


def try_webhook(post: WebhookPost, webhook: WebhookDetails, now: datetime) -> Outcome:
    """Sends one event of the type webhook.tested at once, also to a webhook that is off.

    It stands in no table, and is outside any transaction.
    """
    message_id = str(uuid4())
    document = {
        "id": message_id,
        "type": TRIAL,
        "version": 1,
        "municipality": webhook.municipality,
        "subject": None,
        "occurred_on": now.date().isoformat(),
        "recorded_at": instant(now),
        "payload": {},
    }
    return post.post(webhook.url, webhook.secrets, message_id, as_body(document), now)
