'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const vm = require('node:vm');

const { Key, Marker, embed, embedAsync } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, chunks, joined, speech, speech16 } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);
const usual = { sampleRate: 24000, key, mark: 0x1234abcd };

function streamed(samples, frames, options) {
  const marker = new Marker(options);
  const parts = [...chunks(samples, frames, options.channels)].map((chunk) => marker.process(chunk));
  return joined([...parts, marker.flush()]);
}

test('marking by chunks of any size is marking at once, bit for bit', () => {
  for (const channels of [1, 2]) {
    for (const samples of [speech(1.5, { channels }), speech16(1.5, { channels })]) {
      const options = { ...usual, channels };
      const whole = embed(samples, options);
      assert.strictEqual(whole.length, samples.length);
      assert.notDeepStrictEqual(whole, samples);
      for (const frames of [[1, 2, 3, 0, 479], [480], [1021], [24000, 1], [1e9]]) {
        assert.deepStrictEqual(streamed(samples, frames, options), whole);
      }
    }
  }
});

test('what comes out is of the kind that went in, and new', () => {
  for (const samples of [speech(0.5), speech16(0.5)]) {
    const before = samples.slice();
    const marked = embed(samples, usual);
    assert.strictEqual(marked.constructor, samples.constructor);
    assert.notStrictEqual(marked.buffer, samples.buffer);
    assert.deepStrictEqual(samples, before);
  }
});

test('as many frames come out as went in, later by the latency', () => {
  const marker = new Marker(usual);
  assert.ok(marker.latency > 0 && marker.latency <= 0.08 * 24000);
  assert.strictEqual(marker.pending, 0);
  const first = marker.process(speech(0.5));
  assert.strictEqual(first.length, 12000 - marker.latency);
  assert.strictEqual(marker.pending, marker.latency);
  assert.strictEqual(marker.flush().length, marker.latency);
  assert.strictEqual(marker.pending, 0);
});

test('an empty chunk is a chunk, and an empty stream a stream', () => {
  const marker = new Marker(usual);
  assert.strictEqual(marker.process(new Float32Array(0)).length, 0);
  assert.deepStrictEqual(marker.flush(), new Float32Array(0));
  assert.deepStrictEqual(new Marker(usual).flush(), new Float32Array(0));
  assert.deepStrictEqual(embed(new Int16Array(0), usual), new Int16Array(0));
});

test('after flush and after reset a marker stands as new', () => {
  const samples = speech(0.6);
  const marker = new Marker(usual);
  const once = joined([marker.process(samples), marker.flush()]);
  const again = joined([marker.process(samples), marker.flush()]);
  marker.process(speech16(0.2));
  marker.reset();
  assert.strictEqual(marker.pending, 0);
  const third = joined([marker.process(samples), marker.flush()]);
  assert.deepStrictEqual(again, once);
  assert.deepStrictEqual(third, once);
});

test('a view into a larger buffer is read from where it begins', () => {
  const samples = speech(0.5);
  const room = new Float32Array(samples.length + 7);
  room.set(samples, 5);
  assert.deepStrictEqual(embed(room.subarray(5, 5 + samples.length), usual), embed(samples, usual));
});

test('a mark is a number or a BigInt', () => {
  const samples = speech(0.5);
  assert.deepStrictEqual(embed(samples, { ...usual, mark: 0x1234abcdn }), embed(samples, usual));
  embed(samples, { ...usual, mark: 0 });
  embed(samples, { ...usual, mark: 0xffffffff });
  for (const mark of [-1, 2 ** 32, 1.5, NaN, Infinity, -1n, 2n ** 32n, '7', null, undefined, {}]) {
    assert.throws(() => embed(samples, { ...usual, mark }), refusal('VG_ERR_ARGUMENT', /mark is .*0 to 4294967295/));
  }
});

test('embedAsync gives what embed gives, of the samples as they were', async () => {
  for (const samples of [speech(0.7), speech16(0.7)]) {
    const whole = embed(samples, usual);
    const promise = embedAsync(samples, usual);
    samples.fill(0);
    assert.deepStrictEqual(await promise, whole);
  }
});

