"""Access and hardening: what the issue shows, and what must be refused."""

import base64
import json
import os
import stat
import threading
import time

import pytest

import voxguard

SECRET = bytes(range(32))


def test_what_the_issue_shows_works_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    secret = SECRET
    # From here on word for word.
    limiter = voxguard.RateLimiter(per_minute=60, burst=10)
    assert limiter.check("key-1", now=0.0).allowed
    assert limiter.check("key-1", now=0.0).retry_after == 0.0
    tokens = voxguard.Tokens.hs256(secret, issuer="tts", audience="api")
    t = tokens.issue("user-1", role="user", now=1000, ttl=900)
    assert isinstance(t, str)
    assert tokens.verify(t, now=1100).subject == "user-1"
    assert issubclass(voxguard.TokenError, ValueError)
    keys = voxguard.ApiKeys(store="sqlite:///access.db")
    issued = keys.issue("user-1", scopes=["synthesize"], expires=None)
    assert keys.verify(issued.secret, now=5).subject == "user-1"
    assert keys.revoke(issued.id)
    assert voxguard.Roles.preset().check(role="guest", permission="synthesize", resource="voice/heart").allowed
    sealer = voxguard.Sealer(voxguard.SealKey.generate())
    assert sealer.open(sealer.seal(b"...", aad=b"id-7"), aad=b"id-7") == b"..."
    monitor = voxguard.Monitor()
    assert monitor.record("auth_failure", source="10.0.0.9", now=3.0) == []
    commands = voxguard.Commands({"echo": {"message": {"type": "string", "max_length": 100}}})
    assert commands.check("echo", {"message": "hi"}).allowed
    assert isinstance(voxguard.config.explain(profile="baseline"), dict)


def test_one_access_decides_about_roles_commands_and_tokens():
    access = voxguard.Access({"version": 1, "commands": {"stop": {}}})
    assert access.check_role(role="guest", permission="detect", resource="voice/heart").allowed
    assert not access.check_role(role="guest", permission="clone_voice", resource="voice/heart").allowed
    assert access.check_command("stop").allowed
    assert [access.check_command("rm", source="10.0.0.9", now=1).code for _ in range(3)] == ["unknown_command"] * 3
    tokens = voxguard.Tokens.hs256(SECRET, issuer="tts", audience="api")
    token = tokens.issue("user-1", now=1000)
    assert access.verify_token(tokens, token, now=1001).subject == "user-1"
    access.revoke_all(1001)
    for _ in range(5):
        with pytest.raises(voxguard.TokenError, match="revoked"):
            access.verify_token(tokens, token, source="10.0.0.9", now=1001)
    assert [alert.event for alert in access.alerts()] == ["suspicious_command", "auth_failure"]


def test_tokens_of_an_access_last_as_its_configuration_says():
    access = voxguard.Access({"version": 1, "tokens": {"ttl_seconds": 60, "leeway_seconds": 5, "single_use": True}})
    tokens = access.tokens("HS256", SECRET, issuer="tts", audience="api")
    token = tokens.issue("user-1", now=1000)
    assert access.verify_token(tokens, token, now=1064).expires == 1060
    with pytest.raises(voxguard.TokenError, match="used already") as refused:
        access.verify_token(tokens, token, now=1064)
    assert refused.value.code == "replayed"
    with pytest.raises(voxguard.TokenError, match="expired"):
        tokens.verify(tokens.issue("user-1", now=1000), now=1065)
    longer = access.tokens("HS256", SECRET, issuer="tts", audience="api", ttl=600)
    assert longer.verify(longer.issue("user-1", now=1000), now=1500).subject == "user-1"
    with pytest.raises(TypeError, match="no option 'lifetime'"):
        access.tokens("HS256", SECRET, issuer="tts", audience="api", lifetime=1)
    with pytest.raises(voxguard.VoxguardValueError, match="accepted are"):
        access.tokens("none", SECRET, issuer="tts", audience="api")


def test_who_asked_to_hear_of_alerts_hears_each_at_once_and_fails_alone(monkeypatch):
    access = voxguard.Access()
    told = []

    def panic(alert):
        told.append(alert)
        access.panic("too much of it")

    def fail(source):
        return [len(access.record("auth_failure", source=source, now=1)) for _ in range(5)]

    access.on_alert(panic)
    assert fail("10.0.0.9") == [0, 0, 0, 0, 1]
    assert told == [voxguard.Alert("auth_failure", "10.0.0.9", 5, 1.0)]
    assert access.lift()
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)

    def broken(alert):
        raise RuntimeError("of the host")

    access.on_alert(broken)
    assert fail("10.0.0.8") == [0, 0, 0, 0, 1]
    assert [str(one.exc_value) for one in unraisable] == ["of the host"]
    access.on_alert(None)
    assert fail("10.0.0.7") == [0, 0, 0, 0, 1]
    assert (len(told), len(unraisable)) == (1, 1)
    with pytest.raises(TypeError, match="told is a int"):
        access.on_alert(7)


