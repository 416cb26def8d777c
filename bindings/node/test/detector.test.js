'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Detector, Key, detect, detectSync, embed } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, speech, speech16 } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);
const MARK = 0x1234abcd;
const usual = { sampleRate: 24000, key, mark: MARK };
const marked = embed(speech(8), usual);

test('a mark is found again, with its number, its key and its place', async () => {
  for (const samples of [marked, embed(speech16(8), usual)]) {
    const detection = await detect(samples, { sampleRate: 24000, keys: [Key.generate(), key] });
    assert.strictEqual(detection.found, true);
    assert.ok(detection.pValue < 1e-6, String(detection.pValue));
    assert.strictEqual(detection.mark, MARK);
    assert.strictEqual(detection.keyId, key.id);
    assert.strictEqual(detection.seconds, 8);
    assert.ok(detection.spans.length > 0);
    for (const { start, end, score } of detection.spans) {
      assert.ok(start >= 0 && start < end && end <= 8 && score > 0, JSON.stringify(detection.spans));
    }
  }
});

test('the curve can be drawn: seconds that rise, and as many scores', async () => {
  const { curve } = await detect(marked, { sampleRate: 24000, keys: [key] });
  assert.ok(curve.time instanceof Float64Array && curve.score instanceof Float64Array);
  assert.ok(curve.time.length > 3);
  assert.strictEqual(curve.time.length, curve.score.length);
  assert.ok(curve.time.every((time, index) => index === 0 || time > curve.time[index - 1]));
});

test('without a mark, or with another key, nothing is found', async () => {
  for (const [samples, keys] of [[speech(8), [key]], [marked, [Key.generate()]]]) {
    const detection = await detect(samples, { sampleRate: 24000, keys });
    assert.strictEqual(detection.found, false);
    assert.ok(detection.pValue >= 1e-6);
    assert.strictEqual(detection.mark, null);
    assert.strictEqual(detection.keyId, null);
    assert.deepStrictEqual(detection.spans, []);
  }
});

test('detect, detectSync and a detector that is kept say the same', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const options = { sampleRate: 24000, keys: [key], effort: 'fast' };
  const expected = detectSync(marked, options);
  assert.strictEqual(expected.mark, MARK);
  assert.deepStrictEqual(await detect(marked, options), expected);
  assert.deepStrictEqual(detector.detectSync(marked, { sampleRate: 24000 }), expected);
  const several = await Promise.all([1, 2, 3].map(() => detector.detect(marked, { sampleRate: 24000 })));
  several.forEach((detection) => assert.deepStrictEqual(detection, expected));
});

test('the samples are copied before detect returns, and closing stops nothing that was begun', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const samples = marked.slice();
  const promise = detector.detect(samples, { sampleRate: 24000 });
  samples.fill(0);
  detector.close();
  assert.strictEqual((await promise).mark, MARK);
  await assert.rejects(detector.detect(samples, { sampleRate: 24000 }), refusal('VG_ERR_HANDLE', /Detector is closed/));
});

test('no samples are no mark', async () => {
  const detection = await detect(new Float32Array(0), { sampleRate: 24000, keys: [key] });
  assert.strictEqual(detection.found, false);
  assert.strictEqual(detection.seconds, 0);
});

test('bad samples reject, and the detector is usable after', async () => {
  const detector = new Detector({ keys: [key], effort: 'fast' });
  const spoilt = marked.slice();
  spoilt[5] = NaN;
  await assert.rejects(detector.detect(spoilt, { sampleRate: 24000 }), refusal('VG_ERR_NON_FINITE', /finite/));
  await assert.rejects(detector.detect(marked, { sampleRate: 0 }), refusal('VG_ERR_AUDIO_FORMAT', /0 Hz/));
  await assert.rejects(detector.detect(marked, { sampleRate: 24000, channels: 9 }), refusal('VG_ERR_AUDIO_FORMAT', /9 channels/));
  await assert.rejects(detector.detect(new Float32Array(3), { sampleRate: 24000, channels: 2 }), refusal('VG_ERR_PARTIAL_FRAME', /frame/));
  await assert.rejects(detector.detect(new Float64Array(3), { sampleRate: 24000 }), refusal('VG_ERR_ARGUMENT', /Float64Array/));
  await assert.rejects(detector.detect(marked), refusal('VG_ERR_ARGUMENT', /undefined.*sampleRate, channels/));
  assert.throws(() => detector.detectSync(spoilt, { sampleRate: 24000 }), refusal('VG_ERR_NON_FINITE', /finite/));
  assert.strictEqual((await detector.detect(marked, { sampleRate: 24000 })).mark, MARK);
});

test('keys and effort are checked', async () => {
  const asked = (change) => detect(marked, { sampleRate: 24000, keys: [key], ...change });
  await assert.rejects(asked({ keys: key }), refusal('VG_ERR_ARGUMENT', /keys is a Key: accepted is an array of Key/));
  await assert.rejects(asked({ keys: [] }), refusal('VG_ERR_CONFIG', /0 keys: accepted are 1 to 64/));
  await assert.rejects(asked({ keys: Array(65).fill(key) }), refusal('VG_ERR_CONFIG', /65 keys: accepted are 1 to 64/));
  await assert.rejects(asked({ keys: [key, KEY] }), refusal('VG_ERR_ARGUMENT', /keys\[1\] is a string/));
  await assert.rejects(asked({ effort: 'hard' }), refusal('VG_ERR_ARGUMENT', /effort is "hard": accepted are "fast", "normal", "thorough"/));
  await assert.rejects(asked({ key }), refusal('VG_ERR_ARGUMENT', /no option "key"/));
});
