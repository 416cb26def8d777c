'use strict';

const assert = require('node:assert');
const { createHash } = require('node:crypto');
const { test } = require('node:test');

const { Guard, Key, Ledger, Policy, Utterance, detect } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, chunks, joined, speech, speech16 } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);
const policy = new Policy({
  version: 1,
  rules: [{ id: 'fraud-1', category: 'fraud', severity: 'error', match: 'phrase', terms: ['wire transfer'] }],
});
const REQUEST = { text: 'Good morning.', voice: 'heart', subject: 'user-1' };

function guarded(change) {
  return new Guard({ key, policy, ledger: 'sqlite::memory:', ...change });
}

function sha256(samples) {
  return createHash('sha256').update(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)).digest('hex');
}

test('an utterance is checked, marked, recorded and found again', async () => {
  const guard = guarded();
  const utterance = guard.utterance(REQUEST);
  assert.strictEqual(utterance.allowed, true);
  assert.strictEqual(utterance.text, 'Good morning.');
  assert.strictEqual(utterance.verdict.action, 'allow');
  assert.strictEqual(utterance.record, null);
  const input = speech(8);
  const parts = [...chunks(input, [480])].map((chunk) => utterance.mark(chunk));
  assert.strictEqual(utterance.pending, utterance.latency);
  const { samples, record } = await utterance.finish();
  const output = joined([...parts, samples]);
  assert.strictEqual(output.length, input.length);

  assert.strictEqual(record, utterance.record);
  assert.strictEqual(record.kind, 'generation');
  assert.strictEqual(record.seq, 1);
  assert.strictEqual(record.mark, utterance.markId);
  assert.strictEqual(record.keyId, key.id);
  assert.strictEqual(record.voice, 'heart');
  assert.strictEqual(record.policy, policy.hash);
  assert.strictEqual(record.outcome, 'complete');
  assert.deepStrictEqual([record.framesIn, record.framesMarked, record.rate, record.channels, record.sampleFormat], [input.length, input.length, 24000, 1, 'f32']);
  assert.deepStrictEqual([record.audioIn, record.audioOut], [sha256(input), sha256(output)]);
  assert.ok(!JSON.stringify(record).includes('user-1') && !JSON.stringify(record).includes('morning'));

  const detection = await detect(output, { sampleRate: 24000, keys: [key] });
  assert.strictEqual(detection.mark, utterance.markId);
  assert.deepStrictEqual(await guard.ledger.find({ mark: detection.mark }), [record]);
  assert.deepStrictEqual(await guard.ledger.find({ subject: 'user-1' }), [record]);
});

test('16-bit stereo goes the same way', async () => {
  const guard = guarded({ sampleRate: 16000, channels: 2 });
  const utterance = guard.utterance(REQUEST);
  const input = speech16(1, { sampleRate: 16000, channels: 2 });
  const parts = [...chunks(input, [1, 333], 2)].map((chunk) => utterance.mark(chunk));
  const { samples, record } = await utterance.finish();
  const output = joined([...parts, samples]);
  assert.strictEqual(samples.constructor, Int16Array);
  assert.strictEqual(output.length, input.length);
  assert.deepStrictEqual([record.framesIn, record.channels, record.rate, record.sampleFormat], [16000, 2, 16000, 'i16']);
  assert.strictEqual(record.audioOut, sha256(output));
});

test('a refusal is a verdict and a record, and no sound', async () => {
  const told = [];
  const guard = guarded({ onRecord: (record) => told.push(record) });
  const utterance = guard.utterance({ ...REQUEST, text: 'Make a wire transfer.' });
  assert.strictEqual(utterance.allowed, false);
  assert.strictEqual(utterance.text, '');
  assert.strictEqual(utterance.markId, null);
  assert.match(utterance.verdict.reason, /fraud/);
  assert.strictEqual(utterance.record.kind, 'refusal');
  assert.deepStrictEqual(told, [utterance.record]);
  assert.throws(() => utterance.mark(speech(0.1)), refusal('VG_ERR_STATE', /./));
  await assert.rejects(utterance.finish(), refusal('VG_ERR_STATE', /refused/));
  assert.deepStrictEqual(await guard.ledger.get(1), utterance.record);
  utterance.close();
  assert.strictEqual(await guard.ledger.length(), 1);
});