test('many embeddings at once do not disturb each other', async () => {
  const all = Array.from({ length: 16 }, (_, turn) => speech(0.2 + 0.01 * turn));
  const marked = await Promise.all(all.map((samples, mark) => embedAsync(samples, { ...usual, mark })));
  marked.forEach((samples, mark) => assert.deepStrictEqual(samples, embed(all[mark], { ...usual, mark })));
});

test('what is no Float32Array and no Int16Array is refused by name', async () => {
  const marker = new Marker(usual);
  const refused = [
    [new Float64Array(4), /Float64Array/],
    [new Int32Array(4), /Int32Array/],
    [new Uint16Array(4), /Uint16Array/],
    [[0, 1], /an Array/],
    [Buffer.alloc(4), /a Buffer/],
    [new ArrayBuffer(4), /an ArrayBuffer/],
    [new DataView(new ArrayBuffer(4)), /a DataView/],
    [[new Float32Array(2), new Float32Array(2)], /an Array/],
    [{ length: 4 }, /a plain object/],
    ['abcd', /a string/],
    [null, /null/],
    [undefined, /undefined/],
    [7, /the number 7/],
  ];
  for (const [samples, name] of refused) {
    const right = (error) => refusal('VG_ERR_ARGUMENT', name)(error) && refusal('VG_ERR_ARGUMENT', /Float32Array .*Int16Array/)(error);
    assert.throws(() => marker.process(samples), right);
    assert.throws(() => embed(samples, usual), right);
    await assert.rejects(embedAsync(samples, usual), right);
  }
});

test('shared and detached memory is refused', () => {
  const marker = new Marker(usual);
  assert.throws(() => marker.process(new Float32Array(new SharedArrayBuffer(16))), refusal('VG_ERR_ARGUMENT', /SharedArrayBuffer/));
  const gone = speech(0.1);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  assert.throws(() => marker.process(gone), refusal('VG_ERR_ARGUMENT', /detached/));
});

test('an array of another realm is as good as ours', () => {
  const foreign = vm.runInNewContext('new Float32Array(4800).fill(0.25)');
  assert.ok(!(foreign instanceof Float32Array));
  assert.deepStrictEqual(embed(foreign, usual), embed(new Float32Array(4800).fill(0.25), usual));
});

test('a sample that is no number is refused, and the marker goes on as if nothing had been', () => {
  const samples = speech(0.5);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const marker = new Marker(usual);
    const spoilt = samples.slice();
    spoilt[100] = bad;
    assert.throws(() => marker.process(spoilt), refusal('VG_ERR_NON_FINITE', /finite/));
    assert.throws(() => embed(spoilt, usual), refusal('VG_ERR_NON_FINITE', /finite/));
    assert.strictEqual(marker.pending, 0);
    assert.deepStrictEqual(joined([marker.process(samples), marker.flush()]), embed(samples, usual));
  }
});

test('half a frame is refused', () => {
  const marker = new Marker({ ...usual, channels: 2 });
  assert.throws(() => marker.process(new Float32Array(3)), refusal('VG_ERR_PARTIAL_FRAME', /frame/));
  assert.throws(() => embed(new Int16Array(5), { ...usual, channels: 2 }), refusal('VG_ERR_PARTIAL_FRAME', /frame/));
});

test('a stream does not change its kind midway', () => {
  const marker = new Marker(usual);
  marker.process(speech(0.1));
  assert.throws(() => marker.process(speech16(0.1)), refusal('VG_ERR_STATE', /began with Float32Array.*not Int16Array/));
  assert.strictEqual(marker.flush().constructor, Float32Array);
  assert.strictEqual(marker.process(speech16(0.5)).constructor, Int16Array);
});

