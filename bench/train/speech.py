"""More speech to train on, from packages whose terms allow it.

    python speech.py OUT_DIR [SENTENCES]

hibari-tts (PyPI, Apache-2.0, voice heart) and flite (Debian, CMU's own free terms; voices rms and slt) speak sentences
that are put together here. Voices that are held out (flite awb and kal among them) are not used. Writes WAV files.
"""
import random, subprocess, sys
import numpy as np
import soundfile as sf

WHO = "The captain|My sister|A young doctor|Our neighbour|The old teacher|Nobody|Everyone in the village|The night porter|A quiet student|The gardener".split("|")
DID = "opened|painted|forgot|repaired|described|carried|measured|sold|borrowed|photographed".split("|")
WHAT = "the wooden boat|seventeen yellow boxes|a very short letter|the bridge over the river|her favourite jacket|those fresh vegetables|an unusual machine|the kitchen window|both maps|his grandfather's watch".split("|")
WHEN = "before breakfast|on Thursday at half past six|while the rain was falling|in the middle of June|without saying a word|again and again|just in time|although nobody asked|near the harbour|for the third time".split("|")
ASK = "Could you please repeat that?|How far is it to the station?|Why would anyone choose such a colour?|Shall we begin?|What happens if it is too late?|Thank you, that was wonderful!|Turn left after two hundred metres.|Your order number is four, nine, zero, three.".split("|")


def sentence(draw):
    if draw.random() < 0.2:
        return draw.choice(ASK)
    told = f"{draw.choice(WHO)} {draw.choice(DID)} {draw.choice(WHAT)} {draw.choice(WHEN)}."
    return told if draw.random() < 0.7 else f"{told[:-1]}, and {draw.choice(WHO).lower()} {draw.choice(DID)} {draw.choice(WHAT)}."


def main(out, sentences="60"):
    from hibari import Hibari
    draw, voice = random.Random(1), Hibari()
    for n in range(int(sentences)):
        text = " ".join(sentence(draw) for _ in range(2))
        samples = np.concatenate(list(voice.stream(text, seed=n)))
        sf.write(f"{out}/hibari_more_{n}.wav", samples.clip(-1, 1), 24000)
        for name in ("rms", "slt"):
            text = " ".join(sentence(draw) for _ in range(2))
            subprocess.run(["flite", "-voice", name, "-t", text, "-o", f"{out}/flite_{name}_more_{n}.wav"], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