def test_a_refusal_on_any_thread_tells_of_its_alert():
    access = voxguard.Access({"version": 1, "commands": {"stop": {}}})
    told = []
    access.on_alert(lambda alert: told.append((alert.source, threading.current_thread().name)))

    def ask(source):
        for _ in range(3):
            assert not access.check_command("rm", source=source, now=1).allowed

    threads = [threading.Thread(target=ask, args=(f"10.0.0.{n}",), name=f"10.0.0.{n}") for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [(f"10.0.0.{n}", f"10.0.0.{n}") for n in range(8)]
    assert len(access.alerts()) == 8


def test_policies_in_cedar_decide_or_the_library_says_that_it_was_built_without():
    policies = """@id("short") permit(principal in Role::"guest", action == Action::"synthesize", resource in Voice::"public")
        when { context.seconds <= 60 };"""
    asked = {"role": "guest", "permission": "synthesize", "resource": "voice/public/heart"}
    try:
        cedar = voxguard.Cedar(policies)
    except voxguard.VoxguardValueError as error:
        assert error.status_name == "VG_ERR_FEATURE" and "feature `cedar`" in error.message
        with pytest.raises(voxguard.VoxguardValueError, match="VG_ERR_FEATURE"):
            voxguard.Access({"version": 1, "cedar": {"policies": policies}})
    else:
        assert cedar.check(**asked, context={"seconds": 12}).policies == ("short",)
        assert not cedar.check(**asked, context={"seconds": 61}).allowed
        assert "seconds" in cedar.check(**asked).errors[0]
        assert voxguard.Access({"version": 1, "cedar": {"policies": policies}}).check(**asked, context={"seconds": 1}).allowed
        with pytest.raises(voxguard.VoxguardValueError, match="policies"):
            voxguard.Cedar("permit(")
    # Where roles decide, the same question is asked of them.
    access = voxguard.Access()
    assert access.check(**asked, scopes=["synthesize"]).allowed
    assert "names no role" in access.check(permission="detect", resource="voice/heart").reason
    with pytest.raises(TypeError, match="policies is a int"):
        voxguard.Cedar(7)
    with pytest.raises(voxguard.VoxguardValueError, match="no JSON form"):
        access.check(**asked, context={"seconds": object()})


def test_a_limiter_lets_a_burst_pass_and_says_when_to_come_back():
    limiter = voxguard.RateLimiter(per_minute=60, burst=10)
    assert limiter.check("key-1", now=0.0).allowed
    assert sum(limiter.check("key-1", now=0.0).allowed for _ in range(20)) == 9
    refused = limiter.check("key-1", now=0.5)
    assert not refused.allowed and refused.retry_after == pytest.approx(0.5)
    assert limiter.check("key-1", now=1.0).allowed and limiter.check("key-2", now=0.0).allowed
    for now in (float("nan"), -1.0, float("inf")):
        with pytest.raises(ValueError):
            limiter.check("key-1", now=now)
    with pytest.raises(voxguard.VoxguardValueError, match="accepted"):
        voxguard.RateLimiter(per_minute=0, burst=1)


@pytest.mark.parametrize("make", ["hs256", "es256", "eddsa"])
def test_a_token_says_who_holds_it_until_it_expires(make):
    tokens = getattr(voxguard.Tokens, make)(SECRET, issuer="tts", audience="api")
    token = tokens.issue("user-1", role="user", now=1000, ttl=900)
    claims = tokens.verify(token, now=1100)
    assert (claims.subject, claims.role) == ("user-1", "user")
    for now, code in ((1900, "expired"), (999, "early")):
        with pytest.raises(voxguard.TokenError) as refused:
            tokens.verify(token, now=now)
        assert refused.value.code == code and isinstance(refused.value, ValueError)
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    with pytest.raises(voxguard.TokenError, match="algorithm"):
        tokens.verify(header + "." + token.split(".")[1] + ".", now=1100)
    tokens.revoke_all(1001)
    with pytest.raises(voxguard.TokenError, match="revoked"):
        tokens.verify(token, now=1100)


def test_a_token_may_be_used_once_where_once_is_all():
    tokens = voxguard.Tokens.hs256(SECRET, issuer="tts", audience="api", single_use=True)
    token = tokens.issue("user-1", now=1000)
    tokens.verify(token, now=1000)
    with pytest.raises(voxguard.TokenError, match="used already"):
        tokens.verify(token, now=1000)


def test_an_api_key_holds_until_it_is_revoked(tmp_path):
    keys = voxguard.ApiKeys(store=f"sqlite:///{tmp_path}/access.db")
    issued = keys.issue("user-1", scopes=["synthesize"], expires=None)
    assert keys.verify(issued.secret, now=5).subject == "user-1"
    assert issued.secret not in repr(issued)
    successor = keys.rotate(issued.id, grace=10, now=100)
    assert keys.verify(issued.secret, now=109).id == issued.id
    with pytest.raises(voxguard.ApiKeyError, match="expired"):
        keys.verify(issued.secret, now=110)
    assert keys.revoke(successor.id)
    with pytest.raises(voxguard.ApiKeyError, match="revoked"):
        keys.verify(successor.secret)
    with pytest.raises(voxguard.ApiKeyError, match="not an API key"):
        keys.verify("hunter2")
    assert [key.id for key in keys.list("user-1")] == [successor.id, issued.id]
    assert issued.secret.split(".")[1].encode() not in (tmp_path / "access.db").read_bytes()
    keys.close()


def test_roles_deny_what_nobody_granted():
    roles = voxguard.Roles.preset()
    assert roles.check(role="guest", permission="synthesize", resource="voice/heart").allowed
    assert not roles.check(role="guest", permission="clone_voice", resource="voice/heart").allowed
    assert not roles.check(role="nobody", permission="synthesize", resource="voice/heart").allowed
    own = voxguard.Roles({"version": 1, "roles": {"r": {"allow": [{"permission": "detect", "resources": ["a/*"]}]}}})
    assert own.check(role="r", permission="detect", resource="a/b").reason == "allowed by role r: detect of a/*"
    with pytest.raises(voxguard.VoxguardValueError, match="itself"):
        voxguard.Roles({"version": 1, "roles": {"r": {"inherits": ["r"]}}})


def test_commands_are_listed_or_refused():
    commands = voxguard.Commands({"echo": {"message": {"type": "string", "max_length": 100}}})
    given = {"message": "hi"}
    assert commands.check("echo", given).allowed and given == {"message": "hi"}
    assert commands.check("rm", {}).code == "unknown_command"
    assert commands.check("echo", {"message": "x" * 101}).code == "length"
    assert commands.check("echo", {"message": "a\x1b[2J"}).code == "control_character"


def test_sealed_bytes_open_with_their_binding_alone(tmp_path):
    key = voxguard.SealKey.generate()
    sealer = voxguard.Sealer(key)
    sealed = sealer.seal(b"...", aad=b"id-7")
    assert sealer.open(sealed, aad=b"id-7") == b"..."
    with pytest.raises(voxguard.VoxguardValueError, match="VG_ERR_SEAL"):
        sealer.open(sealed, aad=b"id-8")
    assert voxguard.Sealer(voxguard.SealKey.generate(), retired=[key]).open(sealed, aad=b"id-7") == b"..."

    audio = bytes(range(256)) * 100
    stream = sealer.seal_audio(audio, aad=b"a", chunk_bytes=1000)
    assert sealer.open_audio(stream, aad=b"a") == audio
    assert sealer.open_audio_chunk(stream, 3, aad=b"a") == audio[3000:4000]
    with pytest.raises(voxguard.VoxguardValueError):
        sealer.open_audio(stream[:-1], aad=b"a")

    path = tmp_path / "seal.key"
    with pytest.raises(voxguard.VoxguardValueError, match="does not exist"):
        voxguard.SealKey.from_file(path)
    made = voxguard.SealKey.from_file(path, create=True)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert voxguard.SealKey.from_file(path).id == made.id
    wrapped = made.wrap("correct horse")
    again, outdated = voxguard.SealKey.unwrap(wrapped, "correct horse")
    assert again.id == made.id and not outdated
    with pytest.raises(voxguard.VoxguardValueError, match="password"):
        voxguard.SealKey.unwrap(wrapped, "wrong")


def test_a_monitor_raises_an_alert_at_its_threshold_and_tells_the_callback():
    told = []
    monitor = voxguard.Monitor(on_alert=told.append)
    alerts = [monitor.record("auth_failure", source="10.0.0.9", now=3.0 + n) for n in range(6)]
    assert [len(a) for a in alerts] == [0, 0, 0, 0, 1, 0]
    assert alerts[4][0].source == "10.0.0.9" and told == alerts[4]
    assert monitor.snapshot()["events"]["auth_failure"] == 6
    assert 'voxguard_events_total{event="auth_failure"} 6' in monitor.prometheus()
    with pytest.raises(ValueError, match="accepted are"):
        monitor.record("boredom", now=1.0)


def test_a_configuration_is_explained():
    explained = voxguard.config.explain(profile="baseline")
    assert explained["config"]["text"]["max_characters"] == 1000
    assert explained["settings"]["audio.max_seconds"]["value"] == 300
    assert explained["settings"]["rate.burst"]["from"] == "profile"
    assert voxguard.config.schema()["required"] == ["version"]
    with pytest.raises(voxguard.VoxguardValueError, match="accepted are default"):
        voxguard.config.explain(profile="lax")
    with pytest.raises(voxguard.VoxguardValueError, match="unknown field"):
        voxguard.Access({"version": 1, "txt": {}})


def test_a_guard_turns_away_who_asks_too_often_and_too_much(key):
    guard = voxguard.Guard(key=key, access={"version": 1, "audio": {"max_seconds": 0.5}}, sample_rate=8000)
    allowed = [guard.utterance(subject="user-1", voice="heart", text="One.") for _ in range(11)]
    assert [u.allowed for u in allowed] == [True] * 10 + [False]
    answer = allowed[10].answer
    assert answer is not None and answer.http_status == 429 and answer.retry_after
    with allowed[0] as u:
        u.mark(bytes(2 * 4000))
        with pytest.raises(voxguard.VoxguardValueError, match="VG_ERR_AUDIO_LENGTH"):
            u.mark(bytes(2))
        u.finish()
    guard.access.panic("a key has leaked")
    refused = guard.utterance(voice="heart", text="One.").answer
    assert refused is not None and refused.reason == "panic"
    assert guard.access.lift() and guard.utterance(voice="heart", text="One.").allowed
    guard.access.reload("development")
    assert guard.utterance(subject="user-1", voice="heart", text="One.").allowed


def test_uploads_are_judged_before_they_are_decoded():
    access = voxguard.Access({"version": 1, "intake": {"max_bytes": 100}})
    assert access.check_audio("!" * 1000).findings[0].code == "too_large"
    assert access.check_audio(b"#!/bin/sh").findings[0].code == "container"
    answer = voxguard.Access(
        {"version": 1, "requests": {"origins": ["https://a.example"], "without_origin": False}}
    ).check_request(origin="https://evil.example")
    assert (answer.http_status, answer.close_code) == (403, 1008)
    assert access.check_message(b"x" * (1 << 21)).close_code == 1009
    assert access.check_request(session="a\n").http_status == 400


def test_a_hundred_utterances_stream_at_once_and_the_next_is_told_to_wait(key, tmp_path):
    access = {"version": 1, "admission": {"utterances": 100, "share": 1.0}, "rate": {"per_minute": 0}}
    ledger = voxguard.Ledger(f"sqlite:///{tmp_path}/crowd.db", key=key)
    guard = voxguard.Guard(key=key, access=access, ledger=ledger, sample_rate=8000)
    chunk, chunks, done = bytes(2 * 160), 50, []
    begun = [guard.utterance(subject=f"user-{n}", voice="heart", text="One.") for n in range(100)]
    late = guard.utterance(subject="user-100", voice="heart", text="One.")
    assert not late.allowed and late.answer is not None and late.answer.http_status == 503
    assert late.answer.retry_after

    def speak(n, u):
        start, out = time.monotonic(), 0
        for at in range(chunks):
            # Real time: a chunk of 20 ms when it is due.
            time.sleep(max(0.0, start + 0.02 * at - time.monotonic()))
            out += len(u.mark(chunk))
            if n % 10 == 9 and at == chunks // 2:
                # The listener has gone: nobody finishes it.
                with u:
                    return
        out += len(u.finish())
        done.append(out == chunks * len(chunk))

    threads = [threading.Thread(target=speak, args=(n, u)) for n, u in enumerate(begun)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 90
    records = [ledger.get(seq) for seq in range(1, len(ledger) + 1)]
    assert sorted(record.outcome for record in records) == ["aborted"] * 10 + ["complete"] * 90
    assert guard.access.snapshot()["in_flight"]["utterances"] == 0
    assert guard.utterance(subject="user-100", voice="heart", text="One.").allowed
