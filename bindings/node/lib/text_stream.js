'use strict';

const { Transform } = require('node:stream');

const { options, refuse, string } = require('./check.js');
const { call } = require('./error.js');
const { Handle, native } = require('./handle.js');

const MADE = Symbol('made by a policy');

/** A text that arrives in pieces: what it gives is what a check of the whole text would give, however it is cut. */
class TextStream extends Handle {
  constructor(mark, held) {
    if (mark !== MADE) {
      throw refuse('TextStream', mark, 'is policy.stream()');
    }
    super(held);
  }

  push(delta) {
    const held = native(this, TextStream, 'this');
    string(delta, 'delta');
    return released(call(() => held.push(delta)));
  }

  finish() {
    const held = native(this, TextStream, 'this');
    return released(call(() => held.finish()));
  }
}

function released({ text, blocked, hits }) {
  return { text, blocked, hits: JSON.parse(hits).map(hit) };
}

/** A hit in the whole text, which nobody has any more: characters alone. */
function hit({ start, end, start_byte: startByte, end_byte: endByte, ...rest }) {
  return { ...rest, startChar: start, endChar: end, startByte, endByte };
}

function fromNative(held) {
  return new TextStream(MADE, held);
}

function settings(policy, given, where) {
  const { onBlocked, ...rest } = options(given, where, ['markup', 'consents', 'onBlocked']);
  if (typeof policy?.stream !== 'function') {
    throw refuse('policy', policy, 'is a Policy');
  }
  return { onBlocked, stream: policy.stream(rest) };
}

/** A stream of Node: strings go in, the text that may be spoken comes out. It ends when the text is blocked. */
class TextTransform extends Transform {
  #stream;
  #onBlocked;
  #over = false;

  constructor(policy, given = {}) {
    const { stream, onBlocked } = settings(policy, given, 'TextTransform');
    super({ decodeStrings: false, encoding: 'utf8', readableObjectMode: true, writableObjectMode: true });
    this.#stream = stream;
    this.#onBlocked = onBlocked;
  }

  _transform(delta, _encoding, done) {
    this.#step(() => this.#stream.push(delta), done);
  }

  _flush(done) {
    this.#step(() => this.#stream.finish(), done);
  }

  #step(take, done) {
    try {
      const { text, blocked, hits } = this.#over ? { text: '', blocked: false, hits: [] } : take();
      if (text !== '') {
        this.push(text);
      }
      if (blocked) {
        this.#over = true;
        this.#onBlocked?.(hits);
      }
      done();
    } catch (error) {
      done(error);
    }
  }
}

/** The same as a web `TransformStream`. */
function textTransformStream(policy, given = {}) {
  const { stream, onBlocked } = settings(policy, given, 'textTransformStream');
  const give = ({ text, blocked, hits }, controller) => {
    if (text !== '') {
      controller.enqueue(text);
    }
    if (blocked) {
      onBlocked?.(hits);
    }
    return blocked;
  };
  return new TransformStream({
    transform: (delta, controller) => {
      if (give(stream.push(delta), controller)) {
        controller.terminate();
      }
    },
    flush: (controller) => {
      give(stream.finish(), controller);
    },
  });
}

module.exports = { TextStream, TextTransform, fromNative, textTransformStream };
