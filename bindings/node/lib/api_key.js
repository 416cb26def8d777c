'use strict';

const { inspect } = require('node:util');

const { native: addon } = require('./addon.js');
const { maybe, options, string, strings, wholeSeconds } = require('./check.js');
const { VoxguardError, call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');

/** An API key that does not hold; `reason` is `malformed`, `unknown`, `revoked` or `expired`. */
class ApiKeyError extends VoxguardError {
  constructor(message, reason) {
    super('VG_ERR_ARGUMENT', message);
    this.reason = reason;
  }
}

Object.defineProperty(ApiKeyError.prototype, 'name', { value: 'ApiKeyError', writable: true, configurable: true });

/** API keys in a store: a keyed hash of each, never the key. What reads or writes the store works on another thread. */
class ApiKeys extends Handle {
  constructor(store, given = {}) {
    const { key } = options(given, 'ApiKeys', ['key']);
    const hashing = key === undefined || key === null ? null : native(key, Key, 'key');
    string(store, 'store');
    super(call(() => new addon.ApiKeys(store, hashing)));
  }

  async issue(subject, given = {}) {
    const held = native(this, ApiKeys, 'this');
    const { scopes = [], expires, now = Date.now() / 1000 } = options(given, 'issue', ['scopes', 'expires', 'now']);
    const asked = [string(subject, 'subject'), strings(scopes, 'scopes'), wholeSeconds(now, 'now'), maybe(wholeSeconds, expires, 'expires')];
    return issued(await callAsync(() => held.issue(...asked)));
  }

  async verify(secret, given = {}) {
    const held = native(this, ApiKeys, 'this');
    const { now = Date.now() / 1000 } = options(given, 'verify', ['now']);
    const asked = [string(secret, 'secret'), wholeSeconds(now, 'now')];
    const { accepted, said } = await callAsync(() => held.verify(...asked));
    const parts = JSON.parse(said);
    if (!accepted) {
      throw new ApiKeyError(parts.message, parts.code);
    }
    return parts;
  }

  async rotate(id, given = {}) {
    const held = native(this, ApiKeys, 'this');
    const { grace = 0, now = Date.now() / 1000 } = options(given, 'rotate', ['grace', 'now']);
    const asked = [string(id, 'id'), wholeSeconds(now, 'now'), wholeSeconds(grace, 'grace')];
    return issued(await callAsync(() => held.rotate(...asked)));
  }

  async revoke(id, given = {}) {
    const held = native(this, ApiKeys, 'this');
    const { now = Date.now() / 1000 } = options(given, 'revoke', ['now']);
    const asked = [string(id, 'id'), wholeSeconds(now, 'now')];
    return callAsync(() => held.revoke(...asked));
  }

  async revokeAll(before, given = {}) {
    const held = native(this, ApiKeys, 'this');
    const { now = Date.now() / 1000 } = options(given, 'revokeAll', ['now']);
    const asked = [wholeSeconds(before, 'before'), wholeSeconds(now, 'now')];
    return callAsync(() => held.revokeAll(...asked));
  }

  async list(subject) {
    const held = native(this, ApiKeys, 'this');
    const whose = maybe(string, subject, 'subject');
    return JSON.parse(await callAsync(() => held.list(whose)));
  }
}

/** A key that was just made: inspected, it does not show its secret. */
function issued(made) {
  return Object.defineProperty({ ...made }, inspect.custom, { value: () => `IssuedKey(${made.id})` });
}

module.exports = { ApiKeyError, ApiKeys };
