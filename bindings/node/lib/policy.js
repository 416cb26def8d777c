'use strict';

const { readFileSync } = require('node:fs');

const { native: addon } = require('./addon.js');
const { callback, oneOf, options, refuse, string } = require('./check.js');
const { asker } = require('./classifier.js');
const { VoxguardError, call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { signingKey, toJson } = require('./rules.js');
const { fromNative } = require('./text_stream.js');
const { verdict } = require('./verdict.js');

const MARKUPS = ['auto', 'plain', 'ssml'];
const CLASSIFIER = ['classifier', 'classifierBudgetMs', 'classifierFailure'];
/** Some 24 days: more than that no timer of JavaScript takes either. */
const MAX_BUDGET = 0x7fff_ffff;

/** Rules that say which texts may be spoken. */
class Policy extends Handle {
  constructor(rules, given = {}) {
    super(rules instanceof FromPack ? rules.native : made(rules, given));
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
  static fromFile(path, given = {}) {
    // Not decoded leniently: a rule with replaced characters would match something else, or nothing.
    const bytes = readFileSync(path);
    let text;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (cause) {
      throw new VoxguardError('VG_ERR_UTF8', 'the rules file is not UTF-8', { cause });
    }
    return new Policy(text, given);
  }

  check(text, given = {}) {
    const held = native(this, Policy, 'this');
    const { markup = 'auto', consents = [] } = options(given, 'check', ['markup', 'consents']);
    string(text, 'text');
    oneOf(markup, 'markup', MARKUPS);
    const consented = names(consents);
    return verdict(call(() => held.check(text, markup, consented)), text);
  }

  /** The verdict of `check`, found on another thread: there a classifier may take its time, and answer with a promise. */
  async judge(text, given = {}) {
    const held = native(this, Policy, 'this');
    const { markup = 'auto', consents = [] } = options(given, 'judge', ['markup', 'consents']);
    string(text, 'text');
    oneOf(markup, 'markup', MARKUPS);
    const consented = names(consents);
    return verdict(await callAsync(() => held.judge(text, markup, consented)), text);
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

function made(rules, given) {
  const { classifier, classifierBudgetMs: budget = 0, classifierFailure: failure = 'block' } = options(given, 'Policy', CLASSIFIER);
  const json = toJson(rules);
  const judges = callback(classifier, 'classifier');
  if (!Number.isInteger(budget) || budget < 0 || budget > MAX_BUDGET) {
    throw refuse('classifierBudgetMs', budget, `is an integer, 0 (no limit) to ${MAX_BUDGET}`);
  }
  oneOf(failure, 'classifierFailure', ['block', 'warn']);
  const ask = judges === null ? undefined : asker(judges);
  return call(() => new addon.Policy(json, ask, budget, failure === 'warn'));
}

function names(list) {
  if (!Array.isArray(list)) {
    throw refuse('consents', list, 'is a list of names');
  }
  return list.map((name, place) => string(name, `consents[${place}]`));
}

module.exports = { MARKUPS, Policy };
