'use strict';

const { inspect } = require('node:util');

const { native: addon } = require('./addon.js');
const { bytes, count, flag, oneOf, options, refuse, string } = require('./check.js');
const { VoxguardError, call, callAsync } = require('./error.js');
const { Handle, native } = require('./handle.js');

const MADE = Symbol('voxguard.SealKey');
const KDFS = ['argon2id', 'pbkdf2'];
const NOTHING = new Uint8Array(0);
/** What a sealed stream begins with: "VGA1", the key's id, the size of a chunk, the salt. */
const HEADER_BYTES = 40;
const TAG_BYTES = 16;

/** A key that seals. What is seen of it is its id. */
class SealKey extends Handle {
  constructor(token, held) {
    if (token !== MADE) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'a seal key is made by SealKey.generate(), fromBytes(), fromFile(), fromEnv() or unwrap()');
    }
    super(held);
  }

  static generate() {
    return new SealKey(MADE, call(() => addon.SealKey.generate()));
  }

  static fromBytes(value) {
    bytes(value, 'the bytes of the key');
    return new SealKey(MADE, call(() => addon.SealKey.fromBytes(value)));
  }

  static fromFile(path, given = {}) {
    const { create = false } = options(given, 'fromFile', ['create']);
    const [source, make] = [`file:${string(path, 'path')}`, flag(create, 'create')];
    return new SealKey(MADE, call(() => addon.SealKey.fromSource(source, make)));
  }

  static fromEnv(name) {
    const source = `env:${string(name, 'name')}`;
    return new SealKey(MADE, call(() => addon.SealKey.fromSource(source, false)));
  }

  static async unwrap(wrapped, password, given = {}) {
    const { kdf = 'argon2id' } = options(given, 'unwrap', ['kdf']);
    const asked = [string(wrapped, 'wrapped'), secret(password), oneOf(kdf, 'kdf', KDFS)];
    const held = await callAsync(() => addon.unwrapSealKey(...asked));
    return { key: new SealKey(MADE, held), outdated: held.outdated() };
  }

  async wrap(password, given = {}) {
    const held = native(this, SealKey, 'this');
    const { kdf = 'argon2id' } = options(given, 'wrap', ['kdf']);
    const asked = [secret(password), oneOf(kdf, 'kdf', KDFS)];
    return callAsync(() => held.wrap(...asked));
  }

  toBytes() {
    const held = native(this, SealKey, 'this');
    return call(() => held.toBytes());
  }

  get id() {
    const held = native(this, SealKey, 'this');
    return call(() => held.id());
  }

  toJSON() {
    return { id: this.id };
  }

  [inspect.custom]() {
    return this.closed ? 'SealKey(closed)' : `SealKey(id ${this.id})`;
  }
}

/** Seals with one key, and opens with that and retired ones. */
class Sealer extends Handle {
  constructor(key, given = {}) {
    const { retired = [] } = options(given, 'Sealer', ['retired']);
    if (!Array.isArray(retired)) {
      throw refuse('retired', retired, 'is a list of SealKeys');
    }
    const keys = [key, ...retired].map((each, place) => native(each, SealKey, place === 0 ? 'key' : `retired[${place - 1}]`));
    super(call(() => new addon.Sealer(keys)));
  }

  seal(data, given = {}) {
    const held = native(this, Sealer, 'this');
    const about = bound(given, 'seal');
    bytes(data, 'data');
    return call(() => held.seal(data, about));
  }

  open(sealed, given = {}) {
    const held = native(this, Sealer, 'this');
    const about = bound(given, 'open');
    bytes(sealed, 'sealed');
    return call(() => held.open(sealed, about));
  }

  sealAudio(data, given = {}) {
    const held = native(this, Sealer, 'this');
    const { chunkBytes = 65536, ...rest } = options(given, 'sealAudio', ['aad', 'chunkBytes']);
    const [about, size] = [bound(rest, 'sealAudio'), count(chunkBytes, 'chunkBytes')];
    bytes(data, 'data');
    return call(() => held.sealStream(data, about, size));
  }

  openAudio(sealed, given = {}) {
    const held = native(this, Sealer, 'this');
    const about = bound(given, 'openAudio');
    bytes(sealed, 'sealed');
    return call(() => held.openStream(sealed, about));
  }

  openAudioChunk(sealed, index, given = {}) {
    const held = native(this, Sealer, 'this');
    const about = bound(given, 'openAudioChunk');
    bytes(sealed, 'sealed');
    const header = sealed.subarray(0, HEADER_BYTES);
    const size = header.length === HEADER_BYTES ? new DataView(header.buffer, header.byteOffset + 12, 4).getUint32(0) : 0;
    const stride = size + TAG_BYTES;
    const chunks = Math.max(Math.ceil((sealed.length - HEADER_BYTES) / stride), 0);
    if (!Number.isInteger(index) || index < 0 || index >= chunks) {
      throw refuse('index', index, `is an integer, 0 to ${chunks - 1}`);
    }
    const chunk = sealed.subarray(HEADER_BYTES + index * stride, HEADER_BYTES + (index + 1) * stride);
    return call(() => held.openChunk(header, about, index, index === chunks - 1, chunk));
  }

  stream(given = {}) {
    const held = native(this, Sealer, 'this');
    const { chunkBytes = 65536, ...rest } = options(given, 'stream', ['aad', 'chunkBytes']);
    const [about, size] = [bound(rest, 'stream'), count(chunkBytes, 'chunkBytes')];
    return new SealStream(MADE, call(() => held.stream(about, size)));
  }
}

/** Audio that is sealed while it comes: `header` first, then what each `push` and `finish` give. */
class SealStream extends Handle {
  constructor(token, held) {
    if (token !== MADE) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'a seal stream is begun by sealer.stream()');
    }
    super(held);
  }

  get header() {
    const held = native(this, SealStream, 'this');
    return call(() => held.header());
  }

  push(data) {
    const held = native(this, SealStream, 'this');
    bytes(data, 'data');
    return call(() => held.push(data));
  }

  finish() {
    const held = native(this, SealStream, 'this');
    return call(() => held.finish());
  }
}

/** What sealed data is bound to. */
function bound(given, where) {
  const { aad = NOTHING } = options(given, where, ['aad']);
  return bytes(aad, 'aad');
}

function secret(password) {
  return Buffer.from(typeof password === 'string' ? string(password, 'password') : bytes(password, 'password'));
}

function fernetOpen(key, token) {
  string(key, 'key');
  string(token, 'token');
  return call(() => addon.fernetOpen(key, token));
}

module.exports = { SealKey, SealStream, Sealer, fernetOpen };
