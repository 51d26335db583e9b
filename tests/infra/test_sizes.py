from __future__ import annotations

from pathlib import Path

import pytest

from infra.app import build_app
from infra.settings import Settings, target_for
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, TooLarge
from tests.builders import a_charter
from tests.infra.templates import TinyPackages

MIB = 1024 * 1024


def build(folder: Path, charters: list[Charter], sizes: dict[str, int]) -> None:
    target = target_for(Settings(), "aws")
    build_app(Settings(), target, charters, TinyPackages(folder, target, sizes=sizes), folder / "assembly")


def check(layers: dict[str, int], code: int = 0, reserved: int = 0) -> None:
    from infra.constructs.sizes import check_size

    check_size("serin-dev-api", code, layers, reserved)


def test_a_function_that_is_too_large_stops_the_synthesis_with_its_name_and_numbers(
    tmp_path: Path, charters: list[Charter]
) -> None:
    sizes = {"function-accept_upload": 3 * MIB, "layer-data": 246 * MIB, "layer-core": 2 * MIB}
    with pytest.raises(TooLarge) as caught:
        build(tmp_path, charters, sizes)
    assert "serin-dev-accept-upload has 251.0 MiB unzipped" in caught.value.message
    assert "code 3.0, core 2.0, data 246.0, charters 0.0" in caught.value.message
    assert "250 MiB" in caught.value.message


def test_exactly_the_limit_fits_and_a_byte_more_does_not() -> None:
    check({"core": 249 * MIB}, code=MIB)
    with pytest.raises(TooLarge):
        check({"core": 249 * MIB}, code=MIB + 1)


def test_five_layers_fit_and_six_do_not() -> None:
    check(dict.fromkeys("abcde", 1))
    with pytest.raises(TooLarge, match="serin-dev-api has 6 layers; Lambda allows 5"):
        check(dict.fromkeys("abcdef", 1))


def test_the_models_own_layer_is_counted_before_it_exists() -> None:
    check(dict.fromkeys("abcd", 1), reserved=1)
    with pytest.raises(TooLarge, match="5 layers and 1 kept for the model"):
        check(dict.fromkeys("abcde", 1), reserved=1)


def test_a_models_layer_has_forty_mebibytes_of_room_whatever_the_others_take() -> None:
    check({"science": 200 * MIB}, code=10 * MIB, reserved=1)
    with pytest.raises(
        TooLarge, match=r"has 210\.0 MiB unzipped .* Lambda allows 250 MiB, 40 of them kept for its model"
    ):
        check({"science": 200 * MIB}, code=10 * MIB + 1, reserved=1)


def test_a_model_whose_function_would_have_too_long_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"function name 'serin-dev-build-features-a{40}' has 65 characters"):
        build(tmp_path, [a_charter(model="a" * 40)], {})
