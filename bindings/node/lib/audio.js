'use strict';

// Samples are a Float32Array or an Int16Array of interleaved frames, and what comes out is the same kind.

const { types } = require('node:util');

const { channels, refuse, sampleRate, unshared } = require('./check.js');
const { VoxguardError } = require('./error.js');

const ACCEPTED = 'is a Float32Array (nominally -1 to 1) or an Int16Array, interleaved';

/** The two kinds of samples; `suffix` is what the addon's functions for it end with. */
const F32 = Object.freeze({ name: 'Float32Array', Array: Float32Array, suffix: 'F32' });
const I16 = Object.freeze({ name: 'Int16Array', Array: Int16Array, suffix: 'I16' });

/** The kind of `value`, which must be samples. An array of another realm (a vm context) is as good as ours. */
function kindOf(value, name = 'samples') {
  const kind = types.isFloat32Array(value) ? F32 : types.isInt16Array(value) ? I16 : null;
  if (kind === null) {
    throw refuse(name, value, ACCEPTED);
  }
  unshared(value, name);
  return kind;
}

/** A stream of samples stays of the kind that it began with: `before` is null at its beginning. */
function sameKind(before, now, what) {
  if (before !== null && before !== now) {
    throw new VoxguardError('VG_ERR_STATE', `${what} began with ${before.name}: accepted is the same kind until it is flushed, not ${now.name}`);
  }
  return now;
}

/** `{ sampleRate, channels }` of an options object. */
function format(given) {
  return { rate: sampleRate(given.sampleRate), channels: channels(given.channels) };
}

/** The first `count` of `samples`, in memory of their own when that is not all of them. */
function cut(samples, count) {
  return count === samples.length ? samples : samples.slice(0, count);
}

module.exports = { F32, I16, cut, format, kindOf, sameKind };
