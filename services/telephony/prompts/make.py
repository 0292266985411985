#!/usr/bin/env python3
"""Makes the announcements from texts.toml, and checks that a set of them can be played.

    make.py make all             speak every text again
    make.py make hold greeting   speak only these
    make.py fit FILE ja/hold.wav bring a person's recording to the line's format
    make.py check [FOLDER]       look at every file of a set (default: the one beside this script)

Needs Python 3.11. `make` and `fit` install sox and flite (Debian), and the Japanese voice (PyPI, into
.venv-prompts beside this script); `check` installs nothing. Neither `fit` nor `make` touches a file not named.
"""

import array
import math
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import wave
from pathlib import Path

HERE = Path(__file__).resolve().parent
LANGUAGES = ("ja", "en")
JAPANESE_VOICE = "pyopenjtalk-plus[onnxruntime]==0.4.1.post10"
ENGLISH_VOICE = "rms"

RATE = 8000
EDGE_SECONDS = 0.2
LONGEST_SECONDS = 15.0
# Loudness of ordinary speech on a telephone, with room left so that no codec clips it.
RMS_DBFS = -20.0
PEAK_DBFS = -3.0
# Below this a peak is room noise; what is this near to speech is its first or last breath and stays.
AUDIBLE_DBFS = -40.0
KEPT_SECONDS = 0.06

# flite reads "119" as a quantity; a caller dials digits.
SPOKEN_ENGLISH = {"119": "one one nine", "110": "one one zero"}

# Runs inside the virtual environment: text on standard input, 48 kHz WAV to the path given.
# 0.94: a little slower than the voice's own pace, for a listener who is not at their best.
SPEAK_JAPANESE = """
import sys, wave, numpy, pyopenjtalk
sound, rate = pyopenjtalk.tts(sys.stdin.read(), speed=0.94)
with wave.open(sys.argv[1], "wb") as out:
    out.setnchannels(1); out.setsampwidth(2); out.setframerate(rate)
    out.writeframes(numpy.clip(sound * 0.5, -32768, 32767).astype("<i2").tobytes())
"""


def main(words):
    match words:
        case ["make", *names] if names:
            make(names)
        case ["fit", recording, target]:
            need_debian("sox")
            fit(Path(recording), HERE / target)
        case ["check"]:
            check(HERE)
        case ["check", folder]:
            check(Path(folder))
        case _:
            sys.exit(__doc__)


def texts():
    return tomllib.loads((HERE / "texts.toml").read_text(encoding="utf-8"))


def make(names):
    known = texts()
    chosen = list(known) if names == ["all"] else names
    for name in chosen:
        if name not in known:
            sys.exit(f"no text is named {name}; the names are: {', '.join(known)}")
    need_debian("sox", "flite")
    speakers = {"ja": speak_japanese, "en": speak_english}
    with tempfile.TemporaryDirectory() as scratch:
        for language in LANGUAGES:
            for name in chosen:
                spoken = Path(scratch) / "spoken.wav"
                speakers[language](known[name][language], spoken)
                fit(spoken, HERE / language / f"{name}.wav")


def speak_japanese(text, spoken):
    run(japanese_python(), "-c", SPEAK_JAPANESE, spoken, input=text)


def speak_english(text, spoken):
    for written, said in SPOKEN_ENGLISH.items():
        text = text.replace(written, said)
    run("flite", "-voice", ENGLISH_VOICE, "--setf", "duration_stretch=1.08", "-t", text, "-o", spoken)


