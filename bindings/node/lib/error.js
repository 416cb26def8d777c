'use strict';

const STATUS = require('./status.js');

/**
 * Everything that this package throws or rejects with: `code` is the name of the status (`VG_ERR_…`)
 * and `status` its number, the same in every language. Wrong JavaScript types are no exception to
 * this: they are VG_ERR_ARGUMENT, so that one `instanceof` catches all.
 */
class VoxguardError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
    this.status = options?.status ?? STATUS[code];
  }
}

Object.defineProperty(VoxguardError.prototype, 'name', { value: 'VoxguardError', writable: true, configurable: true });

/** The addon throws plain errors that carry `code` and `status`: here they get their class. */
function translate(error) {
  if (error instanceof VoxguardError || typeof error?.status !== 'number') {
    return error;
  }
  const { code, message, status } = error;
  const translated = new VoxguardError(code, message, { status });
  Error.captureStackTrace(translated, call);
  return translated;
}

/** Runs a short call of the addon. */
function call(work) {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/** Starts a call of the addon that works on another thread, and waits for it. */
async function callAsync(work) {
  try {
    return await work();
  } catch (error) {
    throw translate(error);
  }
}

module.exports = { VoxguardError, call, callAsync };
