"""Who may speak, and how much: limits, roles, commands, monitoring, and all of it for a guard."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from . import _arguments, _native, _samples
from ._roles import RoleDecision, asked, decision, role_parts
from ._tokens import Claims, Tokens, claims, token_parts, whole_seconds


@dataclass(frozen=True)
class Limit:
    """What a limiter says."""

    allowed: bool
    retry_after: float  #: seconds; 0 when allowed, infinite when the cost is above the burst
    remaining: int  #: requests that may still come at once


class RateLimiter:
    """How often a key may ask: a burst, then a steady rate (GCRA). Memory is fixed. Any thread may use it."""

    #: The Lua script by which many machines share limits in Redis or Valkey; see docs/SECURITY-MODEL.md.
    SCRIPT: str = _native.RateLimiter.script()

    def __init__(self, *, per_minute: int, burst: int, max_keys: int = 65536) -> None:
        per_minute = _small(per_minute, "per_minute", 2**32)
        burst, max_keys = _small(burst, "burst", 2**32), _small(max_keys, "max_keys", 2**32)
        self._native = _native.RateLimiter(per_minute, burst, max_keys)

    def check(self, key: str, now: Optional[float] = None, *, cost: int = 1) -> Limit:
        """Decides about one request. ``now`` is in seconds; without, a clock that never goes back."""
        moment = time.monotonic() if now is None else _number(now, "now")
        return Limit(*self._native.check(_arguments.text(key, "key"), _small(cost, "cost", 2**32), moment))

    def forget(self, key: str) -> None:
        """The key has its whole burst again."""
        self._native.forget(_arguments.text(key, "key"))


@dataclass(frozen=True)
class CommandDecision:
    """Whether a command may be carried out."""

    allowed: bool
    code: Optional[str]  #: why not, as a stable name
    reason: str
    argument: Optional[str]


class Commands:
    """Commands that a voice may give: a list with typed arguments. It decides; it runs and changes nothing."""

    def __init__(self, rules: Union[Mapping[str, Any], str]) -> None:
        self._native = _native.Commands(_arguments.json_text(rules, "commands"))

    def check(self, name: str, arguments: Optional[Mapping[str, Any]] = None) -> CommandDecision:
        """Whether ``name`` may be given with these arguments."""
        given = _arguments.json_text({} if arguments is None else arguments, "arguments")
        return CommandDecision(**json.loads(self._native.check(_arguments.text(name, "name"), given)))


@dataclass(frozen=True)
class Alert:
    """Too many of one event from one source."""

    event: str
    source: str
    count: int
    time: float


class Monitor:
    """Counts events, watches windows, raises alerts: returned, and handed to ``on_alert`` where given."""

    def __init__(
        self,
        rules: Union[Mapping[str, Any], str, None] = None,
        *,
        on_alert: Optional[Callable[[Alert], object]] = None,
    ) -> None:
        if on_alert is not None and not callable(on_alert):
            raise TypeError(f"on_alert is a {type(on_alert).__name__}: accepted is a function of an Alert")
        self._native = _native.Monitor(None if rules is None else _arguments.json_text(rules, "rules"))
        self._on_alert = on_alert

    def record(self, event: str, *, source: str = "", now: Optional[float] = None) -> List[Alert]:
        """Counts an event. ``now`` is in seconds; without, the clock's."""
        moment = time.time() if now is None else _number(now, "now")
        event, source = _arguments.text(event, "event"), _arguments.text(source, "source")
        raised = _alerts(self._native.record(event, source, moment))
        if self._on_alert is not None:
            for alert in raised:
                self._on_alert(alert)
        return raised

    def snapshot(self) -> Dict[str, Any]:
        """All counters."""
        return dict(json.loads(self._native.metrics("json")))

    def prometheus(self) -> str:
        """All counters in Prometheus' text format."""
        return self._native.metrics("prometheus")

    def panic(self, reason: str) -> None:
        """Sets the switch that denies everything."""
        self._native.panic(_arguments.text(reason, "reason"))

    def lift(self) -> bool:
        """Lifts it. Whether it was set."""
        return self._native.lift()

    @property
    def panicking(self) -> bool:
        """Whether it is set."""
        return self._native.panicking()


