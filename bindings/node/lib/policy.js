'use strict';

const { readFileSync } = require('node:fs');

const { native: addon } = require('./addon.js');
const { bytes, callback, oneOf, options, refuse, string } = require('./check.js');
const { VoxguardError, call } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { TextStream, fromNative } = require('./text_stream.js');
const { verdict } = require('./verdict.js');

const MARKUPS = ['auto', 'plain', 'ssml'];

/** Rules that say which texts may be spoken. */
class Policy extends Handle {
  constructor(rules) {
    super(rules instanceof FromPack ? rules.native : made(rules));
  }

  /** The policy of a signed pack, if one of the trusted public keys signed it. */
  static fromPack(pack, keys) {
    string(pack, 'pack');
    if (!Array.isArray(keys)) {
      throw refuse('keys', keys, 'is a list of public keys of 32 bytes');
    }
    const trusted = keys.map((key, place) => signingKey(key, `keys[${place}]`));
    return new Policy(new FromPack(call(() => addon.Policy.fromPack(pack, trusted))));
  }

  /** The policy in a file of JSON. */
  static fromFile(path) {
    // Not decoded leniently: a rule with replaced characters would match something else, or nothing.
    const bytes = readFileSync(path);
    let text;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new VoxguardError('VG_ERR_UTF8', 'the rules file is not UTF-8', { cause });
    }
    return new Policy(text);
  }

  check(text, given = {}) {
    const held = native(this, Policy, 'this');
    const { markup = 'auto', consents = [] } = options(given, 'check', ['markup', 'consents']);
    string(text, 'text');
    oneOf(markup, 'markup', MARKUPS);
    const consented = names(consents);
    return verdict(call(() => held.check(text, markup, consented)), text);
  }

  /** The verdict, after a classifier of your own has seen the spoken text too. */
  async judge(text, given = {}) {
    const { markup = 'auto', consents = [], classifier, budgetMs = 0, onFailure = 'block' } = options(given, 'judge', [
      'markup',
      'consents',
      'classifier',
      'budgetMs',
      'onFailure',
    ]);
    if (typeof classifier !== 'function') {
      throw refuse('classifier', classifier, 'is a function');
    }
    callback(classifier, 'classifier');
    oneOf(onFailure, 'onFailure', ['block', 'warn']);
    const judged = this.check(text, { markup, consents });
    const { spoken } = this.explain(text, { markup });
    return classified(judged, text, await answer(classifier, spoken, budgetMs, onFailure), spoken);
  }

  /** Why a text is judged as it is: for your own eyes, since it quotes rules and text. */
  explain(text, given = {}) {
    const held = native(this, Policy, 'this');
    const { markup = 'auto' } = options(given, 'explain', ['markup']);
    string(text, 'text');
    oneOf(markup, 'markup', MARKUPS);
    return JSON.parse(call(() => held.explain(text, markup)));
  }

  /** A text that arrives in pieces. */
  stream(given = {}) {
    const held = native(this, Policy, 'this');
    const { markup = 'auto', consents = [] } = options(given, 'stream', ['markup', 'consents']);
    oneOf(markup, 'markup', MARKUPS);
    const consented = names(consents);
    return fromNative(call(() => held.stream(markup, consented)));
  }

  get hash() {
    const held = native(this, Policy, 'this');
    return call(() => held.hash());
  }
}

/** What `Policy.fromPack` hands to the constructor. */
class FromPack {
  constructor(made) {
    this.native = made;
  }
}

function made(rules) {
  const json = toJson(rules);
  return call(() => new addon.Policy(json));
}

function names(list) {
  if (!Array.isArray(list)) {
    throw refuse('consents', list, 'is a list of names');
  }
  return list.map((name, place) => string(name, `consents[${place}]`));
}

function signingKey(key, name) {
  bytes(key, name);
  if (key.length !== 32) {
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} has ${key.length} bytes: accepted are 32`);
  }
  return Buffer.from(key);
}

/** The classifier's findings, or the one that stands for its failure. */
async function answer(classifier, spoken, budgetMs, onFailure) {
  const failure = [{ rule: 'classifier', category: 'classifier', severity: 'error', action: onFailure }];
  let timer;
  const late = new Promise((resolve) => {
    timer = budgetMs > 0 ? setTimeout(resolve, budgetMs, failure) : undefined;
  });
  try {
    const found = await Promise.race([Promise.resolve(classifier(spoken)), ...(budgetMs > 0 ? [late] : [])]);
    return Array.isArray(found) ? found : failure;
  } catch {
    return failure;
  } finally {
    clearTimeout(timer);
  }
}

const STRICTEST = ['allow', 'warn', 'mask', 'block'];

function classified(judged, text, found, spoken) {
  const plain = spoken === text;
  const hits = found.map(({ rule, category, severity = 'error', action = 'block', start = 0, end = spoken.length }) => {
    // Only in a text that is spoken as it stands is a place in the one a place in the other: the rest is blocked, not masked.
    const place = plain ? { start, end: Math.min(end, text.length) } : { start: 0, end: text.length };
    const known = STRICTEST.includes(action) && action !== 'mask' ? action : 'block';
    const chars = (upTo) => Array.from(text.slice(0, upTo)).length;
    const byte = (upTo) => Buffer.byteLength(text.slice(0, upTo));
    return {
      rule: String(rule),
      category: String(category),
      view: 'classifier',
      severity,
      action: known,
      ...place,
      startChar: chars(place.start),
      endChar: chars(place.end),
      startByte: byte(place.start),
      endByte: byte(place.end),
    };
  });
  const action = hits.reduce((strictest, hit) => (STRICTEST.indexOf(hit.action) > STRICTEST.indexOf(strictest) ? hit.action : strictest), judged.action);
  const blocked = action === 'block';
  const categories = [...new Set(hits.filter((hit) => hit.action === action).map((hit) => hit.category))].sort();
  const changed = action !== judged.action;
  return {
    ...judged,
    action,
    allowed: !blocked,
    text: blocked ? '' : judged.text,
    reason: changed ? `${blocked ? 'blocked' : 'allowed with a warning'}: ${categories.join(', ')}` : judged.reason,
    hits: [...judged.hits, ...hits],
  };
}

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

/** A signed pack. */
function signRules(rules, secret) {
  const json = toJson(rules);
  const key = signingKey(secret, 'secret');
  return call(() => addon.signRules(json, key));
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

module.exports = { MARKUPS, Policy, TextStream, lintRules, signRules, starterRules };
