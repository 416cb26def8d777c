'use strict';

const { native: addon } = require('./addon.js');
const { bytes, oneOf, options, refuse, string } = require('./check.js');
const { VoxguardError, call } = require('./error.js');

const KEY_BYTES = 32;

/** Advice about rules that load but do not do what they seem to. */
function lintRules(rules) {
  const json = toJson(rules);
  return JSON.parse(call(() => addon.lintRules(json)));
}

/** The small rules to begin with in a language. */
function starterRules(language) {
  string(language, 'language');
  return JSON.parse(call(() => addon.starterRules(language)));
}

/** Rules made of a word list, one word or phrase a line. */
function rulesFromWords(words, given) {
  string(words, 'words');
  const { id, category, severity = 'error', language } = options(given, 'rulesFromWords', ['id', 'category', 'severity', 'language']);
  string(id, 'id');
  string(category, 'category');
  oneOf(severity, 'severity', ['info', 'warning', 'error', 'critical']);
  const spoken = language === undefined || language === null ? undefined : string(language, 'language');
  return JSON.parse(call(() => addon.rulesFromWords(words, id, category, severity, spoken)));
}

/** A signed pack. */
function signRules(rules, secret) {
  const json = toJson(rules);
  const key = signingKey(secret, 'secret');
  return call(() => addon.signRules(json, key));
}

/** The public key of a secret one: hosts that load a pack name it. */
function publicSigningKey(secret) {
  const key = signingKey(secret, 'secret');
  return new Uint8Array(call(() => addon.publicSigningKey(key)));
}

function signingKey(key, name) {
  bytes(key, name);
  if (key.length !== KEY_BYTES) {
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} has ${key.length} bytes: accepted are ${KEY_BYTES}`);
  }
  return Buffer.from(key);
}

function toJson(rules) {
  if (typeof rules === 'string') {
    return string(rules, 'rules');
  }
  if (rules === null || typeof rules !== 'object' || ArrayBuffer.isView(rules)) {
    throw refuse('rules', rules, 'is an object, or the same as JSON text');
  }
  let json;
  try {
    json = JSON.stringify(rules);
  } catch (cause) {
    throw new VoxguardError('VG_ERR_POLICY', 'rules have no JSON form: accepted is an object of plain values', { cause });
  }
  // An object whose toJSON gives nothing has no text at all.
  return json === undefined ? string(json, 'the JSON form of rules') : json;
}

module.exports = { lintRules, publicSigningKey, rulesFromWords, signRules, signingKey, starterRules, toJson };
