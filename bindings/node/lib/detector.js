'use strict';

const { types } = require('node:util');

const { native: addon } = require('./addon.js');
const { format, kindOf } = require('./audio.js');
const { callback, oneOf, options, refuse, scheme, signal } = require('./check.js');
const { call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');
const { listen } = require('./listener.js');
const { watched } = require('./watch.js');

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
    const { keys, effort = 'normal' } = options(given, 'Detector', ['keys', 'effort', 'scheme']);
    const held = nativeKeys(keys);
    oneOf(effort, 'effort', EFFORTS);
    const bits = scheme(given.scheme);
    super(call(() => new addon.Detector(held, effort, bits)));
  }

  async detect(samples, given) {
    const { progress, signal, ...rest } = options(given, 'detect', ['sampleRate', 'channels', 'progress', 'signal']);
    const { held, suffix, rate, channels } = this.#asked(samples, rest, 'detect');
    const begin = (watch) => callAsync(() => held[`detect${suffix}Async`](samples, rate, channels, watch));
    return watched({ progress, signal }, begin);
  }

  /** A detection for each of `items`, in order, looked at as they are asked for. */
  async *detectMany(items, given = {}) {
    const { progress, signal: abort } = options(given, 'detectMany', ['progress', 'signal']);
    const tell = callback(progress, 'progress');
    signal(abort);
    let place = 0;
    for await (const item of items) {
      const { samples, ...rest } = options(item, 'an item of detectMany', ['samples', 'sampleRate', 'channels']);
      const before = place;
      const part = tell === null ? undefined : (done) => tell(before + done);
      yield await this.detect(samples, { ...rest, progress: part, signal: abort });
      place += 1;
    }
  }

  /** The same search in a stream, while it runs. */
  listen(given) {
    const held = native(this, Detector, 'this');
    const { rate, channels } = format(options(given, 'listen', ['sampleRate', 'channels']));
    return listen(call(() => held.listen(rate, channels)));
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
  const names = ['sampleRate', 'keys', 'effort', 'scheme', 'channels', ...(where === 'detect' ? ['progress', 'signal'] : [])];
  const { keys, effort, scheme, ...rest } = options(given, where, names);
  kindOf(samples);
  format(rest);
  return { detector: new Detector({ keys, effort, scheme }), rest };
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

/** What `curve` says as plain numbers, as plotting libraries take them: a pair a point. */
function curveSeries(detection) {
  const { time, score } = detection?.curve ?? {};
  if (!types.isFloat64Array(time) || !types.isFloat64Array(score)) {
    throw refuse('detection', detection, 'is what detect gave');
  }
  return Array.from(time, (second, index) => [second, score[index]]);
}

module.exports = { Detector, curveSeries, detect, detectSync };
