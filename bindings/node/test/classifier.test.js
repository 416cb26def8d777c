'use strict';

const assert = require('node:assert');
const test = require('node:test');

const { Guard, Key, Policy, publicSigningKey, rulesFromWords, signRules } = require('..');
const { KEY } = require('../fixtures/speech.js');

const RULES = { version: 1, rules: [{ id: 'w', category: 'fraud', severity: 'error', match: 'phrase', terms: ['wire transfer'] }] };
const named = { rule: 'model', category: 'meaning' };

/** Finds the word "bad", wherever it is said. */
function bad(spoken) {
  const start = spoken.indexOf('bad');
  return start < 0 ? [] : [{ ...named, start, end: start + 3 }];
}

/** Runs a test without the warnings that failures are told by, and gives their messages. */
async function warnings(run) {
  const told = [];
  const emit = process.emitWarning;
  process.emitWarning = (warning) => told.push(warning.message);
  try {
    await run();
  } finally {
    process.emitWarning = emit;
  }
  return told;
}

test('a classifier is asked about every spoken text, and its findings are hits', async () => {
  const policy = new Policy(RULES, { classifier: bad });
  assert.strictEqual(policy.check('all good').action, 'allow');
  const text = '<speak>😀 a <emphasis>bad</emphasis> thing</speak>';
  for (const verdict of [policy.check(text), await policy.judge(text)]) {
    assert.deepStrictEqual([verdict.action, verdict.text, verdict.reason], ['block', '', 'blocked: meaning']);
    const [hit] = verdict.hits;
    assert.deepStrictEqual([hit.rule, hit.view, text.slice(hit.start, hit.end)], ['model', 'classifier', 'bad']);
  }
  assert.strictEqual(policy.check('a wire transfer').hits[0].rule, 'w');
  assert.strictEqual(policy.hash, new Policy(RULES).hash, 'the classifier is no part of it');
});

test('what a classifier wants masked is masked, in markup too', () => {
  const policy = new Policy(RULES, { classifier: (spoken) => bad(spoken).map((found) => ({ ...found, action: 'mask' })) });
  assert.strictEqual(policy.check('<speak>a <p>bad</p> thing</speak>').text, '<speak>a <p></p> thing</speak>');
});

test('a guard asks the classifier of its policy', async () => {
  const policy = new Policy(RULES, { classifier: bad });
  const guard = new Guard({ key: Key.fromHex(KEY), policy });
  assert.strictEqual(guard.utterance({ text: 'all good', voice: 'v' }).allowed, true);
  assert.strictEqual(guard.utterance({ text: 'a bad thing', voice: 'v' }).allowed, false);
  const slow = new Policy(RULES, { classifier: async (spoken) => bad(spoken) });
  const patient = new Guard({ key: Key.fromHex(KEY), policy: slow });
  assert.strictEqual((await patient.utteranceAsync({ text: 'all good', voice: 'v' })).allowed, true);
  const refused = await patient.utteranceAsync({ text: 'a bad thing', voice: 'v' });
  assert.deepStrictEqual([refused.allowed, refused.verdict.reason], [false, 'blocked: meaning']);
});

test('a stream with a classifier holds everything to its end', () => {
  const stream = new Policy(RULES, { classifier: bad }).stream();
  assert.strictEqual(stream.push('all is good. And ').text, '');
  assert.strictEqual(stream.finish().text, 'all is good. And ');
  const refused = new Policy(RULES, { classifier: bad }).stream();
  refused.push('a bad thing');
  assert.strictEqual(refused.finish().blocked, true);
});

test('another thread waits for a promise; on this one it is a failure', async () => {
  const later = async (spoken) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return bad(spoken);
  };
  const policy = new Policy(RULES, { classifier: later });
  assert.strictEqual((await policy.judge('all good')).action, 'allow');
  assert.strictEqual((await policy.judge('a bad thing')).hits[0].rule, 'model');
  const told = await warnings(() => assert.strictEqual(policy.check('all good').action, 'block'));
  assert.match(told[0], /a Promise.*a list of findings/);
});

