"""Each attack changes the audio as its name says."""

import shutil

import numpy as np
import pytest
from conftest import RATE, attacked, pitch_of, tone
from scipy.signal import butter, sosfilt

from robustness.attack import ATTACKS, chosen, scene_for
from robustness.attack.codec import mu_law
from robustness.attack.room import DIRECT_DECIBELS, response
from robustness.clip import Clip
from robustness.need import missing

HAS_FFMPEG = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not on the path")


def named(start, end=""):
    return [name for name in ATTACKS if name.startswith(start) and name.endswith(end)]


def decibels(clip, reference):
    return 10 * np.log10(clip.power / reference.power)


@pytest.mark.parametrize("name", [n for n in ATTACKS if " noise " in n and n.endswith("dB")])
def test_noise_has_the_ratio_that_it_names(name, speech):
    added = attacked(name, speech).samples - speech.samples
    assert decibels(speech, speech.with_samples(added)) == pytest.approx(float(name.split()[-2]), abs=0.05)


def test_pink_noise_falls_by_three_decibels_an_octave():
    silence = tone(1000).with_samples(1e-3 * tone(1000).samples)
    added = attacked("pink noise 5 dB", silence).samples - silence.samples
    power = np.abs(np.fft.rfft(added)) ** 2
    hertz = np.fft.rfftfreq(len(added), 1 / RATE)
    low, high = (power[(hertz > f) & (hertz < 2 * f)].mean() for f in (200, 3200))
    assert 10 * np.log10(low / high) == pytest.approx(4 * 3.01, abs=1)


@pytest.mark.parametrize("name", named("speed "))
def test_speed_shortens_and_raises_alike(name):
    factor = float(name.split()[1])
    faster = attacked(name, tone(440))
    assert faster.seconds == pytest.approx(3.0 / factor, rel=1e-3)
    assert pitch_of(faster) == pytest.approx(440 * factor, rel=1e-3)


@HAS_FFMPEG
@pytest.mark.parametrize("name", ["stretch 0.80", "stretch 1.25", "stretch 1.10, rubberband"])
def test_stretch_changes_the_length_and_keeps_the_pitch(name):
    stretches(name)


@pytest.mark.parametrize("name", named("stretch", "phase vocoder"))
def test_the_phase_vocoder_stretches(name):
    stretches(name)


def stretches(name):
    factor = float(name.split()[1].rstrip(","))
    longer = attacked(name, tone(440))
    assert longer.seconds == pytest.approx(3.0 * factor, rel=0.01)
    # Rubberband detunes a lone tone by up to 2 %.
    assert pitch_of(longer) == pytest.approx(440, rel=0.02)


@HAS_FFMPEG
@pytest.mark.parametrize("name", ["pitch -4", "pitch +0.5", "pitch +1, resampled and stretched"])
def test_pitch_changes_and_the_length_stays(name):
    shifts(name)


@pytest.mark.parametrize("name", named("pitch", "phase vocoder"))
def test_the_phase_vocoder_shifts(name):
    shifts(name)


def shifts(name):
    semitones = float(name.split()[1].rstrip(","))
    other = attacked(name, tone(440))
    assert other.seconds == pytest.approx(3.0, rel=0.01)
    assert 12 * np.log2(pitch_of(other) / 440) == pytest.approx(semitones, abs=0.25)


def test_wow_wavers_by_half_a_percent_and_drift_ends_one_percent_faster():
    def frequency(clip):
        spectrum = np.fft.fft(clip.samples)
        spectrum[len(spectrum) // 2 :] = 0
        phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))
        smooth = np.convolve(np.diff(phase), np.ones(400) / 400, "valid") * RATE / (2 * np.pi)
        return smooth[2000:-2000] / 1000

    wow = frequency(attacked("wow 0.5 %", tone(1000)))
    assert wow.max() == pytest.approx(1.005, abs=5e-4) and wow.min() == pytest.approx(0.995, abs=5e-4)
    drift = frequency(attacked("drift 1 %", tone(1000)))
    assert drift[0] == pytest.approx(1.0004, abs=5e-4) and drift[-1] == pytest.approx(1.0096, abs=5e-4)


