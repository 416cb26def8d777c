"""Content Credentials with our mark as their soft binding, signed and read by the C2PA project's own library.

``cargo xtask test`` installs what it needs (``pip install c2pa-python cryptography``); skipped without.
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import wave
from typing import Any

import pytest

import voxguard
from conftest import CLIP, read_wav

c2pa = pytest.importorskip("c2pa")
x509 = pytest.importorskip("cryptography.x509")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402


def certificate(subject: str, issuer: str, key: Any, by: Any, authority: bool) -> bytes:
    def name(common: str) -> Any:
        oid = x509.NameOID
        parts = [(oid.ORGANIZATION_NAME, "voxguard tests"), (oid.COMMON_NAME, common)]
        return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])

    now, day = datetime.datetime.now(datetime.timezone.utc), datetime.timedelta(days=1)
    usage = [not authority, False, False, False, False, authority, authority, False, False]
    made = (
        x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(*usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not authority:
        uses = [x509.ExtendedKeyUsageOID.EMAIL_PROTECTION]
        made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    signed: bytes = made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return signed


@pytest.fixture(scope="module")
def signer() -> Any:
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = certificate("leaf", "root", leaf, root, False) + certificate("root", "root", root, root, True)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = leaf.private_bytes(encoding, form, serialization.NoEncryption())
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, secret, None))


def wav(samples: Any, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def test_a_signed_file_leads_to_its_record_with_and_without_its_manifest(key: Any, signer: Any) -> None:
    clip, rate = read_wav(CLIP)
    ledger = voxguard.Ledger("sqlite::memory:", key=key)
    guard = voxguard.Guard(key=key, ledger=ledger, sample_rate=rate)
    with guard.utterance(text="Good morning.", voice="heart", model="hibari-tts") as utterance:
        parts = [utterance.mark(clip), utterance.finish()]
    record = utterance.record
    assert record is not None and record.mark is not None
    import numpy as np

    speech = wav(np.concatenate(parts), rate)

    assertions = ledger.ask("c2pa", seq=record.seq, generator="hibari-tts")
    definition = {
        "claim_generator_info": [{"name": "voxguard tests"}],
        "format": "audio/wav",
        "title": "speech.wav",
        "assertions": assertions,
    }
    signed = io.BytesIO()
    c2pa.Builder(definition).sign(signer, "audio/wav", io.BytesIO(speech), signed)
    signed.seek(0)
    reader = c2pa.Reader("audio/wav", signed)
    # The signature and every hash hold; that nobody trusts our certificate is as it should be.
    assert str(reader.get_validation_state()).endswith("Valid")
    read = json.loads(reader.json())
    assert {status["code"] for status in read["validation_status"]} == {"signingCredential.untrusted"}
    manifest = read["manifests"][read["active_manifest"]]
    found = {assertion["label"]: assertion["data"] for assertion in manifest["assertions"]}
    assert found == {assertion["label"]: assertion["data"] for assertion in assertions}
    [action] = found["c2pa.actions.v2"]["actions"]
    assert action["action"] == "c2pa.created" and action["digitalSourceType"].endswith("trainedAlgorithmicMedia")

    # From the soft binding to the record.
    binding = found["c2pa.soft-binding"]
    assert binding["alg"] == "org.voxguard.mark.1"
    bound = base64.b64decode(binding["blocks"][0]["value"]).decode()
    assert bound == f"{key.id}:{record.mark:08x}"

    # Stripped of its manifest, the sound still says it.
    signed.seek(0)
    with wave.open(signed) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    detection = voxguard.detect(samples, rate, keys=[key])
    assert detection.mark == record.mark and ledger.find(mark=detection.mark) == (record,)

    # A sample that was changed is told by the hard binding.
    broken = bytearray(signed.getvalue())
    broken[broken.index(b"data") + 5000] ^= 1
    reader = c2pa.Reader("audio/wav", io.BytesIO(bytes(broken)))
    assert not str(reader.get_validation_state()).endswith("Valid") or "dataHash.mismatch" in reader.json()
