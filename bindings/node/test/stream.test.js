'use strict';

const assert = require('node:assert');
const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { test } = require('node:test');

const { Guard, Key, MarkTransform, Policy, embed, markTransformStream } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, chunks, joined, speech, speech16 } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);
const usual = { sampleRate: 24000, key, mark: 0x1234abcd };

function bytesOf(samples) {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** What comes out of `transform` when `source` goes in. */
async function through(source, transform) {
  const out = [];
  await pipeline(Readable.from(source), transform, async (stream) => {
    for await (const chunk of stream) {
      out.push(chunk);
    }
  });
  return out;
}

/** The same for a web stream. */
async function throughWeb(source, transform) {
  const out = [];
  const readable = new ReadableStream({
    start(controller) {
      for (const chunk of source) {
        controller.enqueue(chunk);
      }
      controller.close();
    },
  });
  for await (const chunk of readable.pipeThrough(transform)) {
    out.push(chunk);
  }
  return out;
}

const ways = [
  ['MarkTransform', through, (options) => new MarkTransform(options)],
  ['markTransformStream', throughWeb, (options) => markTransformStream(options)],
];

for (const [name, run, make] of ways) {
  test(`${name} gives what embed gives, however the stream is cut`, async () => {
    for (const samples of [speech(1), speech16(1)]) {
      for (const frames of [[480], [1, 0, 7, 5000]]) {
        const out = await run(chunks(samples, frames), make(usual));
        assert.deepStrictEqual(joined(out), embed(samples, usual));
      }
    }
  });

  test(`${name} takes bytes that are cut anywhere`, async () => {
    for (const channels of [1, 2]) {
      const samples = speech16(0.6, { channels });
      const expected = bytesOf(embed(samples, { ...usual, channels }));
      for (const sizes of [[1], [3, 2, 0, 5], [4097], [1e9]]) {
        if (sizes[0] === 1 && name !== 'MarkTransform') {
          continue;
        }
        const out = await run(chunks(bytesOf(samples), sizes), make({ ...usual, channels }));
        assert.ok(out.every((chunk) => Buffer.isBuffer(chunk)));
        assert.ok(Buffer.concat(out).equals(expected));
      }
    }
  });

  test(`${name} lets an empty stream be empty`, async () => {
    assert.deepStrictEqual(await run([], make(usual)), []);
  });

  test(`${name} refuses a stream that ends inside a frame`, async () => {
    const bytes = bytesOf(speech16(0.5));
    await assert.rejects(run([bytes, bytes.subarray(0, 1)], make(usual)), refusal('VG_ERR_PARTIAL_FRAME', /1 bytes of the last 2/));
    await assert.rejects(run([bytes.subarray(0, 2)], make({ ...usual, channels: 2 })), refusal('VG_ERR_PARTIAL_FRAME', /2 bytes of the last 4/));
  });

  test(`${name} refuses what is no audio, and a change of form`, async () => {
    await assert.rejects(run(['abc'], make(usual)), refusal('VG_ERR_ARGUMENT', /chunk is a string: accepted is a Float32Array, an Int16Array, or a Buffer/));
    await assert.rejects(run([new Float64Array(2)], make(usual)), refusal('VG_ERR_ARGUMENT', /Float64Array/));
    await assert.rejects(run([new Float32Array([1, NaN])], make(usual)), refusal('VG_ERR_NON_FINITE', /finite/));
    await assert.rejects(run([speech(0.1), speech16(0.1)], make(usual)), refusal('VG_ERR_STATE', /began with/));
    await assert.rejects(run([speech16(0.1), bytesOf(speech16(0.1))], make(usual)), refusal('VG_ERR_STATE', /began with samples/));
    await assert.rejects(run([new Float32Array(new SharedArrayBuffer(8))], make(usual)), refusal('VG_ERR_ARGUMENT', /SharedArrayBuffer/));
    assert.throws(() => make({ ...usual, rate: 1 }), refusal('VG_ERR_ARGUMENT', /no option "rate"/));
    assert.throws(() => make({ ...usual, sampleRate: 0 }), refusal('VG_ERR_AUDIO_FORMAT', /0 Hz/));
    assert.throws(() => make(), refusal('VG_ERR_ARGUMENT', /undefined/));
  });
}

test('MarkTransform lets a slow reader slow the writer down', async () => {
  const transform = new MarkTransform({ ...usual, highWaterMark: 2 });
  let accepted = 0;
  while (transform.write(speech(0.1)) && accepted < 100) {
    accepted += 1;
  }
  assert.ok(accepted < 10);
  transform.destroy();
  assert.throws(() => new MarkTransform({ ...usual, highWaterMark: 0 }), refusal('VG_ERR_ARGUMENT', /highWaterMark/));
});

const policy = new Policy({
  version: 1,
  rules: [{ id: 'fraud-1', category: 'fraud', severity: 'error', match: 'term', terms: ['ransom'] }],
});

for (const [name, run, make] of [
  ['stream', through, (utterance) => utterance.stream()],
  ['transformStream', throughWeb, (utterance) => utterance.transformStream()],
]) {
  test(`utterance.${name} marks, and has recorded when it ends`, async () => {
    const guard = new Guard({ key, policy, ledger: 'sqlite::memory:' });
    const utterance = guard.utterance({ text: 'Hello.', voice: 'heart' });
    const bytes = bytesOf(speech16(1));
    const out = await run(chunks(bytes, [999]), make(utterance));
    assert.ok(Buffer.concat(out).equals(bytesOf(embed(speech16(1), { ...usual, mark: utterance.markId }))));
    assert.strictEqual(utterance.record.outcome, 'complete');
    assert.strictEqual(utterance.record.framesIn, 24000);
    assert.deepStrictEqual(await guard.ledger.get(1), utterance.record);
    assert.strictEqual(await guard.ledger.length(), 1);
  });

  test(`utterance.${name} of a refused text fails and lets no sound out`, async () => {
    const guard = new Guard({ key, policy });
    const utterance = guard.utterance({ text: 'Pay the ransom.', voice: 'heart' });
    await assert.rejects(run([speech(0.5)], make(utterance)), refusal('VG_ERR_STATE', /./));
    assert.strictEqual(utterance.record.kind, 'refusal');
  });

  test(`utterance.${name} that breaks is recorded as aborted`, async () => {
    const guard = new Guard({ key, policy, ledger: 'sqlite::memory:' });
    const utterance = guard.utterance({ text: 'Hello.', voice: 'heart' });
    await assert.rejects(run([speech(0.5), 'noise'], make(utterance)), refusal('VG_ERR_ARGUMENT', /string/));
    assert.strictEqual(utterance.record.outcome, 'aborted');
    assert.strictEqual((await guard.ledger.get(1)).framesIn, 12000);
  });
}

test('an utterance whose reader goes away is recorded as aborted', async () => {
  const guard = new Guard({ key, ledger: 'sqlite::memory:' });
  const utterance = guard.utterance({ text: 'Hello.', voice: 'heart' });
  const broken = new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done(new Error('unplugged')) });
  await assert.rejects(pipeline(Readable.from(chunks(speech(2), [4800])), utterance.stream({ highWaterMark: 1 }), broken), /unplugged/);
  // The transform writes the record while it is destroyed, which nobody waits for.
  while (utterance.record === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.strictEqual(utterance.record.outcome, 'aborted');
});