@pytest.mark.parametrize("rt60", DIRECT_DECIBELS)
def test_a_room_decays_by_sixty_decibels_in_its_time(rt60):
    tail = response(np.random.default_rng(1), RATE, rt60, 3.0)
    assert 10 * np.log10(1 / np.sum(tail[1:] ** 2)) == pytest.approx(3.0, abs=0.01)
    octave = sosfilt(butter(2, [707, 1414], "band", fs=RATE, output="sos"), tail[int(0.01 * RATE) :])
    # Backward integration (Schroeder 1965), its slope between -5 and -25 dB.
    left = 10 * np.log10(np.cumsum(octave[::-1] ** 2)[::-1] / np.sum(octave**2))
    first, last = np.argmax(left < -5), np.argmax(left < -25)
    assert 60 / 20 * (last - first) / RATE == pytest.approx(rt60, rel=0.15)


def test_an_echo_comes_when_it_says():
    click = Clip.of(np.r_[1.0, np.zeros(RATE)], RATE)
    for name in named("echo"):
        heard = attacked(name, click).samples
        delay = float(name.split()[1]) / 1000
        assert np.argmax(np.abs(heard[1:])) + 1 == round(delay * RATE)


@pytest.mark.parametrize(
    "name, hertz, loss",
    [
        ("low pass 4 kHz", 1000, 0), ("low pass 4 kHz", 7900, 20), ("low pass 2.5 kHz", 6000, 20),
        ("high pass 300 Hz", 1000, 0), ("high pass 300 Hz", 100, 20), ("high pass 1 kHz", 300, 20),
        ("band 300-3400 Hz", 1000, 0), ("band 300-3400 Hz", 100, 20), ("band 300-3400 Hz", 7500, 20),
        ("band 500-2000 Hz", 1000, 0), ("notch 1 kHz", 1000, 20), ("notch 1 kHz", 4000, 0),
        ("resampled 8 kHz", 1000, 0), ("resampled 8 kHz", 6000, 20), ("resampled 6 kHz", 5000, 20),
    ],
)  # fmt: skip
def test_filters_let_through_and_hold_back(name, hertz, loss):
    clip = tone(hertz)
    lost = -decibels(attacked(name, clip).cut(0.5, 2.5), clip.cut(0.5, 2.5))
    assert lost > loss if loss else abs(lost) < 1


def test_an_all_pass_moves_phases_alone(speech):
    passed = attacked("all-pass", speech)
    assert decibels(passed, speech) == pytest.approx(0, abs=0.05)
    assert np.corrcoef(passed.samples, speech.samples)[0, 1] < 0.9


def test_mu_law_is_that_of_g_711():
    # From table 2a of G.711, on the 16-bit scale.
    for linear, decoded in [(0, 0), (1000, 988), (-1000, -988), (32124, 32124), (32767, 32124)]:
        assert round(float(mu_law(np.array([linear / 32768.0]))[0]) * 32768) == decoded


def test_levels_are_what_they_are_called(speech):
    assert decibels(attacked("gain -30 dB", speech), speech) == pytest.approx(-30, abs=0.01)
    assert np.abs(attacked("gain to full scale", speech).samples).max() == pytest.approx(1)
    assert len(np.unique(attacked("8 bits", speech).samples)) <= 255
    clipped = np.abs(attacked("clipped 10 %", speech).samples)
    assert np.mean(clipped >= clipped.max() * 0.9999) == pytest.approx(0.10, abs=0.005)


def test_a_compressor_brings_peaks_and_mean_together(speech):
    crest = lambda clip: np.abs(clip.samples).max() / np.sqrt(clip.power)  # noqa: E731
    assert (
        crest(attacked("compressor 20:1", speech)) < crest(attacked("compressor 4:1", speech)) < crest(speech)
    )