test('an answer that is late, wrong or missing does what was decided beforehand', async () => {
  const busy = () => {
    const until = Date.now() + 50;
    while (Date.now() < until);
    return [];
  };
  const cases = [
    [() => new Promise(() => {}), 20],
    [busy, 5],
    [() => { throw new Error('the model is gone'); }, 0],
    [async () => { throw new Error('the model is gone'); }, 0],
    [() => 'bad', 0],
    [() => [{ ...named, severity: 'grave' }], 0],
    [() => [{ ...named, start: -1 }], 0],
    [() => [{ category: 'meaning' }], 0],
  ];
  await warnings(async () => {
    for (const [classifier, classifierBudgetMs] of cases) {
      for (const [classifierFailure, action] of [['block', 'block'], ['warn', 'warn'], [undefined, 'block']]) {
        const policy = new Policy(RULES, { classifier, classifierBudgetMs, ...(classifierFailure && { classifierFailure }) });
        assert.strictEqual((await policy.judge('a')).action, action, `${classifier}`);
        assert.strictEqual(policy.check('a').action, action, `${classifier}`);
      }
    }
  });
});

test('a failure of the classifier is told', async () => {
  const told = await warnings(async () => {
    const policy = new Policy(RULES, { classifier: () => { throw new Error('the model is gone'); } });
    policy.check('a');
    await policy.judge('a');
  });
  assert.deepStrictEqual(told, ['the model is gone', 'the model is gone']);
});

test('a classifier may use the library while it is asked', () => {
  const rules = new Policy(RULES);
  let outer = null;
  const stream = () => outer?.push('more');
  const policy = new Policy(RULES, { classifier: (spoken) => (rules.check(spoken.slice(1)).allowed ? [] : [named]) });
  assert.strictEqual(policy.check('a wire transfer').hits.length, 2);
  const nested = new Policy(RULES, { classifier: () => { assert.throws(stream, { code: 'VG_ERR_BUSY' }); outer.close(); return []; } });
  outer = nested.stream();
  outer.push('a');
  assert.strictEqual(outer.finish().text, 'a');
});

test('options of a classifier are checked', () => {
  for (const [options, says] of [
    [{ classifier: 3 }, /classifier is the number 3: accepted is a function/],
    [{ classifierBudgetMs: -1 }, /classifierBudgetMs is the number -1: accepted is an integer/],
    [{ classifierFailure: 'pass' }, /classifierFailure is "pass": accepted are "block", "warn"/],
    [{ budget: 1 }, /Policy has no option "budget"/],
  ]) {
    assert.throws(() => new Policy(RULES, options), { code: 'VG_ERR_ARGUMENT', message: says });
  }
});

test('a word list becomes rules', () => {
  const rules = rulesFromWords('# mine\nflurb\nwire transfer\n', { id: 'mine', category: 'fraud', severity: 'warning', language: 'en' });
  assert.strictEqual(new Policy(rules).check('two flurbs').action, 'warn');
  assert.strictEqual(new Policy(rulesFromWords('flurb', { id: 'a', category: 'b' })).check('f1urb').action, 'block');
  assert.throws(() => rulesFromWords('a', { id: 'a', category: 'b', severity: 'grave' }), { code: 'VG_ERR_ARGUMENT' });
  assert.throws(() => rulesFromWords('a', { id: 3, category: 'b' }), { code: 'VG_ERR_ARGUMENT' });
});

test('a pack loads under the public key of the secret that signed it', () => {
  const secret = new Uint8Array(32).fill(7);
  const pack = signRules(RULES, secret);
  assert.strictEqual(Policy.fromPack(pack, [publicSigningKey(secret)]).hash, new Policy(RULES).hash);
  assert.throws(() => Policy.fromPack(pack, [publicSigningKey(new Uint8Array(32))]), { code: 'VG_ERR_POLICY' });
  assert.throws(() => publicSigningKey(new Uint8Array(31)), { code: 'VG_ERR_ARGUMENT' });
});
