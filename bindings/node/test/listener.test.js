'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Detector, Key, Listener, Marker, curveSeries, detect, detectSync, embed, embedAsync } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, chunks, joined, speech, speech16 } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);
const MARK = 0x1234abcd;
const usual = { sampleRate: 8000, key, mark: MARK };
const voice = speech(10, { sampleRate: 8000 });
const marked = embed(voice, usual);
const fast = { sampleRate: 8000, keys: [key], effort: 'fast' };

test('a mark is found under its own scheme alone', async () => {
  for (const scheme of [0, 16, 32, 64]) {
    const samples = await embedAsync(voice, { ...usual, scheme });
    for (const sought of [0, 16, 32, 64]) {
      const { found, mark } = detectSync(samples, { ...fast, scheme: sought });
      assert.strictEqual(found, scheme === sought, `${scheme} sought as ${sought}`);
      if (found && scheme > 0) {
        assert.strictEqual(mark, scheme === 16 ? 0xabcd : MARK);
      }
    }
  }
});

test('an id of 64 bits comes back as a BigInt, and only its scheme takes it', () => {
  const mark = 0xfedcba9876543210n;
  const found = detectSync(embed(voice, { ...usual, mark, scheme: 64 }), { ...fast, scheme: 64 });
  assert.strictEqual(found.mark, mark);
  assert.throws(() => embed(voice, { ...usual, mark }), refusal('VG_ERR_ARGUMENT', /0 to 4294967295/));
  assert.throws(() => embed(voice, { ...usual, mark: 2n ** 64n, scheme: 64 }), refusal('VG_ERR_ARGUMENT', /0 to 18446744073709551615/));
});

test('a stronger mark changes more, and a marker takes the same options', () => {
  const change = (strength) => embed(voice, { ...usual, strength }).reduce((sum, value, index) => sum + (value - voice[index]) ** 2, 0);
  assert.ok(change(0.5) < 0.5 * change(1) && change(1) < 0.5 * change(2));
  const options = { ...usual, scheme: 16, strength: 0.5 };
  const marker = new Marker(options);
  assert.deepStrictEqual(joined([marker.process(voice), marker.flush()]), embed(voice, options));
});

test('schemes and strengths that there are not are refused', () => {
  assert.throws(() => embed(voice, { ...usual, scheme: 24 }), refusal('VG_ERR_ARGUMENT', /scheme is the number 24: accepted are 0, 16, 32 and 64/));
  assert.throws(() => new Detector({ keys: [key], scheme: '32' }), refusal('VG_ERR_ARGUMENT', /scheme is a string/));
  for (const strength of [0, 0.2, 2.1, -1]) {
    assert.throws(() => embed(voice, { ...usual, strength }), refusal('VG_ERR_ARGUMENT', /0\.25 to 2/));
  }
  assert.throws(() => new Marker({ ...usual, strength: NaN }), refusal('VG_ERR_ARGUMENT', /strength is the number NaN/));
});

test('a detection says speed, pitch and soft bits, and its curve as pairs', async () => {
  const detection = await detect(marked, fast);
  assert.deepStrictEqual([detection.speed, detection.pitch, detection.chips], [1, 1, MARK & 255]);
  assert.ok(detection.softBits instanceof Float32Array && detection.softBits.length > 32);
  const series = curveSeries(detection);
  assert.strictEqual(series.length, detection.curve.time.length);
  assert.deepStrictEqual(series[1], [detection.curve.time[1], detection.curve.score[1]]);
  assert.throws(() => curveSeries([]), refusal('VG_ERR_ARGUMENT', /detection is an Array/));
});

test('progress rises to 1, and what it throws rejects', async () => {
  const shares = [];
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const detection = await detector.detect(marked, { sampleRate: 8000, progress: (done) => shares.push(done) });
  assert.strictEqual(detection.mark, MARK);
  assert.strictEqual(shares.at(-1), 1);
  assert.ok(shares.every((share, index) => share > 0 && (index === 0 || share > shares[index - 1])));
  const fault = new Error('enough');
  const progress = () => {
    throw fault;
  };
  await assert.rejects(detector.detect(marked, { sampleRate: 8000, progress }), fault);
  await assert.rejects(detector.detect(marked, { sampleRate: 8000, progress: 1 }), refusal('VG_ERR_ARGUMENT', /progress is the number 1/));
});

test('an abort ends a detection with its reason', async () => {
  const long = new Float32Array(8000 * 600);
  const controller = new AbortController();
  const begun = detect(long, { ...fast, signal: controller.signal });
  controller.abort();
  await assert.rejects(begun, { name: 'AbortError' });
  const reason = new Error('no longer needed');
  await assert.rejects(detect(marked, { ...fast, signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(detect(marked, { ...fast, signal: {} }), refusal('VG_ERR_ARGUMENT', /signal is a plain object: accepted is an AbortSignal/));
});

test('many clips are looked into one after another, and told of', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const items = [marked, voice, marked].map((samples) => ({ samples, sampleRate: 8000 }));
  const told = [];
  const found = [];
  for await (const detection of detector.detectMany(items, { progress: (done) => told.push(done) })) {
    found.push(detection.found);
  }
  assert.deepStrictEqual(found, [true, false, true]);
  assert.strictEqual(told.at(-1), 3);
  const many = detector.detectMany(items, { signal: AbortSignal.abort() });
  await assert.rejects(many.next(), { name: 'AbortError' });
});

test('a listener says while the stream runs what a detector says after it', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const listener = detector.listen({ sampleRate: 8000 });
  detector.close();
  for (const samples of [marked, embed(speech16(10, { sampleRate: 8000 }), usual)]) {
    const verdicts = [];
    for await (const verdict of listener.verdicts(chunks(samples, [999, 7, 4000]))) {
      verdicts.push(verdict);
    }
    assert.strictEqual(verdicts.length, 4, 'after 2, 4 and 8 seconds, and at the end');
    assert.ok(verdicts.every(({ seconds }, index) => index === 0 || seconds > verdicts[index - 1].seconds));
    const { found, mark, seconds } = verdicts[3];
    assert.deepStrictEqual({ found, mark, seconds }, { found: true, mark: MARK, seconds: 10 });
  }
  assert.strictEqual(await listener.push(new Float32Array(0)), null);
  assert.strictEqual((await listener.finish()).seconds, 0);
  listener.close();
  await assert.rejects(listener.finish(), refusal('VG_ERR_HANDLE', /Listener is closed/));
});

test('what cannot be heard is refused, and the listener goes on', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  assert.throws(() => detector.listen({ sampleRate: 1 }), refusal('VG_ERR_AUDIO_FORMAT', /1 Hz/));
  assert.throws(() => new Listener(), refusal('VG_ERR_ARGUMENT', /detector\.listen/));
  const listener = detector.listen({ sampleRate: 8000, channels: 2 });
  await assert.rejects(listener.push(new Float32Array(3)), refusal('VG_ERR_PARTIAL_FRAME', /3 interleaved samples/));
  await assert.rejects(listener.push(Float32Array.of(0, NaN)), refusal('VG_ERR_NON_FINITE', /finite/));
  await assert.rejects(listener.push([0, 0]), refusal('VG_ERR_ARGUMENT', /an Array/));
  await assert.rejects(listener.verdicts([], { signal: AbortSignal.abort() }).next(), { name: 'AbortError' });
  assert.strictEqual((await listener.finish()).found, false);
});
