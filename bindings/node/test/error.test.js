'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Key, VoxguardError } = require('..');
const { native } = require('../lib/addon.js');
const STATUS = require('../lib/status.js');

test('the statuses have the names and numbers that the library gives them', () => {
  for (const [name, status] of Object.entries(STATUS)) {
    assert.strictEqual(native.statusName(status), name);
  }
  const known = new Set(Object.values(STATUS));
  const unknown = native.statusName(19);
  for (let status = 1; status < 100; status += 1) {
    if (!known.has(status)) {
      assert.strictEqual(native.statusName(status), unknown, `status ${status} is not in lib/status.js`);
    }
  }
});

test('an error is an Error with code and status, and a stack that leads to the caller', () => {
  function theCaller() {
    return Key.fromHex('ab');
  }
  for (const fail of [theCaller, () => Key.fromHex(7)]) {
    assert.throws(fail, (error) => {
      assert.ok(error instanceof VoxguardError && error instanceof Error);
      assert.match(error.stack, /^VoxguardError: [^]*error\.test\.js/);
      assert.strictEqual(STATUS[error.code], error.status);
      return true;
    });
  }
  assert.throws(theCaller, (error) => /theCaller/.test(error.stack));
});

test('a VoxguardError of your own has its status by its code', () => {
  const cause = new Error('why');
  const error = new VoxguardError('VG_ERR_BUSY', 'later', { cause });
  assert.deepStrictEqual([error.name, error.code, error.status, error.message, error.cause], ['VoxguardError', 'VG_ERR_BUSY', 4, 'later', cause]);
});
