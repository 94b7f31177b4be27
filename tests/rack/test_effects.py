"""The effects table, against pedalboard itself."""

import pedalboard
import pytest

from live_rig.rack.effects import FAR, effect_types, example


def test_every_built_in_effect_of_pedalboard_is_there() -> None:
    documented = """Bitcrush Chorus Clipping Compressor Convolution Delay Distortion Gain HighpassFilter Invert LadderFilter
        Limiter LowpassFilter NoiseGate PeakFilter Phaser PitchShift Reverb"""
    assert set(documented.split()) <= effect_types().keys()
    assert not {"Plugin", "Pedalboard", "VST3Plugin", "Mix"} & effect_types().keys()


def test_every_parameter_has_pedalboards_name_and_default() -> None:
    for kind in effect_types().values():
        for parameter in kind.parameters.values():
            if parameter.kind is float:
                assert getattr(example(kind.made_by), parameter.name) == pytest.approx(parameter.default, abs=1e-5)
    assert effect_types()["Compressor"].parameters["ratio"].default == 1.0
    assert effect_types()["LadderFilter"].parameters["mode"].choices[0] == "LPF12"


def test_every_number_has_bounds_and_pedalboard_takes_both() -> None:
    for kind in effect_types().values():
        for parameter in kind.parameters.values():
            if parameter.kind is float:
                assert -FAR < parameter.low < parameter.high < FAR, (kind.name, parameter.name)
                assert parameter.low <= float(parameter.default or 0) <= parameter.high
                needed = {"impulse_response_filename": "x"} if kind.made_by is pedalboard.Convolution else {}
                if not needed:
                    kind.build({parameter.name: parameter.low})
                    kind.build({parameter.name: parameter.high})


@pytest.mark.parametrize(
    ("effect", "name", "bounds"),
    [("Bitcrush", "bit_depth", (1, 32)), ("Delay", "delay_seconds", (0, 30)), ("PitchShift", "semitones", (-72, 72))],
)
def test_bounds_that_pedalboard_enforces_are_found(effect: str, name: str, bounds: tuple[float, float]) -> None:
    parameter = effect_types()[effect].parameters[name]
    assert (parameter.low, parameter.high) == bounds


@pytest.mark.parametrize(
    ("effect", "name", "value", "fault"),
    [
        ("Compressor", "ratio", 0.5, "must be from 1 to 100"),
        ("Compressor", "ratio", float("nan"), "must be from 1 to 100"),
        ("Compressor", "ratio", "4", "must be a number"),
        ("Compressor", "ratio", True, "must be a number"),
        ("LadderFilter", "mode", "LPF13", "must be one of LPF12, HPF12, BPF12, LPF24, HPF24, BPF24"),
        ("LadderFilter", "mode", 12, "must be a text in quotes"),
        ("BrickwallLimiter", "true_peak", 1, "must be true or false"),
        ("Compressor", "ratio", 4, ""),
        ("LadderFilter", "mode", "HPF24", ""),
    ],
)
def test_a_value_that_does_not_fit_is_told_what_would(effect: str, name: str, value: object, fault: str) -> None:
    assert effect_types()[effect].parameters[name].fault(value) == fault