test('a text that cannot be judged begins nothing', async () => {
  const guard = guarded();
  assert.throws(() => guard.utterance({ ...REQUEST, text: 'x'.repeat(10e6) }), refusal('VG_ERR_TEXT', /./));
  assert.throws(() => guard.utterance({ ...REQUEST, text: '\ud800' }), refusal('VG_ERR_UTF8', /text/));
  assert.throws(() => guard.utterance({ ...REQUEST, text: '<speak>', markup: 'ssml' }), refusal('VG_ERR_TEXT', /./));
  assert.throws(() => guard.utterance({ ...REQUEST, text: 7 }), refusal('VG_ERR_ARGUMENT', /text is the number 7/));
  assert.throws(() => guard.utterance({ text: 'a' }), refusal('VG_ERR_ARGUMENT', /voice is undefined/));
  assert.throws(() => guard.utterance({ ...REQUEST, subject: 'a b' }), refusal('VG_ERR_ARGUMENT', /subject/));
  assert.throws(() => guard.utterance({ ...REQUEST, subject: 7 }), refusal('VG_ERR_ARGUMENT', /subject is the number 7/));
  assert.throws(() => guard.utterance({ ...REQUEST, rate: 7 }), refusal('VG_ERR_ARGUMENT', /no option "rate"/));
  assert.throws(() => guard.utterance({ ...REQUEST, sampleRate: 7 }), refusal('VG_ERR_AUDIO_FORMAT', /7 Hz/));
  assert.throws(() => guard.utterance(), refusal('VG_ERR_ARGUMENT', /undefined/));
  assert.strictEqual(await guard.ledger.length(), 0);
});

test('who uses an utterance while it is being finished is told that it is busy', async () => {
  const guard = guarded();
  const utterance = guard.utterance(REQUEST);
  utterance.mark(speech(0.5));
  // Which of the two the workers begin first is theirs to choose.
  const both = await Promise.allSettled([utterance.finish(), utterance.finish()]);
  const [done, ...others] = both.filter(({ status }) => status === 'fulfilled');
  const [{ reason }] = both.filter(({ status }) => status === 'rejected');
  assert.deepStrictEqual(others, []);
  assert.strictEqual(done.value.record.outcome, 'complete');
  // The first may be done before the other begins: then it is over, which is as clear an answer.
  const busy = refusal('VG_ERR_BUSY', /wait/);
  assert.ok(reason.code === 'VG_ERR_STATE' || busy(reason));
  assert.throws(() => utterance.mark(speech(0.1)), refusal('VG_ERR_STATE', /./));
  await assert.rejects(utterance.abort(), refusal('VG_ERR_STATE', /over/));
  assert.strictEqual(await guard.ledger.length(), 1);
});

test('what is aborted is recorded as that', async () => {
  const guard = guarded();
  const utterance = guard.utterance(REQUEST);
  utterance.mark(speech(0.5));
  const record = await utterance.abort();
  assert.strictEqual(record.outcome, 'aborted');
  assert.strictEqual(record.framesIn, 12000);
  assert.ok(record.framesMarked < 12000);
  assert.deepStrictEqual(await guard.ledger.get(1), record);
  const silent = guard.utterance(REQUEST);
  assert.strictEqual(await silent.abort(), null);
  assert.strictEqual(await guard.ledger.length(), 1);
});

test('closing what is unfinished records it as aborted, and tells', async () => {
  const told = [];
  const guard = guarded({ onRecord: (record) => told.push(record) });
  const utterance = guard.utterance(REQUEST);
  utterance.mark(speech(0.5));
  utterance.close();
  utterance.close();
  assert.strictEqual(utterance.record.outcome, 'aborted');
  assert.deepStrictEqual(told, [utterance.record]);
  assert.deepStrictEqual(await guard.ledger.get(1), utterance.record);
  assert.throws(() => utterance.mark(speech(0.1)), refusal('VG_ERR_HANDLE', /Utterance is closed/));
  await assert.rejects(utterance.finish(), refusal('VG_ERR_HANDLE', /closed/));
});

test('Symbol.asyncDispose aborts what is unfinished and leaves alone what is finished', { skip: Symbol.asyncDispose ? false : 'this Node has no Symbol.asyncDispose' }, async () => {
  const guard = guarded();
  const unfinished = guard.utterance(REQUEST);
  unfinished.mark(speech(0.2));
  await unfinished[Symbol.asyncDispose]();
  assert.strictEqual(unfinished.record.outcome, 'aborted');
  const finished = guard.utterance(REQUEST);
  finished.mark(speech(0.2));
  await finished.finish();
  await finished[Symbol.asyncDispose]();
  assert.strictEqual(finished.closed, true);
  assert.strictEqual(finished.record.outcome, 'complete');
  assert.strictEqual(await guard.ledger.length(), 2);
});

