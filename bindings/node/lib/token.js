'use strict';

const { native: addon } = require('./addon.js');
const { bytes, flag, maybe, oneOf, options, string, strings, wholeSeconds } = require('./check.js');
const { VoxguardError, call } = require('./error.js');
const { Handle, native } = require('./handle.js');

const ALGORITHMS = ['HS256', 'ES256', 'EdDSA'];
const OPTIONS = ['issuer', 'audience', 'typ', 'leeway', 'ttl', 'keyId', 'public', 'singleUse'];
const MADE = Symbol('voxguard.Tokens');

/** A token that is not to be believed; `reason` is a stable name such as `expired`. */
class TokenError extends VoxguardError {
  constructor(message, reason) {
    super('VG_ERR_ARGUMENT', message);
    this.reason = reason;
  }
}

Object.defineProperty(TokenError.prototype, 'name', { value: 'TokenError', writable: true, configurable: true });

/** JSON Web Tokens, issued and verified. The algorithm belongs to the key. */
class Tokens extends Handle {
  constructor(token, held) {
    if (token !== MADE) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'tokens are made by Tokens.hs256(), Tokens.es256() or Tokens.eddsa()');
    }
    super(held);
  }

  static hs256(secret, given) {
    return made('HS256', secret, given);
  }

  static es256(key, given) {
    return made('ES256', key, given);
  }

  static eddsa(key, given) {
    return made('EdDSA', key, given);
  }

  addKey(algorithm, key, given) {
    const held = native(this, Tokens, 'this');
    const { id, public: verifies = false } = options(given, 'addKey', ['id', 'public']);
    oneOf(algorithm, 'algorithm', ALGORITHMS);
    const [secret, only, name] = [bytes(key, 'key'), flag(verifies, 'public'), string(id, 'id')];
    call(() => held.addKey(algorithm, Buffer.from(secret), only, name));
  }

  signWith(id) {
    const held = native(this, Tokens, 'this');
    string(id, 'id');
    call(() => held.signWith(id));
  }

  removeKey(id) {
    const held = native(this, Tokens, 'this');
    string(id, 'id');
    return call(() => held.removeKey(id));
  }

  issue(subject, given = {}) {
    const held = native(this, Tokens, 'this');
    const { role, scopes = [], now = Date.now() / 1000, ttl } = options(given, 'issue', ['role', 'scopes', 'now', 'ttl']);
    const granted = {
      subject: string(subject, 'subject'),
      role: maybe(string, role, 'role'),
      scopes: strings(scopes, 'scopes'),
      now: wholeSeconds(now, 'now'),
      ttl: maybe(wholeSeconds, ttl, 'ttl'),
    };
    return call(() => held.issue(granted));
  }

  verify(token, given = {}) {
    const held = native(this, Tokens, 'this');
    const { now = Date.now() / 1000 } = options(given, 'verify', ['now']);
    const moment = wholeSeconds(now, 'now');
    string(token, 'token');
    return claims(call(() => held.verify(token, moment)));
  }

  revokeAll(before) {
    const held = native(this, Tokens, 'this');
    const moment = wholeSeconds(before, 'before');
    call(() => held.revokeAll(moment));
  }
}

function made(algorithm, key, given) {
  const settings = tokenSettings(given);
  const secret = Buffer.from(bytes(key, 'key'));
  return tokensOf(call(() => new addon.Tokens(algorithm, secret, settings)));
}

function tokensOf(held) {
  return new Tokens(MADE, held);
}

function tokenSettings(given) {
  const { issuer, audience, typ, leeway = 0, ttl, keyId, public: verifies = false, singleUse = false } = options(given, 'Tokens', OPTIONS);
  return {
    issuer: string(issuer, 'issuer'),
    audience: string(audience, 'audience'),
    typ: maybe(string, typ, 'typ'),
    leeway: wholeSeconds(leeway, 'leeway'),
    ttl: maybe(wholeSeconds, ttl, 'ttl'),
    keyId: maybe(string, keyId, 'keyId'),
    public: flag(verifies, 'public'),
    singleUse: flag(singleUse, 'singleUse'),
  };
}

/** What a token says; throws why it is not believed. */
function claims({ accepted, said }) {
  const parts = JSON.parse(said);
  if (!accepted) {
    throw new TokenError(parts.message, parts.code);
  }
  const { id, subject, role, scopes, issued, expires } = parts;
  return { id, subject, role, scopes, issued, expires };
}

module.exports = { ALGORITHMS, TokenError, Tokens, claims, tokenSettings, tokensOf };