def fit(recording, target):
    """Trims, band-limits and levels a recording, and puts the same silence at both ends."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        narrow = Path(scratch) / "narrow.wav"
        run("sox", "-D", recording, "-c", "1", "-b", "16", narrow,
            "rate", "-v", RATE, "sinc", "300-3400", "norm", "-6")
        speech = Path(scratch) / "speech.wav"
        run("sox", "-D", narrow, speech, "trim", *speech_bounds(samples(narrow)))
        levelled = Path(scratch) / "levelled.wav"
        level(speech, levelled)
        # The fades are too short to hear; without them a cut through a sound would click.
        run("sox", "-D", levelled, target, "fade", "t", "0.005", "-0", "0.015", "pad", EDGE_SECONDS, EDGE_SECONDS)


def speech_bounds(heard):
    """Where the speech begins and ends, as sox says it; soft first and last sounds are kept."""
    loud = [at for at, one in enumerate(heard) if decibels(abs(one)) > AUDIBLE_DBFS]
    if not loud:
        sys.exit("nothing can be heard in this recording")
    keep = int(KEPT_SECONDS * RATE)
    return f"{max(loud[0] - keep, 0)}s", f"={min(loud[-1] + keep, len(heard))}s"


def level(source, target):
    """Brings the speech to RMS_DBFS; rounds off its loudest syllables first if they would pass PEAK_DBFS."""
    rms, peak = loudness(samples(source))
    over = (peak - rms) - (PEAK_DBFS - RMS_DBFS)
    if over > 0:
        knee = peak - 2 * over - 3
        squeezed = source.with_name("squeezed.wav")
        run("sox", "-D", source, squeezed, "compand", "0.002,0.08",
            f"-90,-90,{knee:.1f},{knee:.1f},0,{knee * 0.4:.1f}", "0", "-90", "0.002")
        source = squeezed
        rms, peak = loudness(samples(source))
    gain = min(RMS_DBFS - rms, PEAK_DBFS - peak)
    run("sox", "-D", source, target, "gain", f"{gain:.2f}")


def check(folder):
    """Says what each file is like; ends with a fault if any could not be played as it should."""
    faults = 0
    for language in LANGUAGES:
        for name in texts():
            path = folder / language / f"{name}.wav"
            said, wrong = look_at(path)
            print(f"{language}/{name:<25} {said}" + "".join(f"  FAULT: {fault}" for fault in wrong))
            faults += len(wrong)
    if faults:
        sys.exit(f"{faults} faults: see README.md for what a file must be")


def look_at(path):
    try:
        with wave.open(str(path), "rb") as sound:
            form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
    except (OSError, EOFError, wave.Error) as fault:
        return "-", [f"not readable as a PCM WAV file ({fault})"]
    if form != (RATE, 1, 2):
        return "-", [f"{form[0]} Hz, {form[1]} channels, {8 * form[2]} bits; must be {RATE} Hz, 1, 16"]
    heard = samples(path)
    seconds = len(heard) / RATE
    rms, peak = loudness(heard)
    expected = {
        f"longer than {LONGEST_SECONDS:.0f} s": seconds > LONGEST_SECONDS,
        "too quiet to hear": rms < RMS_DBFS - 8,
        "too loud": rms > RMS_DBFS + 5,
        "clipped or nearly so": peak > -0.5,
        "does not begin in silence": loudest(heard[: RATE // 20]) > -40,
        "does not end in silence": loudest(heard[-RATE // 20 :]) > -40,
    }
    said = f"{seconds:5.2f} s  rms {rms:6.2f} dBFS  peak {peak:6.2f} dBFS"
    return said, [fault for fault, is_so in expected.items() if is_so]


def samples(path):
    with wave.open(str(path), "rb") as sound:
        heard = array.array("h", sound.readframes(sound.getnframes()))
    if sys.byteorder == "big":
        heard.byteswap()
    return heard


def loudness(heard):
    power = sum(one * one for one in heard) / max(len(heard), 1)
    return decibels(math.sqrt(power)), loudest(heard)


def loudest(heard):
    return decibels(max((abs(one) for one in heard), default=0))


def decibels(amplitude):
    return 20 * math.log10(max(amplitude, 0.01) / 32768)


def japanese_python():
    python = HERE / ".venv-prompts" / "bin" / "python"
    if not python.exists():
        run(sys.executable, "-m", "venv", python.parent.parent)
        run(python, "-m", "pip", "install", "--quiet", JAPANESE_VOICE)
    return python


def need_debian(*packages):
    missing = [package for package in packages if shutil.which(package) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"install these first: {' '.join(missing)}")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", *missing)


def run(*command, **more):
    subprocess.run([str(word) for word in command], check=True, text=True, **more)


if __name__ == "__main__":
    main(sys.argv[1:])
