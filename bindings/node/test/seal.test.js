'use strict';

// Sealing from JavaScript: what opens, and what is noticed.

const assert = require('node:assert');
const { statSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const { SealKey, Sealer, fernetOpen } = require('..');
const { folder } = require('../fixtures/folder.js');

const sealed = { code: 'VG_ERR_SEAL' };

test('sealed bytes open with their binding alone', () => {
  const key = SealKey.generate();
  const sealer = new Sealer(key);
  const aad = Buffer.from('id-7');
  const secret = sealer.seal(Buffer.from('Good morning.'), { aad });
  assert.strictEqual(sealer.open(secret, { aad }).toString(), 'Good morning.');
  assert.throws(() => sealer.open(secret, { aad: Buffer.from('id-8') }), sealed);
  assert.throws(() => sealer.open(secret), sealed);
  const next = new Sealer(SealKey.generate(), { retired: [key] });
  assert.strictEqual(next.open(secret, { aad }).toString(), 'Good morning.');
  assert.throws(() => new Sealer(SealKey.generate()).open(secret, { aad }), sealed);
  assert.throws(() => new Sealer({}), { code: 'VG_ERR_ARGUMENT' });
  assert.throws(() => sealer.seal('text'), { code: 'VG_ERR_ARGUMENT' });
});

test('audio is sealed in chunks, whole or while it comes, and each chunk opens on its own', () => {
  const sealer = new Sealer(SealKey.generate());
  const audio = Buffer.from(Uint8Array.from({ length: 25600 }, (_, place) => place % 251));
  const aad = Buffer.from('a');
  const stream = sealer.stream({ aad, chunkBytes: 1000 });
  const pieces = [stream.header];
  for (let begin = 0; begin < audio.length; begin += 333) {
    pieces.push(stream.push(audio.subarray(begin, begin + 333)));
  }
  pieces.push(stream.finish());
  assert.throws(() => stream.push(audio), { code: 'VG_ERR_STATE' });
  for (const whole of [sealer.sealAudio(audio, { aad, chunkBytes: 1000 }), Buffer.concat(pieces)]) {
    assert.deepStrictEqual(sealer.openAudio(whole, { aad }), audio);
    assert.deepStrictEqual(sealer.openAudioChunk(whole, 3, { aad }), audio.subarray(3000, 4000));
    assert.deepStrictEqual(sealer.openAudioChunk(whole, 25, { aad }), audio.subarray(25000));
    assert.throws(() => sealer.openAudioChunk(whole, 26, { aad }), { code: 'VG_ERR_ARGUMENT' });
    assert.throws(() => sealer.openAudio(whole.subarray(0, -1), { aad }), sealed);
    const swapped = Buffer.concat([whole.subarray(0, 40), whole.subarray(1056, 2072), whole.subarray(40, 1056), whole.subarray(2072)]);
    assert.throws(() => sealer.openAudio(swapped, { aad }), sealed);
  }
  assert.throws(() => sealer.openAudioChunk(Buffer.alloc(3), 0), { code: 'VG_ERR_ARGUMENT' });
});

test('a key comes from a file that its owner alone may read, from the environment, or not at all', (context) => {
  const path = join(folder(context).path, 'seal.key');
  assert.throws(() => SealKey.fromFile(path), /does not exist/);
  const made = SealKey.fromFile(path, { create: true });
  if (process.platform !== 'win32') {
    assert.strictEqual(statSync(path).mode & 0o777, 0o600);
  }
  assert.strictEqual(SealKey.fromFile(path).id, made.id);
  assert.throws(() => SealKey.fromEnv('VOXGUARD_NO_SUCH_KEY'), /VOXGUARD_NO_SUCH_KEY/);
  assert.strictEqual(SealKey.fromBytes(made.toBytes()).id, made.id);
  assert.strictEqual(inspect(made), `SealKey(id ${made.id})`);
  assert.strictEqual(JSON.stringify(made), `{"id":"${made.id}"}`);
});

test('a key is wrapped under a password and opens with no other', async () => {
  const key = SealKey.generate();
  for (const kdf of ['argon2id', 'pbkdf2']) {
    const wrapped = await key.wrap('correct horse', { kdf });
    const opened = await SealKey.unwrap(wrapped, Buffer.from('correct horse'), { kdf });
    assert.deepStrictEqual([opened.key.id, opened.outdated], [key.id, false]);
    await assert.rejects(SealKey.unwrap(wrapped, 'wrong', { kdf }), /password/);
  }
  const { outdated } = await SealKey.unwrap(await key.wrap('x', { kdf: 'pbkdf2' }), 'x');
  assert.ok(outdated);
});

test('a Fernet token of an older system is read', () => {
  // The example of the specification.
  const token = 'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
  assert.strictEqual(fernetOpen('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', token).toString(), 'hello');
  assert.throws(() => fernetOpen('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', token.replace('eEw', 'eEx')), sealed);
});
