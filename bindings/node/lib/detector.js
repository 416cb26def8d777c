'use strict';

const { native: addon } = require('./addon.js');
const { format, kindOf } = require('./audio.js');
const { oneOf, options, refuse } = require('./check.js');
const { call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');

const EFFORTS = ['fast', 'normal', 'thorough'];

function nativeKeys(keys) {
  if (!Array.isArray(keys)) {
    throw refuse('keys', keys, 'is an array of Key, 1 to 64 of them');
  }
  return keys.map((key, index) => native(key, Key, `keys[${index}]`));
}

/** Looks for the marks of up to 64 keys. Any number of detections may be under way at once. */
class Detector extends Handle {
  constructor(given) {
    const { keys, effort = 'normal' } = options(given, 'Detector', ['keys', 'effort']);
    const held = nativeKeys(keys);
    oneOf(effort, 'effort', EFFORTS);
    super(call(() => new addon.Detector(held, effort)));
  }

  async detect(samples, given) {
    const { held, suffix, rate, channels } = this.#asked(samples, given, 'detect');
    return callAsync(() => held[`detect${suffix}Async`](samples, rate, channels));
  }

  detectSync(samples, given) {
    const { held, suffix, rate, channels } = this.#asked(samples, given, 'detectSync');
    return call(() => held[`detect${suffix}`](samples, rate, channels));
  }

  #asked(samples, given, where) {
    const held = native(this, Detector, 'this');
    const { suffix } = kindOf(samples);
    return { held, suffix, ...format(options(given, where, ['sampleRate', 'channels'])) };
  }
}

/** A detector for one use, and the options that are left for its `detect`. */
function once(samples, given, where) {
  const { keys, effort, ...rest } = options(given, where, ['sampleRate', 'keys', 'effort', 'channels']);
  kindOf(samples);
  format(rest);
  return { detector: new Detector({ keys, effort }), rest };
}

async function detect(samples, given) {
  const { detector, rest } = once(samples, given, 'detect');
  try {
    return await detector.detect(samples, rest);
  } finally {
    detector.close();
  }
}

function detectSync(samples, given) {
  const { detector, rest } = once(samples, given, 'detectSync');
  try {
    return detector.detectSync(samples, rest);
  } finally {
    detector.close();
  }
}

module.exports = { Detector, detect, detectSync };
