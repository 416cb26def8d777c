'use strict';

// A sink ({ channels, mark, finish, drop }) as a stream of Node and as a stream of the web. A marker and an
// utterance are such sinks.

const { Transform } = require('node:stream');

const { options, refuse } = require('./check.js');
const { Feed } = require('./feed.js');

/** Chunks of any length go in; marked chunks of the same form come out, as many samples in all. */
class SampleTransform extends Transform {
  #sink;
  #feed;

  constructor(sink, given = {}) {
    const { highWaterMark = 16 } = options(given, 'stream', ['highWaterMark']);
    if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
      throw refuse('highWaterMark', highWaterMark, 'is an integer, 1 or more: chunks, not bytes');
    }
    // Object mode on both sides: a chunk is a typed array, or a Buffer that a byte stream takes as it is.
    super({ objectMode: true, highWaterMark });
    this.#sink = sink;
    this.#feed = new Feed(sink.channels);
  }

  _transform(chunk, _encoding, done) {
    try {
      this.#emit(this.#sink.mark(this.#feed.samples(chunk)));
    } catch (error) {
      done(error);
      return;
    }
    done();
  }

  _flush(done) {
    this.#finish().then(() => done(), done);
  }

  _destroy(error, done) {
    const sink = this.#sink;
    this.#sink = null;
    // What was marked and not finished is given up, and an utterance writes that down.
    Promise.resolve(sink?.drop()).then(
      () => done(error),
      (failure) => done(error ?? failure),
    );
  }

  async #finish() {
    this.#feed.end();
    // From here on the sink is not dropped: an utterance whose ledger failed can be finished again.
    const sink = this.#sink;
    this.#sink = null;
    this.#emit(await sink.finish());
  }

  #emit(samples) {
    if (samples.length > 0) {
      this.push(this.#feed.chunk(samples));
    }
  }
}

/** The same as a web `TransformStream`. */
function sampleTransformStream(sink) {
  const feed = new Feed(sink.channels);
  const emit = (samples, controller) => {
    if (samples.length > 0) {
      controller.enqueue(feed.chunk(samples));
    }
  };
  return new TransformStream({
    transform: async (chunk, controller) => {
      try {
        emit(sink.mark(feed.samples(chunk)), controller);
      } catch (error) {
        await sink.drop();
        throw error;
      }
    },
    flush: async (controller) => {
      feed.end();
      emit(await sink.finish(), controller);
    },
    // Called by Node 22 and later; before that a stream that was given up is dropped with its last reference.
    cancel: async () => {
      await sink.drop();
    },
  });
}

module.exports = { SampleTransform, sampleTransformStream };
