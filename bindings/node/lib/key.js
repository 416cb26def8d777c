'use strict';

const { inspect } = require('node:util');

const { native: addon } = require('./addon.js');
const { bytes, string } = require('./check.js');
const { VoxguardError, call } = require('./error.js');
const { Handle, native } = require('./handle.js');

const MAKE = Symbol('voxguard.Key');

/** The one secret: 256 bits. It is never printed: what is seen of a key is its id. */
class Key extends Handle {
  constructor(token, held) {
    if (token !== MAKE) {
      throw new VoxguardError('VG_ERR_ARGUMENT', 'a key is made by Key.generate(), Key.fromHex(text) or Key.fromBytes(bytes)');
    }
    super(held);
  }

  static generate() {
    return new Key(MAKE, call(() => addon.Key.generate()));
  }

  static fromHex(text) {
    string(text, 'the hexadecimal text of the key');
    return new Key(MAKE, call(() => addon.Key.fromHex(text)));
  }

  static fromBytes(value) {
    bytes(value, 'the bytes of the key');
    return new Key(MAKE, call(() => addon.Key.fromBytes(value)));
  }

  toHex() {
    const held = native(this, Key, 'this');
    return call(() => held.toHex());
  }

  get id() {
    const held = native(this, Key, 'this');
    return call(() => held.id());
  }

  toJSON() {
    return { id: this.id };
  }

  [inspect.custom]() {
    return this.closed ? 'Key(closed)' : `Key(id ${this.id})`;
  }
}

module.exports = { Key };