test('onRecord hears of a record once it is in the ledger, and is waited for', async () => {
  const seen = [];
  const guard = guarded({
    onRecord: async (record) => {
      seen.push([record, await guard.ledger.get(record.seq)]);
    },
  });
  const utterance = guard.utterance(REQUEST);
  utterance.mark(speech(0.2));
  const { record } = await utterance.finish();
  assert.deepStrictEqual(seen, [[record, record]]);
});

test('when onRecord fails finish rejects, the record stays, and finishing again loses nothing', async () => {
  for (const fail of [
    () => {
      throw new Error('the host is ill');
    },
    () => Promise.reject(new Error('the host is ill')),
  ]) {
    let attempts = 0;
    const guard = guarded({ onRecord: () => (attempts++ === 0 ? fail() : undefined) });
    const utterance = guard.utterance(REQUEST);
    const input = speech(0.5);
    const part = utterance.mark(input);
    await assert.rejects(utterance.finish(), (error) => {
      assert.strictEqual(error.cause.message, 'the host is ill');
      return refusal('VG_ERR_CALLBACK', /onRecord.*ledger/)(error);
    });
    assert.strictEqual(await guard.ledger.length(), 1);
    const { samples, record } = await utterance.finish();
    assert.strictEqual(part.length + samples.length, input.length);
    assert.deepStrictEqual(await guard.ledger.get(1), record);
    assert.strictEqual(await guard.ledger.length(), 1);
    assert.strictEqual(attempts, 2);
  }
});

test('an onRecord that fails at a refusal fails the call that made it', async () => {
  const guard = guarded({
    onRecord: () => {
      throw new Error('no');
    },
  });
  assert.throws(() => guard.utterance({ ...REQUEST, text: 'wire transfer' }), refusal('VG_ERR_CALLBACK', /onRecord/));
  assert.strictEqual((await guard.ledger.get(1)).kind, 'refusal');
});

test('an utterance outlives its guard, and the order of closing does not matter', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const guard = new Guard({ key, ledger });
  assert.strictEqual(guard.ledger, ledger);
  const utterance = guard.utterance(REQUEST);
  guard.close();
  assert.strictEqual(ledger.closed, false);
  utterance.mark(speech(0.2));
  await utterance.finish();
  utterance.close();
  assert.strictEqual(await ledger.length(), 1);
  ledger.close();
  assert.throws(() => guard.utterance(REQUEST), refusal('VG_ERR_HANDLE', /Guard is closed/));
});

test('a guard closes the ledger that it opened', async () => {
  const guard = guarded();
  const { ledger } = guard;
  guard.close();
  guard.close();
  assert.strictEqual(ledger.closed, true);
  await assert.rejects(ledger.length(), refusal('VG_ERR_HANDLE', /Ledger is closed/));
});

test('without policy and ledger there is still a mark and a record', async () => {
  const guard = new Guard({ key });
  assert.strictEqual(guard.ledger, null);
  const utterance = guard.utterance({ text: 'Make a wire transfer.', voice: 'heart' });
  assert.strictEqual(utterance.allowed, true);
  utterance.mark(speech(0.2));
  const { record } = await utterance.finish();
  assert.strictEqual(record.mark, utterance.markId);
  assert.strictEqual(record.seq, null);
});

test('a guard is made of the right things, or not at all', () => {
  const made = (change) => () => guarded(change);
  assert.throws(() => new Guard(), refusal('VG_ERR_ARGUMENT', /undefined/));
  assert.throws(made({ key: undefined }), refusal('VG_ERR_ARGUMENT', /key is undefined: accepted is a Key/));
  assert.throws(made({ policy: { version: 1, rules: [] } }), refusal('VG_ERR_ARGUMENT', /policy is a plain object: accepted is a Policy/));
  assert.throws(made({ ledger: 7 }), refusal('VG_ERR_ARGUMENT', /ledger is the number 7/));
  assert.throws(made({ onRecord: 'log' }), refusal('VG_ERR_ARGUMENT', /onRecord is a string: accepted is a function/));
  assert.throws(made({ sampleRate: 'fast' }), refusal('VG_ERR_ARGUMENT', /sampleRate/));
  assert.throws(made({ channels: 9 }), refusal('VG_ERR_AUDIO_FORMAT', /9 channels/));
  assert.throws(made({ rules: [] }), refusal('VG_ERR_ARGUMENT', /no option "rules"/));
  const theirs = new Ledger('sqlite::memory:', { key: Key.generate() });
  assert.throws(made({ ledger: theirs }), refusal('VG_ERR_STORE_KEY', /key/));
  assert.throws(() => new Utterance(), refusal('VG_ERR_ARGUMENT', /guard\.utterance/));
});
