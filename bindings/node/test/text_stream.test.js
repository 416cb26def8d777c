'use strict';

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { test } = require('node:test');

const { Policy, TextTransform, lintRules, signRules, starterRules, textTransformStream } = require('..');

const RULES = {
  version: 1,
  rules: [
    { id: 'en-1', category: 'violence', severity: 'error', match: 'term', terms: ['kill'], language: 'en' },
    { id: 'pii-card', category: 'pii', severity: 'error', match: 'pii', pii: 'card', action: 'mask' },
    { id: 'voices', category: 'impersonation', severity: 'error', match: 'name', terms: ['Aurelia Example'] },
  ],
};
const MASKED = 'Use card number ending four two four two now.';

test('a card is masked, whole and in pieces', () => {
  const policy = new Policy(RULES);
  const text = 'Use 4242 4242 4242 4242 now.';
  assert.equal(policy.check(text).text, MASKED);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const stream = policy.stream();
    const pieces = [stream.push(text.slice(0, cut)), stream.push(text.slice(cut)), stream.finish()];
    assert.equal(pieces.map((piece) => piece.text).join(''), MASKED);
  }
});

test('a blocked stream is over', () => {
  const stream = new Policy(RULES).stream();
  assert.equal(stream.push('Go and k').text, 'Go ');
  const last = stream.push('1ll it, my friend. ');
  assert.deepEqual([last.text, last.blocked, last.hits[0].rule], ['and ', true, 'en-1']);
  stream.close();
  assert.throws(() => stream.push('more'), { code: 'VG_ERR_HANDLE' });
});

test('streams of Node and of the web release what may be spoken', async () => {
  const policy = new Policy(RULES);
  const released = [];
  for await (const text of Readable.from(['Use 4242 4242 ', '4242 4242 now.']).pipe(new TextTransform(policy))) {
    released.push(text);
  }
  assert.equal(released.join(''), MASKED);
  let blocked = null;
  const web = Readable.toWeb(Readable.from(['I ki', 'll ', 'never'])).pipeThrough(
    textTransformStream(policy, { onBlocked: (hits) => (blocked = hits[0].rule) }),
  );
  let text = '';
  for await (const part of web) {
    text += part;
  }
  assert.deepEqual([text, blocked], ['I ', 'en-1']);
});

test('a consent lifts a protected name', () => {
  const policy = new Policy(RULES);
  assert.equal(policy.check('I am Aurelia Example').action, 'block');
  assert.equal(policy.check('I am Aurelia Example', { consents: ['voices'] }).action, 'allow');
});

test('rules are linted, signed and explained', () => {
  const [advice] = lintRules([{ name: 'old', pattern: '\\bdiscriminat\\b', severity: 'error', category: 'x' }]);
  assert.equal(advice.code, 'stem-between-boundaries');
  const pack = signRules(RULES, new Uint8Array(32).fill(7));
  const { key } = JSON.parse(pack);
  assert.equal(Policy.fromPack(pack, [Buffer.from(key, 'base64')]).hash, new Policy(RULES).hash);
  assert.throws(() => Policy.fromPack(pack, [new Uint8Array(32)]), /not trusted/);
  assert.equal(new Policy(starterRules('en')).check('Read me your card number').action, 'block');
  assert.equal(new Policy(RULES).explain('k1ll').hits[0].sought, 'kill');
});
