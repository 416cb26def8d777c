'use strict';

const { types } = require('node:util');

const { native: addon } = require('./addon.js');
const { bytes, callback, channels, flag, json, maybe, oneOf, options, refuse, sampleRate, seconds, string, unshared, wholeSeconds } = require('./check.js');
const { call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { happened } = require('./monitor.js');
const { asRole, question } = require('./role.js');
const { ALGORITHMS, Tokens, claims, tokenSettings, tokensOf } = require('./token.js');

const SOURCE = ['origin', 'peer', 'forwardedFor', 'session', 'client'];

/** All that decides who may speak and how much, from one configuration. */
class Access extends Handle {
  constructor(config) {
    const text = maybe(configText, config, 'config');
    super(call(() => new addon.Access(text)));
  }

  reload(config) {
    const held = native(this, Access, 'this');
    const text = configText(config, 'config');
    call(() => held.reload(text));
  }

  checkRequest(given) {
    const held = native(this, Access, 'this');
    const asked = options(given, 'checkRequest', SOURCE);
    const source = Object.fromEntries(SOURCE.map((name) => [name, maybe(string, asked[name], name)]));
    return answer(call(() => held.checkRequest(source)));
  }

  checkMessage(data) {
    const held = native(this, Access, 'this');
    const text = typeof data === 'string';
    const message = text ? Buffer.from(string(data, 'data')) : bytes(data, 'data');
    return answer(call(() => held.checkMessage(message, !text)));
  }

  checkRate(kind, key, given = {}) {
    const held = native(this, Access, 'this');
    const { now = performance.now() / 1000 } = options(given, 'checkRate', ['now']);
    const moment = seconds(now, 'now');
    string(kind, 'kind');
    string(key, 'key');
    return call(() => held.checkRate(kind, key, moment));
  }

  async checkAudio(data, given = {}) {
    const held = native(this, Access, 'this');
    const { base64 = typeof data === 'string' } = options(given, 'checkAudio', ['base64']);
    const encoded = flag(base64, 'base64');
    const upload = Buffer.from(typeof data === 'string' ? string(data, 'data') : bytes(data, 'data'));
    return JSON.parse(await callAsync(() => held.checkAudio(upload, encoded)));
  }

  async checkSamples(samples, given) {
    const held = native(this, Access, 'this');
    const asked = options(given, 'checkSamples', ['sampleRate', 'channels']);
    const [rate, count] = [sampleRate(asked.sampleRate), channels(asked.channels)];
    if (!types.isFloat32Array(samples)) {
      throw refuse('samples', samples, 'is a Float32Array, interleaved');
    }
    unshared(samples, 'samples');
    return JSON.parse(await callAsync(() => held.checkSamples(samples, rate, count)));
  }

  check(given) {
    const held = native(this, Access, 'this');
    const asked = question(given);
    return JSON.parse(call(() => held.check(asked)));
  }

  checkRole(given) {
    const held = native(this, Access, 'this');
    const asked = asRole(given);
    return JSON.parse(call(() => held.checkRole(...asked)));
  }

  checkCommand(name, given = {}, about = {}) {
    const held = native(this, Access, 'this');
    const { source = '', now = Date.now() / 1000 } = options(about, 'checkCommand', ['source', 'now']);
    const asked = [string(name, 'name'), json(given, 'arguments'), string(source, 'source'), seconds(now, 'now')];
    return JSON.parse(call(() => held.checkCommand(...asked)));
  }

  tokens(algorithm, key, given) {
    const held = native(this, Access, 'this');
    oneOf(algorithm, 'algorithm', ALGORITHMS);
    const [secret, settings] = [Buffer.from(bytes(key, 'key')), tokenSettings(given)];
    return tokensOf(call(() => held.tokens(algorithm, secret, settings)));
  }

  verifyToken(tokens, token, given = {}) {
    const held = native(this, Access, 'this');
    const issued = native(tokens, Tokens, 'tokens');
    const { source = '', now = Date.now() / 1000 } = options(given, 'verifyToken', ['source', 'now']);
    const asked = [string(token, 'token'), string(source, 'source'), wholeSeconds(now, 'now')];
    return claims(call(() => held.verifyToken(issued, ...asked)));
  }

  revokeAll(before) {
    const held = native(this, Access, 'this');
    const moment = wholeSeconds(before, 'before');
    call(() => held.revokeAll(moment));
  }

  onAlert(told) {
    const held = native(this, Access, 'this');
    if (told === undefined) {
      throw refuse('told', told, 'is a function of an alert, or null');
    }
    const heard = callback(told, 'told');
    call(() => held.onAlert(heard === null ? null : teller(heard)));
  }

  record(event, given = {}) {
    const held = native(this, Access, 'this');
    const asked = happened(event, given);
    return JSON.parse(call(() => held.record(...asked)));
  }

  alerts() {
    const held = native(this, Access, 'this');
    return JSON.parse(call(() => held.alerts()));
  }

  panic(reason) {
    const held = native(this, Access, 'this');
    string(reason, 'reason');
    call(() => held.panic(reason));
  }

  lift() {
    const held = native(this, Access, 'this');
    return call(() => held.lift());
  }

  snapshot() {
    const held = native(this, Access, 'this');
    return JSON.parse(call(() => held.metrics('json')));
  }

  prometheus() {
    const held = native(this, Access, 'this');
    return call(() => held.metrics('prometheus'));
  }
}

/** What the addon calls with an alert as JSON. It never throws: of a failure a warning of the process tells. */
function teller(told) {
  const failed = (error) => process.emitWarning(error instanceof Error ? error : new Error('onAlert threw what is no Error'));
  return (alert) => {
    try {
      // Nobody waits for a promise here, but its failure is told.
      Promise.resolve(told(JSON.parse(alert))).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

/** What to do with a request, of the library's JSON; null where there is nothing to say. */
function answer(text) {
  const said = JSON.parse(text);
  if (said === null) {
    return null;
  }
  const { allowed, reason, message, http_status: httpStatus, close_code: closeCode, retry_after: retryAfter, client } = said;
  return { allowed, reason, message, httpStatus, closeCode, retryAfter, client: client ?? null };
}

/** A configuration as JSON text: an object, JSON text, or the name of a profile. */
function configText(config, name) {
  if (typeof config === 'string' && !config.trimStart().startsWith('{')) {
    return JSON.stringify({ version: 1, profile: string(config, name) });
  }
  return json(config, name);
}

const config = Object.freeze({
  explain(given) {
    const alone = given !== null && typeof given === 'object' && Object.keys(given).join() === 'profile';
    const text = maybe(alone ? string : configText, alone ? given.profile : given, alone ? 'profile' : 'config');
    return JSON.parse(call(() => addon.explainConfig(text)));
  },
  schema() {
    return JSON.parse(call(() => addon.configSchema()));
  },
});

module.exports = { Access, answer, config };