@dataclass(frozen=True)
class Answer:
    """What to do with a request, and what to tell whoever sent it."""

    allowed: bool
    reason: Optional[str]  #: why not, as a stable name such as ``rate_limit``
    message: str
    http_status: int
    close_code: int  #: of a WebSocket
    retry_after: Optional[float]  #: seconds
    client: Optional[str] = None  #: the client's address, as far as trusted proxies tell


@dataclass(frozen=True)
class AudioFinding:
    """Something noticed about audio."""

    code: str
    refuses: bool
    message: str


@dataclass(frozen=True)
class AudioReport:
    """What was found out about audio that came in."""

    accepted: bool
    container: Optional[str]
    rate: Optional[int]
    channels: Optional[int]
    seconds: Optional[float]
    quality: Optional[Dict[str, Any]]
    findings: Tuple[AudioFinding, ...]


class Access:
    """All that decides who may speak and how much, from one configuration.

    ``config`` is a dict, JSON text or the name of a profile; without, the default. A `Guard` has one.
    """

    def __init__(self, config: Union[Mapping[str, Any], str, None] = None) -> None:
        self._native = _native.Access(None if config is None else config_json(config))

    def reload(self, config: Union[Mapping[str, Any], str]) -> None:
        """Takes over another configuration at once; one that cannot be used changes nothing."""
        self._native.reload(config_json(config))

    def check_request(
        self,
        *,
        origin: Optional[str] = None,
        peer: Optional[str] = None,
        forwarded_for: Optional[str] = None,
        session: Optional[str] = None,
        client: Optional[str] = None,
    ) -> Answer:
        """Judges where a request comes from."""
        return answer(self._native.check_request(origin, peer, forwarded_for, session, client))

    def check_message(self, data: Union[str, bytes]) -> Answer:
        """Judges a message of a WebSocket: text is str, binary is bytes."""
        if isinstance(data, str):
            return answer(self._native.check_message(_arguments.text(data, "data").encode(), False))
        return answer(self._native.check_message(bytes(data), True))

    def check_rate(self, kind: str, key: str, now: Optional[float] = None) -> Limit:
        """Counts one request of a kind with a limit of its own (``rate.kinds``)."""
        moment = time.monotonic() if now is None else _number(now, "now")
        return Limit(*self._native.check_rate(_arguments.text(kind, "kind"), _arguments.text(key, "key"), moment))

    def check_audio(self, data: Union[bytes, str], *, base64: bool = False) -> AudioReport:
        """Judges an upload: length, container, header, samples."""
        raw = data.encode("ascii", "replace") if isinstance(data, str) else bytes(data)
        return _report(self._native.check_audio(raw, base64 or isinstance(data, str)))

    def check_samples(self, samples: Any, sample_rate: int, channels: int = 1) -> AudioReport:
        """Judges float32 samples, or s16le bytes, that were decoded elsewhere."""
        rate, count = _arguments.sample_rate(sample_rate), _arguments.channels(channels)
        data, layout = _samples.read(samples, count)
        if layout.kind != "f32":
            raise TypeError("samples are 16-bit: accepted are float32 samples")
        return _report(self._native.check_samples(data, rate, count))

    def check_role(self, *, role: str, permission: str, resource: str) -> RoleDecision:
        """Whether a role of this configuration has ``permission`` over ``resource``."""
        return decision(self._native.check_role(*role_parts(role, permission, resource)))

    def check(
        self,
        *,
        permission: str,
        resource: str,
        subject: Optional[str] = None,
        role: Optional[str] = None,
        scopes: Iterable[str] = (),
        context: Optional[Mapping[str, Any]] = None,
    ) -> RoleDecision:
        """Whether somebody may do something: by the policies of this configuration (``cedar``), else by its roles."""
        return decision(self._native.check(asked(permission, resource, subject, role, scopes, context)))

    def tokens(self, algorithm: str, key: bytes, *, issuer: str, audience: str, **options: Any) -> Tokens:
        """Tokens of this configuration: what the options leave out of ``ttl``, ``leeway`` and ``single_use``, it says.

        ``algorithm`` is ``HS256``, ``ES256`` or ``EdDSA``; key and options are those of `Tokens`.
        """
        parts = token_parts(key, issuer, audience, options)
        return Tokens(self._native.tokens(_arguments.text(algorithm, "algorithm"), *parts))

    def on_alert(self, told: Optional[Callable[[Alert], object]]) -> None:
        """Tells ``told`` of each alert at once, on the thread that raises it; ``None``: nobody any more.

        It may use this access, as ``access.panic``. What it raises goes to `sys.unraisablehook`: the request that raised
        the alert is answered as ever, and the alert is among `alerts` too where a refusal raised it.
        """
        if told is not None and not callable(told):
            raise TypeError(f"told is a {type(told).__name__}: accepted are a function of an Alert, and None")
        self._native.on_alert(None if told is None else _Told(told))

    def check_command(
        self,
        name: str,
        arguments: Optional[Mapping[str, Any]] = None,
        *,
        source: str = "",
        now: Optional[float] = None,
    ) -> CommandDecision:
        """Whether a voice may give a command of this configuration. A refusal counts as ``suspicious_command``."""
        given, moment = _arguments.json_text({} if arguments is None else arguments, "arguments"), time.time() if now is None else now
        name, source = _arguments.text(name, "name"), _arguments.text(source, "source")
        return CommandDecision(**json.loads(self._native.check_command(name, given, source, _number(moment, "now"))))

    def verify_token(self, tokens: Tokens, token: str, *, source: str = "", now: Optional[float] = None) -> Claims:
        """What a token says; `TokenError` says why it is not to be believed, and counts as ``auth_failure``.

        One that was issued before the moment of `revoke_all` is refused.
        """
        if not isinstance(tokens, Tokens):
            raise TypeError(f"tokens is a {type(tokens).__name__}: accepted is a voxguard.Tokens")
        moment = whole_seconds(now)
        token, source = _arguments.text(token, "token"), _arguments.text(source, "source")
        return claims(self._native.verify_token(tokens._native, token, source, moment))

    def revoke_all(self, before: float) -> None:
        """Refuses, in `verify_token`, all tokens that were issued before this second."""
        self._native.revoke_all(whole_seconds(before))

    def record(self, event: str, *, source: str = "", now: Optional[float] = None) -> List[Alert]:
        """Counts an event; the alerts that it raises."""
        moment = time.time() if now is None else _number(now, "now")
        event, source = _arguments.text(event, "event"), _arguments.text(source, "source")
        return _alerts(self._native.record(event, source, moment))

    def alerts(self) -> List[Alert]:
        """Takes the alerts that refusals have raised since the last call."""
        return _alerts(self._native.alerts())

    def panic(self, reason: str) -> None:
        """Denies everything until `lift`. What is under way goes on."""
        self._native.panic(_arguments.text(reason, "reason"))

    def lift(self) -> bool:
        """Ends the panic. Whether there was one."""
        return self._native.lift()

    def snapshot(self) -> Dict[str, Any]:
        """All counters, and what is in flight."""
        return dict(json.loads(self._native.metrics("json")))

    def prometheus(self) -> str:
        """All counters in Prometheus' text format."""
        return self._native.metrics("prometheus")