test('a rate or a channel count that is not supported is refused with the value', () => {
  const made = (change) => () => new Marker({ ...usual, ...change });
  assert.throws(made({ sampleRate: 0 }), refusal('VG_ERR_AUDIO_FORMAT', /0 Hz.*8000 to 192000/));
  assert.throws(made({ sampleRate: 1e9 }), refusal('VG_ERR_AUDIO_FORMAT', /1000000000 Hz/));
  assert.throws(made({ sampleRate: 1e12 }), refusal('VG_ERR_AUDIO_FORMAT', /1000000000000 Hz/));
  assert.throws(made({ sampleRate: -1 }), refusal('VG_ERR_AUDIO_FORMAT', /-1 Hz/));
  assert.throws(made({ sampleRate: 24000.5 }), refusal('VG_ERR_ARGUMENT', /24000.5/));
  assert.throws(made({ sampleRate: '24000' }), refusal('VG_ERR_ARGUMENT', /a string: accepted is an integer/));
  assert.throws(made({ sampleRate: NaN }), refusal('VG_ERR_ARGUMENT', /NaN/));
  assert.throws(made({ sampleRate: undefined }), refusal('VG_ERR_ARGUMENT', /undefined/));
  assert.throws(made({ channels: 9 }), refusal('VG_ERR_AUDIO_FORMAT', /9 channels: accepted are 1 to 8/));
  assert.throws(made({ channels: 0 }), refusal('VG_ERR_AUDIO_FORMAT', /0 channels/));
  assert.throws(made({ channels: 65537 }), refusal('VG_ERR_AUDIO_FORMAT', /65537 channels/));
  assert.throws(made({ channels: 1.5 }), refusal('VG_ERR_ARGUMENT', /1.5/));
  for (const channels of [1, 2, 8]) {
    new Marker({ ...usual, channels }).close();
  }
});

test('an unknown option, a wrong key and no options at all are refused', () => {
  assert.throws(() => new Marker(), refusal('VG_ERR_ARGUMENT', /undefined.*sampleRate, key, mark, channels/));
  assert.throws(() => new Marker({ ...usual, rate: 8000 }), refusal('VG_ERR_ARGUMENT', /no option "rate".*sampleRate/));
  assert.throws(() => new Marker({ ...usual, key: KEY }), refusal('VG_ERR_ARGUMENT', /key is a string: accepted is a Key/));
  assert.throws(() => embed(speech(0.1), key), refusal('VG_ERR_ARGUMENT', /./));
  const closed = Key.generate();
  closed.close();
  assert.throws(() => new Marker({ ...usual, key: closed }), refusal('VG_ERR_HANDLE', /Key is closed/));
});

test('a marker outlives its key', () => {
  const passing = Key.fromHex(KEY);
  const marker = new Marker({ ...usual, key: passing });
  passing.close();
  const samples = speech(0.3);
  assert.deepStrictEqual(joined([marker.process(samples), marker.flush()]), embed(samples, usual));
});

test('a closed marker answers so, whatever it is asked', () => {
  const marker = new Marker(usual);
  marker.close();
  marker.close();
  const asked = [() => marker.process(new Float32Array(1)), () => marker.flush(), () => marker.reset(), () => marker.latency, () => marker.pending, () => marker.debugPanic()];
  for (const ask of asked) {
    assert.throws(ask, refusal('VG_ERR_HANDLE', /Marker is closed/));
  }
});

test('Symbol.dispose closes', { skip: Symbol.dispose ? false : 'this Node has no Symbol.dispose' }, () => {
  const marker = new Marker(usual);
  marker[Symbol.dispose]();
  assert.strictEqual(marker.closed, true);
});

test('a fault inside the library is an error, and kills nothing but its handle', () => {
  const samples = speech(0.3);
  const [doomed, other] = [new Marker(usual), new Marker(usual)];
  const first = other.process(samples.subarray(0, 3000));
  assert.throws(() => doomed.debugPanic(), refusal('VG_ERR_INTERNAL', /./));
  assert.throws(() => doomed.process(samples), refusal('VG_ERR_POISONED', /./));
  assert.throws(() => doomed.flush(), refusal('VG_ERR_POISONED', /./));
  doomed.close();
  const rest = other.process(samples.subarray(3000));
  assert.deepStrictEqual(joined([first, rest, other.flush()]), embed(samples, usual));
});
