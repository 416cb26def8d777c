'use strict';

const { Access } = require('./access.js');
const { native: addon } = require('./addon.js');
const { format } = require('./audio.js');
const { callback, flag, maybe, oneOf, options, string } = require('./check.js');
const { call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');
const { Ledger } = require('./ledger.js');
const { MARKUPS, Policy } = require('./policy.js');
const { begun } = require('./utterance.js');

const OPTIONS = ['key', 'policy', 'ledger', 'onRecord', 'sampleRate', 'channels', 'access'];
const REQUEST = ['text', 'voice', 'subject', 'markup', 'sampleRate', 'channels', 'role', 'language', 'model', 'parameters', 'keepText'];

/** The key, the rules and the ledger of a service, together: made once, it begins every utterance. */
class Guard extends Handle {
  #access;
  #format;
  #ledger;
  #ownsAccess;
  #ownsLedger;
  #onRecord;

  constructor(given) {
    const { key, policy, ledger, onRecord, sampleRate = 24000, channels, access } = options(given, 'Guard', OPTIONS);
    const heldKey = native(key, Key, 'key');
    const heldPolicy = absent(policy) ? null : native(policy, Policy, 'policy');
    const usual = format({ sampleRate, channels });
    const notify = callback(onRecord, 'onRecord');
    const opens = typeof ledger === 'string';
    const kept = absent(ledger) ? null : opens ? new Ledger(ledger, { key }) : ledger;
    const heldLedger = kept === null ? null : native(kept, Ledger, 'ledger');
    const gate = access instanceof Access ? access : new Access(access);
    const heldAccess = native(gate, Access, 'access');
    super(call(() => new addon.Guard(heldKey, heldPolicy, heldLedger, heldAccess)));
    this.#access = gate;
    this.#ownsAccess = gate !== access;
    this.#format = usual;
    this.#ledger = kept;
    this.#ownsLedger = opens;
    this.#onRecord = notify;
  }

  /** The ledger that every record goes to, or null. */
  get ledger() {
    return this.#ledger;
  }

  /** Who may speak, and how much. */
  get access() {
    return this.#access;
  }

  utterance(given) {
    const { held, asked, about } = this.#request(given, 'utterance');
    return begun(call(() => held.begin(asked)), about);
  }

  /** The same, judged on another thread: there a classifier may take its time, and answer with a promise. */
  async utteranceAsync(given) {
    const { held, asked, about } = this.#request(given, 'utteranceAsync');
    return begun(await callAsync(() => held.beginElsewhere(asked)), about);
  }

  #request(given, where) {
    const held = native(this, Guard, 'this');
    const { text, voice, subject, markup = 'auto', role, language, model, parameters, keepText, ...sizes } = options(given, where, REQUEST);
    string(text, 'text');
    string(voice, 'voice');
    const who = maybe(string, subject, 'subject');
    const more = {
      role: maybe(string, role, 'role'),
      language: maybe(string, language, 'language'),
      model: maybe(string, model, 'model'),
      parameters: maybe(string, parameters, 'parameters'),
      keepText: flag(keepText, 'keepText'),
    };
    oneOf(markup, 'markup', MARKUPS);
    const { rate, channels } = format({
      sampleRate: sizes.sampleRate ?? this.#format.rate,
      channels: sizes.channels ?? this.#format.channels,
    });
    return {
      held,
      asked: { subject: who, voice, text, markup, rate, channels, ...more },
      about: { text, channels, onRecord: this.#onRecord },
    };
  }

  /** Frees the guard, and its ledger and access when the guard made them. Utterances that were begun go on. */
  close() {
    super.close();
    if (this.#ownsAccess) {
      this.#access.close();
    }
    if (this.#ownsLedger) {
      this.#ledger.close();
    }
  }
}

function absent(value) {
  return value === undefined || value === null;
}

module.exports = { Guard };
