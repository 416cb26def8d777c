'use strict';

const { readFileSync } = require('node:fs');

const { native: addon } = require('./addon.js');
const { oneOf, options, refuse, string } = require('./check.js');
const { VoxguardError, call } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { verdict } = require('./verdict.js');

const MARKUPS = ['auto', 'plain', 'ssml'];

/** Rules that say which texts may be spoken. */
class Policy extends Handle {
  constructor(rules) {
    const json = toJson(rules);
    super(call(() => new addon.Policy(json)));
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
    const { markup = 'auto' } = options(given, 'check', ['markup']);
    string(text, 'text');
    oneOf(markup, 'markup', MARKUPS);
    return verdict(call(() => held.check(text, markup)), text);
  }

  get hash() {
    const held = native(this, Policy, 'this');
    return call(() => held.hash());
  }
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

module.exports = { MARKUPS, Policy };
