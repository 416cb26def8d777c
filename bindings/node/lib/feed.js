'use strict';

// Chunks of a stream, as they come, made into samples: Float32Array and Int16Array as they are, bytes as
// 16-bit little-endian samples, however the bytes were cut.

const { endianness } = require('node:os');
const { types } = require('node:util');

const { refuse, unshared } = require('./check.js');
const { VoxguardError } = require('./error.js');

const SWAPPED = endianness() === 'BE';
const ACCEPTED = 'is a Float32Array, an Int16Array, or a Buffer of s16le';

class Feed {
  #frameBytes;
  #left = Buffer.alloc(0);
  /** What the stream consists of: 'bytes', 'samples', or null before its first chunk. */
  #form = null;

  constructor(channels) {
    this.#frameBytes = 2 * channels;
  }

  /** The samples of a chunk: whole frames, perhaps none. */
  samples(chunk) {
    const form = types.isUint8Array(chunk) ? 'bytes' : 'samples';
    if (form === 'samples' && !types.isFloat32Array(chunk) && !types.isInt16Array(chunk)) {
      throw refuse('the chunk', chunk, ACCEPTED);
    }
    if (this.#form !== null && this.#form !== form) {
      throw new VoxguardError('VG_ERR_STATE', `this stream began with ${this.#form}: a chunk of ${form} cannot follow`);
    }
    unshared(chunk, 'the chunk');
    this.#form = form;
    return form === 'bytes' ? this.#fromBytes(chunk) : chunk;
  }

  /** `samples` in the form that was fed. */
  chunk(samples) {
    return this.#form === 'bytes' ? toBytes(samples) : samples;
  }

  /** To be called at the end of the stream, which must have brought whole frames. */
  end() {
    if (this.#left.length > 0) {
      throw new VoxguardError(
        'VG_ERR_PARTIAL_FRAME',
        `the stream ends inside a frame: ${this.#left.length} bytes of the last ${this.#frameBytes} came`,
      );
    }
  }

  #fromBytes(chunk) {
    const bytes = Buffer.concat([this.#left, chunk]);
    const whole = bytes.length - (bytes.length % this.#frameBytes);
    this.#left = Buffer.from(bytes.subarray(whole));
    // A copy: an Int16Array must begin at an even address of its memory.
    const samples = new Int16Array(whole / 2);
    const view = Buffer.from(samples.buffer);
    bytes.copy(view, 0, 0, whole);
    if (SWAPPED) {
      view.swap16();
    }
    return samples;
  }
}

function toBytes(samples) {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return SWAPPED ? Buffer.from(bytes).swap16() : bytes;
}

module.exports = { Feed };
