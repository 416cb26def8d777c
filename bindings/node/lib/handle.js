'use strict';

const { refuse } = require('./check.js');
const { VoxguardError } = require('./error.js');

// Node before 18.18 has no such symbols: there `close` alone is left.
const dispose = Symbol.dispose ?? Symbol('Symbol.dispose');
const asyncDispose = Symbol.asyncDispose ?? Symbol('Symbol.asyncDispose');

let nativeOf;

/**
 * What every object that owns memory of the library has: `close()`, `Symbol.dispose`, and an answer
 * (VG_ERR_HANDLE) instead of a crash when it is used after that. A handle that nobody closes is freed
 * when it is garbage collected.
 */
class Handle {
  #native;

  constructor(native) {
    this.#native = native;
  }

  static {
    nativeOf = (handle, Class, name) => {
      // `instanceof` alone would pass an object with a borrowed prototype, which has nothing inside.
      if (!(handle instanceof Class) || !(#native in handle)) {
        throw refuse(name, handle, `is a ${Class.name} that this package made`);
      }
      if (handle.#native === null) {
        throw new VoxguardError('VG_ERR_HANDLE', `this ${Class.name} is closed`);
      }
      return handle.#native;
    };
  }

  /** Frees what the handle holds; work that was begun goes on to its end. Safe to call twice. */
  close() {
    const held = this.#native;
    this.#native = null;
    held?.close();
  }

  [dispose]() {
    this.close();
  }

  /** Whether `close` has been called. */
  get closed() {
    return this.#native === null;
  }
}

module.exports = {
  Handle,
  asyncDispose,
  /** The addon's object inside `handle`, which must be an open `Class`; `name` is what an error calls it. */
  native: nativeOf,
};
