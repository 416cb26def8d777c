'use strict';

// Arguments are checked here, before they meet the addon, so that an error names the argument, what was
// given and what is accepted. What only the library can judge (is this rate supported, is this text
// allowed) is left to it. Strings are never printed: one of them may be a text or a key.

const { types } = require('node:util');

const { VoxguardError } = require('./error.js');

const MAX_U32 = 0xffff_ffff;

/** What a value is, in words that may stand in an error. */
function describe(value) {
  if (value === null || value === undefined) {
    return String(value);
  }
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${value}`;
    case 'bigint':
      return `the bigint ${String(value).slice(0, 24)}n`;
    case 'string':
      return 'a string';
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
  }
  const name = Array.isArray(value) ? 'Array' : Object.prototype.toString.call(value).slice(8, -1);
  const kind = Buffer.isBuffer(value) ? 'Buffer' : name === 'Object' ? constructorName(value) : name;
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

function constructorName(value) {
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== 'Object' && name !== '' ? name : 'plain object';
}

function refuse(name, value, accepted, code = 'VG_ERR_ARGUMENT') {
  return new VoxguardError(code, `${name} is ${describe(value)}: accepted ${accepted}`);
}

/** An options object with no names but these. */
function options(value, where, names) {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw refuse(`the options of ${where}`, value, `is an object with ${names.join(', ')}`);
  }
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) {
      throw new VoxguardError('VG_ERR_ARGUMENT', `${where} has no option ${JSON.stringify(name.slice(0, 40))}: accepted are ${names.join(', ')}`);
    }
  }
  return value;
}

/** An integer that the C interface can take; whether it is a rate that we mark is for the library to say. */
function sampleRate(value) {
  if (!Number.isInteger(value)) {
    throw refuse('sampleRate', value, 'is an integer, 8000 to 192000');
  }
  if (value < 0 || value > MAX_U32) {
    throw new VoxguardError('VG_ERR_AUDIO_FORMAT', `sample rate ${value} Hz: accepted are 8000 to 192000`);
  }
  return value;
}

function channels(value = 1) {
  if (!Number.isInteger(value)) {
    throw refuse('channels', value, 'is an integer, 1 to 8');
  }
  if (value < 1 || value > 8) {
    throw new VoxguardError('VG_ERR_AUDIO_FORMAT', `${value} channels: accepted are 1 to 8`);
  }
  return value;
}

/** A mark's id as a BigInt: 32 bits, or 64 where its scheme has room. */
function mark(value, bits = 32) {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  const most = bits === 64 ? 2n ** 64n - 1n : MAX_U32;
  if (!whole || value < 0 || value > most) {
    throw refuse('mark', value, `is an integer or a BigInt, 0 to ${most} (${bits === 64 ? 64 : 32} bits)`);
  }
  return BigInt(value);
}

/** Bits of the id that a mark carries. */
function scheme(value = 32) {
  if (![0, 16, 32, 64].includes(value)) {
    throw refuse('scheme', value, 'are 0, 16, 32 and 64, the bits of the id');
  }
  return value;
}

/** How loud a mark is; the library knows the range. */
function strength(value = 1) {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw refuse('strength', value, 'is a number, 0.25 to 2');
  }
  return value;
}

/** An AbortSignal, or nothing. */
function signal(value) {
  if (value !== undefined && value !== null && !(value instanceof AbortSignal)) {
    throw refuse('signal', value, 'is an AbortSignal');
  }
  return value ?? null;
}

/** A string that has a UTF-8 form: one without lone surrogates. */
function string(value, name) {
  if (typeof value !== 'string') {
    throw refuse(name, value, 'is a string');
  }
  const wellFormed = value.isWellFormed ? value.isWellFormed() : !/\p{Surrogate}/u.test(value);
  if (!wellFormed) {
    throw new VoxguardError('VG_ERR_UTF8', `${name} has a lone surrogate at index ${value.search(/\p{Surrogate}/u)}: accepted is text that has a UTF-8 form`);
  }
  return value;
}

function oneOf(value, name, accepted) {
  if (!accepted.includes(value)) {
    const given = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : describe(value);
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} is ${given}: accepted are ${accepted.map((each) => JSON.stringify(each)).join(', ')}`);
  }
  return value;
}

function bytes(value, name) {
  if (!types.isUint8Array(value)) {
    throw refuse(name, value, 'is a Uint8Array or a Buffer');
  }
  return unshared(value, name);
}

/** Another thread may write to shared memory while it is read, and detached memory is gone: neither is taken. */
function unshared(view, name) {
  if (types.isSharedArrayBuffer(view.buffer)) {
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} is backed by a SharedArrayBuffer: accepted is memory of one thread, such as ${name}.slice()`);
  }
  if (view.length === 0 && isDetached(view.buffer)) {
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} is detached: its memory was transferred to someone else`);
  }
  return view;
}

function isDetached(buffer) {
  // `ArrayBuffer.prototype.detached` is younger than Node 18.
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** An integer that the C interface takes, 0 to 2^32 - 1. */
function count(value, name) {
  if (!Number.isInteger(value) || value < 0 || value > MAX_U32) {
    throw refuse(name, value, 'is an integer, 0 to 4294967295');
  }
  return value;
}

/** A moment of any clock, or a duration, in seconds. What clocks can say, the library knows. */
function seconds(value, name) {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw refuse(name, value, 'are seconds, a number');
  }
  return value;
}

/** Whole seconds: a moment since 1970 to the year 9999, or a duration. */
function wholeSeconds(value, name) {
  if (typeof value !== 'number' || !(value >= 0 && value <= 253402300799)) {
    throw refuse(name, value, 'are seconds since 1970 (durations: seconds), 0 to 253402300799');
  }
  return Math.floor(value);
}

/** The same, where there may be none. */
function maybe(check, value, name) {
  return value === undefined || value === null ? undefined : check(value, name);
}

/** A yes or no; no when it is left out. */
function flag(value, name) {
  if (value !== undefined && value !== null && typeof value !== 'boolean') {
    throw refuse(name, value, 'is a boolean');
  }
  return value === true;
}

/** A list of strings. */
function strings(value, name) {
  if (!Array.isArray(value)) {
    throw refuse(name, value, 'is a list of strings');
  }
  return value.map((each, place) => string(each, `${name}[${place}]`));
}

/** A plain object as JSON, or the same as JSON text. */
function json(value, name) {
  if (typeof value === 'string') {
    return string(value, name);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw refuse(name, value, 'is an object, or the same as JSON text');
  }
  let text;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new VoxguardError('VG_ERR_ARGUMENT', `${name} has no JSON form: accepted is an object of plain values`, { cause });
  }
  // An object whose toJSON gives nothing has no text at all.
  return string(text, `the JSON form of ${name}`);
}

function callback(value, name) {
  if (value !== undefined && value !== null && typeof value !== 'function') {
    throw refuse(name, value, 'is a function');
  }
  return value ?? null;
}

module.exports = { bytes, callback, channels, count, describe, flag, json, mark, maybe, oneOf, options, refuse, sampleRate, scheme, seconds, signal, strength, string, strings, unshared, wholeSeconds };
