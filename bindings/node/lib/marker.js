'use strict';

const { native: addon } = require('./addon.js');
const { F32, cut, format, kindOf, sameKind } = require('./audio.js');
const { mark, options, scheme, strength } = require('./check.js');
const { call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');
const { Key } = require('./key.js');

const OPTIONS = ['sampleRate', 'key', 'mark', 'channels', 'scheme', 'strength'];

/** The arguments of the addon that say what is marked with what. */
function marking(given, where) {
  const { key } = options(given, where, OPTIONS);
  const asked = { ...format(given), scheme: scheme(given.scheme), strength: strength(given.strength) };
  return { key: native(key, Key, 'key'), asked: { ...asked, mark: mark(given.mark, asked.scheme) } };
}

/** Marks a stream of samples as they come: as many come out as went in, `latency` frames later. */
class Marker extends Handle {
  #channels;
  #kind = null;

  constructor(given) {
    const { key, asked } = marking(given, 'Marker');
    super(call(() => new addon.Marker(key, asked)));
    this.#channels = asked.channels;
  }

  get latency() {
    const held = native(this, Marker, 'this');
    return call(() => held.latency());
  }

  get pending() {
    const held = native(this, Marker, 'this');
    return call(() => held.pending());
  }

  process(samples) {
    const held = native(this, Marker, 'this');
    const kind = sameKind(this.#kind, kindOf(samples), 'this marker');
    // A copy, which is marked in place.
    const marked = new kind.Array(samples);
    const frames = call(() => held[`process${kind.suffix}`](marked));
    this.#kind = kind;
    return cut(marked, frames * this.#channels);
  }

  flush() {
    const held = native(this, Marker, 'this');
    const { suffix } = this.#kind ?? F32;
    const rest = call(() => held[`flush${suffix}`]());
    this.#kind = null;
    return rest;
  }

  reset() {
    const held = native(this, Marker, 'this');
    call(() => held.reset());
    this.#kind = null;
  }

  debugPanic() {
    const held = native(this, Marker, 'this');
    call(() => held.debugPanic());
  }
}

function embed(samples, given) {
  const { suffix } = kindOf(samples);
  const { key, asked } = marking(given, 'embed');
  return call(() => addon[`embed${suffix}`](samples, key, asked));
}

async function embedAsync(samples, given) {
  const { suffix } = kindOf(samples);
  const { key, asked } = marking(given, 'embedAsync');
  return callAsync(() => addon[`embed${suffix}Async`](samples, key, asked));
}

module.exports = { MARKING: OPTIONS, Marker, embed, embedAsync };
