'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { inspect } = require('node:util');

const { Key } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY } = require('../fixtures/speech.js');

test('a key survives hexadecimal and bytes', () => {
  const key = Key.fromHex(KEY);
  assert.strictEqual(key.toHex(), KEY);
  assert.strictEqual(Key.fromBytes(Buffer.from(KEY, 'hex')).id, key.id);
  assert.strictEqual(Key.fromBytes(new Uint8Array(Buffer.from(KEY, 'hex'))).toHex(), KEY);
  assert.match(key.id, /^[0-9a-f]{16}$/);
});

test('two generated keys differ', () => {
  assert.notStrictEqual(Key.generate().toHex(), Key.generate().toHex());
});

test('whatever prints a key prints its id and nothing of the secret', () => {
  const key = Key.fromHex(KEY);
  const shown = [inspect(key), inspect({ key }, { showHidden: true, depth: 9 }), JSON.stringify({ key }), String(key), `${Object.entries(key)}`];
  assert.strictEqual(shown[0], `Key(id ${key.id})`);
  assert.strictEqual(shown[2], `{"key":{"id":"${key.id}"}}`);
  for (const text of shown) {
    for (let at = 0; at + 8 <= KEY.length; at += 1) {
      assert.ok(!text.includes(KEY.slice(at, at + 8)), text);
    }
  }
});

test('a wrong key says what is wrong with it and does not repeat it', () => {
  assert.throws(() => Key.fromBytes(new Uint8Array(31).fill(7)), refusal('VG_ERR_KEY', /31 bytes.*32/));
  assert.throws(() => Key.fromBytes(new Uint8Array(0)), refusal('VG_ERR_KEY', /0 bytes/));
  assert.throws(() => Key.fromBytes(new Uint8Array(32)), refusal('VG_ERR_KEY', /zero/));
  assert.throws(() => Key.fromBytes(KEY), refusal('VG_ERR_ARGUMENT', /is a string: accepted is a Uint8Array or a Buffer/));
  assert.throws(() => Key.fromBytes([1, 2]), refusal('VG_ERR_ARGUMENT', /is an Array/));
  assert.throws(() => Key.fromBytes(new Uint8Array(new SharedArrayBuffer(32))), refusal('VG_ERR_ARGUMENT', /SharedArrayBuffer/));
  assert.throws(() => Key.fromHex('ab'), refusal('VG_ERR_KEY', /64 hexadecimal/));
  assert.throws(() => Key.fromHex(`g${KEY.slice(1)}`), refusal('VG_ERR_KEY', /position 0/));
  assert.throws(() => Key.fromHex('\ud800'.repeat(64)), refusal('VG_ERR_UTF8', /lone surrogate/));
  assert.throws(() => Key.fromHex(undefined), refusal('VG_ERR_ARGUMENT', /is undefined/));
  assert.throws(() => new Key(KEY), refusal('VG_ERR_ARGUMENT', /Key\.generate\(\)/));
});

test('a closed key answers so', () => {
  const key = Key.fromHex(KEY);
  assert.strictEqual(key.closed, false);
  key.close();
  key.close();
  assert.strictEqual(key.closed, true);
  assert.throws(() => key.toHex(), refusal('VG_ERR_HANDLE', /Key is closed/));
  assert.throws(() => key.id, refusal('VG_ERR_HANDLE', /closed/));
  assert.strictEqual(inspect(key), 'Key(closed)');
});

test('an object that only looks like a key is none', () => {
  for (const forged of [{}, Object.create(Key.prototype), null, undefined, 3, () => {}]) {
    assert.throws(() => Key.prototype.toHex.call(forged), refusal('VG_ERR_ARGUMENT', /accepted is a Key/));
  }
});
