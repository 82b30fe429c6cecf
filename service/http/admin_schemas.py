"""What the admin routes found, as they answer it."""

from collections.abc import Sequence
from typing import Any

from index.overview import Label
from index.verdict import Calibration
from index.versions import VersionState
from service.going_back import Obstacle
from service.http.load import Minute
from service.wire.admin import (
    CalibrationSchema,
    ChangedSchema,
    EvaluationSchema,
    FindingProductSchema,
    VersionSchema,
)
from service.wire.products import image_path

_EXAMPLES = 20


def calibration_schema(found: Calibration | None) -> CalibrationSchema | None:
    """Gives what verdicts are judged by; None: nothing."""
    if found is None:
        return None
    return CalibrationSchema(
        made_at=found.made_at,
        questions=found.trials,
        source=found.source,
        ece=found.report.get("ece"),
    )


def version_schema(state: VersionState, hindered: Obstacle | None) -> VersionSchema:
    """Gives a saved state, and why one cannot go back to it."""
    manifest = state.manifest
    return VersionSchema(
        name=state.name,
        made_at=manifest.created_at if manifest else None,
        sequence=manifest.sequence if manifest else None,
        products=manifest.products if manifest else None,
        pictures=manifest.pictures if manifest else None,
        embedder=manifest.space.embedder if manifest else None,
        is_sound=state.is_sound,
        is_current=state.is_current,
        can_go_back=hindered is None,
        obstacle=hindered,
        evaluation=_evaluation(state),
    )


def _evaluation(state: VersionState) -> EvaluationSchema | None:
    found = state.manifest.evaluation if state.manifest else None
    if found is None:
        return None
    return EvaluationSchema(
        questions=found.get("questions", 0),
        recall_at_1=found.get("recall_at_1"),
        recall_at_1_ci95=found.get("recall_at_1_ci95"),
    )


def changed_schema(ids: Sequence[str]) -> ChangedSchema:
    """Gives how many products were changed, and some of them."""
    return ChangedSchema(count=len(ids), examples=list(ids[:_EXAMPLES]))


def example_schema(label: Label) -> FindingProductSchema:
    """Gives a product as an example of a finding."""
    image = image_path(label.id, 0) if label.has_picture else None
    return FindingProductSchema(id=label.id, title=label.title, image=image)


def load_figures(minute: Minute) -> dict[str, Any]:
    """Gives the figures of some minutes, as ``LoadSchema`` has them."""
    return {
        "requests": minute.requests,
        "by_class": minute.by_class,
        "refused": minute.refused,
        "busy": minute.busy,
        "p50_ms": minute.percentile_ms(0.5),
        "p99_ms": minute.percentile_ms(0.99),
    }
