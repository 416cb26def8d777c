'use strict';

// The vectors that every language must agree with. Each file has a kind of its own: one that is not known here fails,
// so that no vector stands there unread.

const assert = require('node:assert');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');

const { Key, Marker, Policy, checkProof, detect, embed } = require('..');
const { refusal } = require('../fixtures/refusal.js');
const { chunks, joined } = require('../fixtures/speech.js');

const FOLDER = join(__dirname, '..', '..', '..', 'tests', 'vectors');

const escaped = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

/** The bits of the marked samples are those of this machine; elsewhere the last one may differ. */
const EXACT = process.platform === 'linux' && process.arch === 'x64' && Boolean(process.report.getReport().header.glibcVersionRuntime) && hasFma();

function hasFma() {
  const flags = readFileSync('/proc/cpuinfo', 'utf8').match(/^flags.*$/m)?.[0] ?? '';
  return / avx /.test(flags) && / fma /.test(flags);
}

function sha256(samples) {
  return createHash('sha256').update(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)).digest('hex');
}

const READERS = {
  'audio.json': async ({ format, key: keyHex, key_id: keyId, other_key: otherHex, cases }) => {
    assert.strictEqual(format, 1);
    const [key, other] = [Key.fromHex(keyHex), Key.fromHex(otherHex)];
    assert.strictEqual(key.id, keyId);
    const { readWav } = await import('../../../examples/node/wav.mjs');
    for (const each of cases) {
      const { sampleRate, channels, samples } = readWav(join(FOLDER, each.wav));
      assert.deepStrictEqual([sampleRate, channels, samples.length / channels], [each.rate, each.channels, each.frames], each.wav);
      const options = { sampleRate, channels, key, mark: Number.parseInt(each.mark, 16) };

      const marked = embed(samples, options);
      const floats = embed(Float32Array.from(samples, (sample) => sample / 32768), options);
      const probed = marked.filter((_, index) => index % each.probe_every === 0);
      assert.strictEqual(probed.length, each.probes.length, each.wav);
      probed.forEach((sample, index) => assert.ok(Math.abs(sample - each.probes[index]) <= 1, `${each.wav}, probe ${index}`));
      if (EXACT) {
        assert.deepStrictEqual([sha256(marked), sha256(floats)], [each.marked_i16_sha256, each.marked_f32_sha256], each.wav);
      }
      const marker = new Marker(options);
      const parts = [...chunks(samples, [1, 0, 997], channels)].map((chunk) => marker.process(chunk));
      assert.deepStrictEqual(joined([...parts, marker.flush()]), marked, each.wav);

      const found = await detect(marked, { sampleRate, channels, keys: [key] });
      const mark = found.mark === null ? null : found.mark.toString(16).padStart(8, '0');
      assert.deepStrictEqual({ found: found.found, mark }, each.detected, each.wav);
      assert.strictEqual((await detect(samples, { sampleRate, channels, keys: [key] })).found, false, each.wav);
      assert.strictEqual((await detect(marked, { sampleRate, channels, keys: [other] })).found, false, each.wav);
    }
  },
  'policy.json': ({ rules, policy_hash: hash, cases, errors, bad_rules: badRules }) => {
    const policy = new Policy(rules);
    assert.strictEqual(policy.hash, hash);
    for (const { name, text, markup, verdict } of cases) {
      const { hits, policy_hash: _, ...expected } = verdict;
      const { hits: found, ...given } = policy.check(text, { markup });
      assert.deepStrictEqual(given, expected, name);
      const spans = found.map((hit) => ({
        rule: hit.rule,
        category: hit.category,
        severity: hit.severity,
        action: hit.action,
        start: hit.startChar,
        end: hit.endChar,
        start_byte: hit.startByte,
        end_byte: hit.endByte,
        view: hit.view,
      }));
      assert.deepStrictEqual(spans, hits, name);
      for (const { start, end, startByte, endByte } of found) {
        assert.strictEqual(text.slice(start, end), Buffer.from(text).subarray(startByte, endByte).toString(), name);
      }
    }
    for (const { text, markup, status, message } of errors) {
      assert.throws(() => policy.check(text, { markup }), refusal(status, escaped(message)));
    }
    for (const { rules: bad, status, message } of badRules) {
      assert.throws(() => new Policy(bad), refusal(status, escaped(message)));
    }
  },
  'ledger.json': async ({ cases }) => {
    assert.ok(cases.length >= 20);
    for (const { name, holds, question } of cases) {
      const answer = await checkProof(question);
      assert.strictEqual(answer.holds, holds, `${name}: ${answer.reason}`);
    }
  },
};

const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];

test('there are vectors', { skip: existsSync(join(FOLDER, '..')) ? false : 'not in a checkout' }, () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(`vectors of ${file}`, async () => {
    assert.ok(READERS[file], `nobody here reads ${file}`);
    await READERS[file](JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
  });
}
