'use strict';

const { answer } = require('./access.js');
const { F32, cut, kindOf, sameKind } = require('./audio.js');
const { VoxguardError, call, callAsync } = require('./error.js');
const { Handle, asyncDispose, native } = require('./handle.js');
const { record } = require('./record.js');
const { SampleTransform, sampleTransformStream } = require('./transform.js');
const { verdict } = require('./verdict.js');

const BEGUN = Symbol('voxguard.Utterance');

/** One text on its way to speech: judged, marked while it is spoken, and written down. */
class Utterance extends Handle {
  #channels;
  #onRecord;
  #verdict;
  #answer;
  #kind = null;
  #finished = null;
  /** Whether the library has nothing more to do for it. */
  #over = false;
  #record = null;

  constructor(token, held, { text, channels, onRecord } = {}) {
    if (token !== BEGUN) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'an utterance is begun by guard.utterance({ text, voice })');
    }
    super(held);
    this.#channels = channels;
    this.#onRecord = onRecord;
    this.#verdict = verdict(call(() => held.verdict()), text);
    this.#answer = answer(call(() => held.answer()));
    // A refusal is in the ledger already.
    this.#record = record(call(() => held.record()));
    if (this.#record !== null) {
      tellNow(onRecord, this.#record);
    }
  }

  get verdict() {
    return this.#verdict;
  }

  get allowed() {
    return this.#verdict.allowed;
  }

  /** What to tell whoever asked, when the request was turned away before its text was judged; null otherwise. */
  get answer() {
    return this.#answer;
  }

  get text() {
    return this.#verdict.text;
  }

  /** The number that this utterance's audio carries; null when the text was refused. */
  get markId() {
    const held = native(this, Utterance, 'this');
    return call(() => held.markId());
  }

  get latency() {
    const held = native(this, Utterance, 'this');
    return call(() => held.latency());
  }

  get pending() {
    const held = native(this, Utterance, 'this');
    return call(() => held.pending());
  }

  /** What the ledger says of this utterance once it is refused, finished or aborted; null before. */
  get record() {
    return this.#record;
  }

  mark(samples) {
    const held = native(this, Utterance, 'this');
    const kind = sameKind(this.#kind, kindOf(samples), 'this utterance');
    // A copy, which is marked in place.
    const marked = new kind.Array(samples);
    const frames = call(() => held[`mark${kind.suffix}`](marked));
    this.#kind = kind;
    return cut(marked, frames * this.#channels);
  }

  async finish() {
    // After an onRecord that failed everything else has happened: only the callback is owed.
    if (this.#finished === null || this.#finished.told) {
      const held = native(this, Utterance, 'this');
      const { suffix } = this.#kind ?? F32;
      const { samples, record: json } = await callAsync(() => held[`finish${suffix}`]());
      this.#over = true;
      this.#record = record(json);
      this.#finished = { samples, told: false };
    }
    const { samples } = this.#finished;
    await tell(this.#onRecord, this.#record);
    this.#finished.told = true;
    return { samples, record: this.#record };
  }

  async abort() {
    const held = native(this, Utterance, 'this');
    const written = record(await callAsync(() => held.abort()));
    this.#over = true;
    if (written !== null) {
      this.#record = written;
      await tell(this.#onRecord, written);
    }
    return written;
  }

  stream(given) {
    return new SampleTransform(this.#sink(), given);
  }

  transformStream() {
    return sampleTransformStream(this.#sink());
  }

  async [asyncDispose]() {
    try {
      if (!this.#over && !this.closed) {
        await this.abort();
      }
    } finally {
      this.close();
    }
  }

  #sink() {
    native(this, Utterance, 'this');
    return {
      channels: this.#channels,
      mark: (samples) => this.mark(samples),
      finish: async () => (await this.finish()).samples,
      drop: () => (this.#over || this.closed ? null : this.abort()),
    };
  }

  /** Aborts what is not over, on this thread, and frees it. */
  close() {
    if (this.closed) {
      return;
    }
    const held = native(this, Utterance, 'this');
    const written = record(call(() => held.abortNow()));
    super.close();
    if (written !== null) {
      this.#record = written;
      tellNow(this.#onRecord, written);
    }
  }
}

/** Tells the host of a record, and waits for its promise if it gives one. */
async function tell(onRecord, written) {
  try {
    await onRecord?.(written);
  } catch (cause) {
    throw failed(cause);
  }
}

/** The same where nobody can wait. */
function tellNow(onRecord, written) {
  try {
    onRecord?.(written);
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause) {
  return new VoxguardError('VG_ERR_CALLBACK', 'onRecord failed; the record stays in the ledger', { cause });
}

function begun(held, about) {
  return new Utterance(BEGUN, held, about);
}

module.exports = { Utterance, begun };
