"""Which models the settings name."""

import pytest

from service import wiring
from service.settings import load_settings
from vision.errors import ModelUnavailableError, UnknownModelError


@pytest.mark.parametrize("role", ["captioner", "writer"])
def test_a_name_that_is_no_model_is_refused_with_those_that_are(role: str) -> None:
    settings = load_settings(**{role: "gpt"})
    with pytest.raises(UnknownModelError, match=r"'gpt': allowed are embedded, none, qwen, "):
        wiring.load_models(settings)


def test_qwen_alone_takes_the_size_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    settings = load_settings(captioner="qwen", device="cpu")
    with pytest.raises(ModelUnavailableError, match="Qwen3-VL-2B-Instruct"):
        wiring.load_models(settings)
