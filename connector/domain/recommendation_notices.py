"""What is owed because of recommendations that follow from somebody's assessment (domain 6).

They are told to that person alone: an assessment is nobody else's news.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

from connector.domain.cases import StaffCase
from connector.domain.owed import Owed, Recipient
from connector.domain.recommendations import text_of

RECOMMENDATION_ADDRESSED = "recommendation_addressed"


def recommended(case: StaffCase, day: date, horizon: timedelta) -> Iterator[Owed]:
    """One notice an assessment with a recommendation; its result stays out of the letter."""
    for assessment in case.folded.dossier.assessments:
        on, text = assessment.assessed_on, text_of(assessment)
        if not text or not day - horizon <= on <= day:
            continue
        # A criterion is a sentence, longer than a key has room for.
        criterion = sha256(assessment.criterion.encode()).hexdigest()[:16]
        key = f"{RECOMMENDATION_ADDRESSED}:{case.code}:{on.isoformat()}:{criterion}"
        params = {"on": on.isoformat(), "criterion": assessment.criterion, "text": text}
        yield Owed(key, RECOMMENDATION_ADDRESSED, Recipient.TEACHER, case.code, params, on)