def test_dropout_silences_its_share():
    lost = np.mean(attacked("dropout 30 %", tone(440, 30.0)).samples == 0)
    assert lost == pytest.approx(0.30, abs=0.05)


def test_spectral_subtraction_takes_noise_away(speech):
    noisy = attacked("white noise 10 dB", speech)
    cleaned = attacked("spectral subtraction", noisy)
    pause = np.argsort([speech.cut(t, t + 0.05).power for t in np.arange(0, 2.9, 0.05)])[:10] * 0.05
    level = lambda clip: np.mean([clip.cut(t, t + 0.05).power for t in pause])  # noqa: E731
    assert level(cleaned) < 0.3 * level(noisy)


def test_edits_keep_what_they_say(speech):
    assert attacked("first 0.37 s cut off", speech).seconds == pytest.approx(speech.seconds - 0.37, abs=1e-3)
    assert attacked("crop to the middle half", speech).seconds == pytest.approx(speech.seconds / 2, abs=1e-3)
    assert attacked("crop to 1 s", speech).seconds == pytest.approx(1, abs=1e-3)
    assert attacked("a fifth cut out", speech).seconds == pytest.approx(0.8 * speech.seconds, abs=1e-3)
    assert attacked("silences put in", speech).seconds > speech.seconds + 0.6
    shuffled = attacked("pieces of 1 s shuffled", speech)
    assert sorted(shuffled.samples) == sorted(speech.samples)


def test_between_unmarked_speech_the_marked_third_is_whole(speech):
    marked = speech.with_samples(-speech.samples)
    whole = attacked("between unmarked speech", marked, original=speech)
    third = len(speech.samples)
    assert np.array_equal(whole.samples[third : 2 * third], marked.samples)
    assert np.array_equal(whole.samples[:third], speech.samples[::-1])


def test_griffin_lim_keeps_the_levels_and_no_sample(speech):
    made = attacked("Griffin-Lim, 80 mels", speech).at(RATE)
    length = min(len(made.samples), len(speech.samples))
    assert abs(np.corrcoef(made.samples[:length], speech.samples[:length])[0, 1]) < 0.5
    loudness = [[clip.cut(t, t + 0.1).power for t in np.arange(0, 2.8, 0.1)] for clip in (made, speech)]
    assert np.corrcoef(np.log10(np.add(loudness, 1e-6)))[0, 1] > 0.9


@HAS_FFMPEG
@pytest.mark.parametrize("name", ["MP3 32k", "Opus 6k", "GSM", "codec2 3200", "G.722", "AAC 32k"])
def test_codecs_give_speech_back(name, speech):
    if missing(ATTACKS[name], scene_for(name, "test")):
        pytest.skip(missing(ATTACKS[name], scene_for(name, "test")))
    coded = attacked(name, speech)
    assert coded.seconds == pytest.approx(speech.seconds, abs=0.2)
    assert abs(decibels(coded, speech)) < 3


def test_chance_depends_on_piece_and_attack_alone(speech):
    draw = lambda name, item: scene_for(name, item).rng.random()  # noqa: E731
    assert draw("a", "x") == draw("a", "x") != draw("a", "y")
    assert draw("a", "x") != draw("b", "x")


def test_words_choose_attacks_and_groups():
    assert [one.name for one in chosen(["none", "GSM"])] == ["none", "GSM"]
    assert {one.group for one in chosen(["speed"])} == {"speed"}
    with pytest.raises(ValueError, match="'speeed'"):
        chosen(["speeed"])


def test_what_the_machine_lacks_is_told():
    scene = scene_for("x", "y")
    assert "background" in missing(ATTACKS["music 10 dB"], scene)
    assert "peers" in missing(ATTACKS["HiFi-GAN"], scene)
    assert missing(ATTACKS["none"], scene) is None
