'use strict';

const assert = require('node:assert');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');

const { Policy } = require('..');
const { refusal } = require('../fixtures/refusal.js');

const RULES = {
  version: 1,
  rules: [
    { id: 'fraud-1', category: 'fraud', severity: 'error', match: 'phrase', terms: ['wire transfer'] },
    { id: 'odd-1', category: 'odd', severity: 'warning', match: 'term', terms: ['zebra'] },
  ],
};

const rule = (fields) => ({ version: 1, rules: [{ id: 'r', category: 'c', severity: 'error', ...fields }] });

test('a harmless text is allowed as it is', () => {
  const verdict = new Policy(RULES).check('Good morning.');
  assert.deepStrictEqual({ ...verdict, reason: '' }, { action: 'allow', allowed: true, text: 'Good morning.', reason: '', markup: 'plain', hits: [] });
});

test('a blocked text is a verdict that says why and where', () => {
  const text = 'Please make a wire transfer now.';
  const verdict = new Policy(RULES).check(text);
  assert.strictEqual(verdict.action, 'block');
  assert.strictEqual(verdict.allowed, false);
  assert.strictEqual(verdict.text, '');
  assert.match(verdict.reason, /fraud/);
  assert.ok(!verdict.reason.includes('wire'));
  const [hit] = verdict.hits;
  assert.deepStrictEqual([hit.rule, hit.category, hit.severity, hit.action], ['fraud-1', 'fraud', 'error', 'block']);
  assert.strictEqual(text.slice(hit.start, hit.end), 'wire transfer');
});

test('a warning lets the text pass, and tells', () => {
  const verdict = new Policy(RULES).check('A zebra crossing.');
  assert.deepStrictEqual([verdict.action, verdict.allowed, verdict.text], ['warn', true, 'A zebra crossing.']);
});

test('start and end cut the hit out of a JavaScript string, whatever stands before it', () => {
  const text = '😀é漢 zebra 😀';
  const [hit] = new Policy(RULES).check(text).hits;
  assert.strictEqual(text.slice(hit.start, hit.end), 'zebra');
  assert.strictEqual([...text].slice(hit.startChar, hit.endChar).join(''), 'zebra');
  assert.strictEqual(Buffer.from(text).subarray(hit.startByte, hit.endByte).toString(), 'zebra');
});

test('markup is read as it is asked to be', () => {
  const policy = new Policy(RULES);
  const ssml = '<speak>wire <break time="200ms"/>transfer</speak>';
  assert.strictEqual(policy.check(ssml).markup, 'ssml');
  assert.strictEqual(policy.check(ssml).allowed, false);
  assert.strictEqual(policy.check(ssml, { markup: 'plain' }).markup, 'plain');
  assert.strictEqual(policy.check('a < b', { markup: 'plain' }).allowed, true);
  assert.throws(() => policy.check('<speak>a', { markup: 'ssml' }), refusal('VG_ERR_TEXT', /./));
  assert.throws(() => policy.check('a', { markup: 'html' }), refusal('VG_ERR_ARGUMENT', /markup is "html": accepted are "auto", "plain", "ssml"/));
  assert.throws(() => policy.check('a', 'ssml'), refusal('VG_ERR_ARGUMENT', /options of check is a string/));
});

test('rules come as an object, as JSON text or from a file, and mean the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxguard-'));
  try {
    const path = join(folder, 'rules.json');
    writeFileSync(path, JSON.stringify(RULES));
    const hashes = [new Policy(RULES), new Policy(JSON.stringify(RULES, null, 2)), Policy.fromFile(path), Policy.fromFile(pathToFileURL(path))].map((policy) => policy.hash);
    assert.match(hashes[0], /^[0-9a-f]{64}$/);
    assert.deepStrictEqual(new Set(hashes).size, 1);
    assert.notStrictEqual(new Policy(rule({ match: 'term', terms: ['x'] })).hash, hashes[0]);
    writeFileSync(path, Buffer.from([0x22, 0xff, 0x22]));
    assert.throws(() => Policy.fromFile(path), refusal('VG_ERR_UTF8', /UTF-8/));
    assert.throws(() => Policy.fromFile(join(folder, 'none')), { code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('rules that cannot work are refused: which rule, and what is wrong', () => {
  assert.throws(() => new Policy('not JSON'), refusal('VG_ERR_POLICY', /JSON|line 1/));
  assert.throws(() => new Policy(''), refusal('VG_ERR_POLICY', /./));
  assert.throws(() => new Policy({}), refusal('VG_ERR_POLICY', /./));
  assert.throws(() => new Policy([1]), refusal('VG_ERR_POLICY', /./));
  assert.throws(() => new Policy(rule({ match: 'regex', pattern: 'a(b' })), refusal('VG_ERR_POLICY', /"?r"?.*/));
  assert.throws(() => new Policy(rule({ match: 'regex', pattern: '((a{200}){200}){200}' })), refusal('VG_ERR_POLICY', /r/));
  assert.throws(() => new Policy(rule({ match: 'term', terms: ['x'], action: 'hide' })), refusal('VG_ERR_POLICY', /allow.*warn.*block/));
  assert.throws(() => new Policy(rule({ match: 'term', terms: ['x'], colour: 1 })), refusal('VG_ERR_POLICY', /colour/));
  const circle = {};
  circle.circle = circle;
  assert.throws(() => new Policy(circle), refusal('VG_ERR_POLICY', /JSON/));
  for (const wrong of [null, undefined, 3, true, () => {}, Buffer.from('{}')]) {
    assert.throws(() => new Policy(wrong), refusal('VG_ERR_ARGUMENT', /rules is .*accepted is an object/));
  }
  assert.throws(() => new Policy('{"\ud800":1}'), refusal('VG_ERR_UTF8', /lone surrogate at index 2/));
});

test('a text must be text: a string with a UTF-8 form, up to 1 MiB', () => {
  const policy = new Policy(RULES);
  assert.throws(() => policy.check('a\udc00b'), refusal('VG_ERR_UTF8', /text has a lone surrogate at index 1/));
  assert.throws(() => policy.check(Buffer.from([0xff])), refusal('VG_ERR_ARGUMENT', /text is a Buffer: accepted is a string/));
  assert.throws(() => policy.check(), refusal('VG_ERR_ARGUMENT', /text is undefined/));
  assert.throws(() => policy.check('x'.repeat(10e6)), refusal('VG_ERR_TEXT', /10000000|1048576|1 MiB/));
  assert.strictEqual(policy.check('').allowed, true);
  assert.strictEqual(policy.check('nul \0 inside').text, 'nul \0 inside');
  assert.strictEqual(policy.check('still fine').allowed, true);
});

test('an error never repeats the text', () => {
  try {
    new Policy(RULES).check('<speak>secret-word-77', { markup: 'ssml' });
    assert.fail('broken markup passed');
  } catch (error) {
    assert.strictEqual(error.code, 'VG_ERR_TEXT');
    assert.ok(!`${error.stack}`.includes('secret-word-77'));
  }
});

test('a closed policy answers so', () => {
  const policy = new Policy(RULES);
  policy.close();
  assert.throws(() => policy.check('a'), refusal('VG_ERR_HANDLE', /Policy is closed/));
  assert.throws(() => policy.hash, refusal('VG_ERR_HANDLE', /closed/));
});