def answer(source: str) -> Answer:
    """An answer from the native module's JSON."""
    return Answer(**json.loads(source))


def config_json(config: Union[Mapping[str, Any], str]) -> str:
    """A configuration as JSON text; a profile's name becomes a document."""
    if isinstance(config, str) and config.lstrip()[:1] != "{":
        return json.dumps({"version": 1, "profile": _arguments.text(config, "config")})
    return _arguments.json_text(config, "config")


def _alerts(source: str) -> List[Alert]:
    return [_alert(one) for one in json.loads(source)]


def _alert(parts: Mapping[str, Any]) -> Alert:
    return Alert(parts["event"], parts["source"], parts["count"], parts["time"])


class _Told:
    """What the native module calls with an alert as JSON."""

    def __init__(self, told: Callable[[Alert], object]) -> None:
        self._told = told

    def __call__(self, source: str) -> None:
        self._told(_alert(json.loads(source)))

    def __repr__(self) -> str:
        return f"<on_alert {self._told!r}>"


def _report(source: str) -> AudioReport:
    parts = json.loads(source)
    parts["findings"] = tuple(AudioFinding(**finding) for finding in parts["findings"])
    return AudioReport(**parts)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} is a {type(value).__name__}: accepted are seconds, an int or a float")
    return float(value)


def _small(value: object, name: str, most: int) -> int:
    number = _arguments.integer(value, name)
    if not 0 <= number < most:
        raise _arguments.argument_error(f"{name} is {number}: accepted are 0 to {most - 1}")
    return number
