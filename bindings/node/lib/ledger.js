'use strict';

const { native: addon } = require('./addon.js');
const { callback, mark, options, refuse, string } = require('./check.js');
const { Teller } = require('./checkpoints.js');
const { VoxguardError, call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');
const { record, records } = require('./record.js');

/** Carries a ledger that the addon has opened already into the constructor. */
const OPENED = Symbol('voxguard.Ledger');

/** For how long a process stays for what its queue holds when a ledger is closed. */
const DELIVERED_MS = 50;

/** What was said, and proof that nobody changed the story. */
class Ledger extends Handle {
  #teller = null;

  constructor(url, given) {
    super(url === OPENED ? given : call(() => new addon.Ledger(...opening(url, given, 'Ledger'))));
  }

  static async open(url, given) {
    const asked = opening(url, given, 'Ledger.open');
    return new Ledger(OPENED, await callAsync(() => addon.openLedger(...asked)));
  }

  async length() {
    const held = native(this, Ledger, 'this');
    return callAsync(() => held.length());
  }

  async get(seq) {
    const held = native(this, Ledger, 'this');
    if (!Number.isSafeInteger(seq) || seq < 0) {
      throw refuse('seq', seq, 'is an integer, 0 or more');
    }
    return record(await callAsync(() => held.get(seq)));
  }

  async find(given) {
    const held = native(this, Ledger, 'this');
    const asked = options(given, 'find', ['mark', 'subject']);
    if ((asked.mark === undefined) === (asked.subject === undefined)) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'find takes one of mark and subject, and not both');
    }
    if (asked.subject === undefined) {
      const id = mark(asked.mark, 64);
      return records(await callAsync(() => held.findMark(id)));
    }
    const subject = string(asked.subject, 'subject');
    return records(await callAsync(() => held.findSubject(subject)));
  }

  async checkpoint() {
    const held = native(this, Ledger, 'this');
    return callAsync(() => held.checkpoint());
  }

  async verify(checkpoint) {
    const held = native(this, Ledger, 'this');
    const note = checkpoint === undefined || checkpoint === null ? null : string(checkpoint, 'checkpoint');
    return callAsync(() => held.verify(note));
  }

  async ask(operation, fields) {
    const held = native(this, Ledger, 'this');
    const question = JSON.stringify({ ...fields, operation: string(operation, 'operation') });
    return JSON.parse(await callAsync(() => held.ask(question)));
  }

  async onCheckpoint(sink, given = {}) {
    const held = native(this, Ledger, 'this');
    const heard = callback(sink, 'sink');
    const { every = 1000 } = options(given, 'onCheckpoint', ['every']);
    if (!Number.isSafeInteger(every) || every < 1) {
      throw refuse('every', every, 'is an integer, 1 or more');
    }
    this.#teller?.stop();
    this.#teller = heard === null ? null : new Teller(heard);
    if (heard === null) {
      call(() => held.forgetCheckpointSink());
      return;
    }
    const teller = this.#teller;
    call(() => held.onCheckpoint(every, (note) => teller.due(note)));
    // The call that tells it waits in the event loop's queue, for which nothing else stays.
    const stay = setInterval(() => {}, 1000);
    try {
      await teller.first;
    } finally {
      clearInterval(stay);
    }
  }

  async rotate(next) {
    const held = native(this, Ledger, 'this');
    const other = native(next, Ledger, 'next');
    return callAsync(() => held.rotate(other));
  }

  get verifyingKey() {
    const held = native(this, Ledger, 'this');
    return call(() => held.verifyingKey());
  }

  close() {
    super.close();
    if (this.#teller !== null) {
      // The last is told through the event loop's queue, for which nothing else stays.
      setTimeout(() => {}, DELIVERED_MS);
    }
  }
}

async function checkProof(question) {
  const asked = JSON.stringify({ ...question });
  return JSON.parse(await callAsync(() => addon.checkProof(asked)));
}

function opening(url, given, where) {
  string(url, 'url');
  const { key } = options(given, where, ['key']);
  return [url, native(key, Key, 'key')];
}

module.exports = { Ledger, checkProof };
