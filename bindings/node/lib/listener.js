'use strict';

const { kindOf } = require('./audio.js');
const { options, refuse, signal } = require('./check.js');
const { callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');

const MADE = Symbol('made by a detector');

/** Looks for marks in one stream while it runs: the verdict firms up. */
class Listener extends Handle {
  constructor(mark, held) {
    if (mark !== MADE) {
      throw refuse('Listener', mark, 'is detector.listen()');
    }
    super(held);
  }

  async push(samples) {
    const held = native(this, Listener, 'this');
    const { suffix } = kindOf(samples);
    return callAsync(() => held[`push${suffix}`](samples));
  }

  async finish() {
    const held = native(this, Listener, 'this');
    return callAsync(() => held.finish());
  }

  /** The verdicts about a stream of chunks as they come, and the last one at its end. */
  async *verdicts(chunks, given = {}) {
    const abort = signal(options(given, 'verdicts', ['signal']).signal);
    for await (const chunk of chunks) {
      abort?.throwIfAborted();
      const verdict = await this.push(chunk);
      if (verdict !== null) {
        yield verdict;
      }
    }
    abort?.throwIfAborted();
    yield await this.finish();
  }
}

module.exports = { Listener, listen: (held) => new Listener(MADE, held) };
