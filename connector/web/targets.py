"""What a route's step asks for, in words."""

from connector.domain.catalogue import Catalogue, Target, TargetKind


def target_words(target: Target, catalogue: Catalogue) -> str:
    """A course's or quiz's title where the catalogue knows it, else what it is called in Moodle."""
    match target.kind:
        case TargetKind.COURSE:
            return catalogue.title_of(target) or f"Курс {target.ref}"
        case TargetKind.QUIZ:
            title = catalogue.title_of(target)
            quiz = f"«{title}»" if title else target.ref
            mark = f"{target.mark or 0:f}".replace(".", ",")
            return f"Тест {quiz}, не ниже {mark}\u00a0%"
        case TargetKind.ACTIVITY:
            return f"Элемент курса {target.ref}"
        case TargetKind.MANUAL:
            return "Отметка методиста"
