'use strict';

const { VoxguardError } = require('./error.js');

/** Until a sink that failed is told again. */
const PAUSE_MS = 1000;

/**
 * Tells a host's function of checkpoints, one at a time; it may answer with a promise. One that it did not take it is told again
 * a second later, or what is newer by then, until it takes one.
 */
class Teller {
  #sink;
  #first;
  #note = null;
  #taken = '';
  #telling = false;
  #stopped = false;

  constructor(sink) {
    this.#sink = sink;
    /** Whether the first was taken. */
    this.first = new Promise((resolve, reject) => {
      this.#first = { resolve, reject };
    });
  }

  /** A checkpoint is due; it covers all that were due before it. Never throws. */
  due(note) {
    this.#note = note;
    this.#tell();
  }

  stop() {
    this.#stopped = true;
  }

  async #tell() {
    if (this.#telling) {
      return;
    }
    this.#telling = true;
    while (this.#note !== null && !this.#stopped) {
      const note = this.#note;
      this.#note = null;
      // Name, size and root: the time says nothing about the ledger.
      const state = note.split('\n', 3).join('\n');
      if (state === this.#taken) {
        continue;
      }
      try {
        await this.#sink(note);
        this.#taken = state;
        this.#settle();
      } catch (cause) {
        this.#note ??= note;
        this.#settle(new VoxguardError('VG_ERR_CALLBACK', 'the sink of checkpoints failed: it is told again', { cause }));
        setTimeout(() => this.#tell(), PAUSE_MS).unref();
        break;
      }
    }
    this.#telling = false;
  }

  /** Tells whoever waits for the first, and of later failures the process. */
  #settle(failure) {
    const first = this.#first;
    this.#first = null;
    if (failure === undefined) {
      first?.resolve();
    } else if (first !== null) {
      first.reject(failure);
    } else {
      process.emitWarning(failure);
    }
  }
}

module.exports = { Teller };
