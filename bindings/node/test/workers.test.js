'use strict';

const assert = require('node:assert');
const { join } = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { Key, embed } = require('..');
const { KEY, speech } = require('../fixtures/speech.js');

const INDEX = JSON.stringify(join(__dirname, '..'));
const SPEECH = JSON.stringify(join(__dirname, '..', 'fixtures', 'speech.js'));

function started(body) {
  const script = `
    const { parentPort } = require('node:worker_threads');
    const { Key, Marker, embed, embedAsync, detect, Guard } = require(${INDEX});
    const { KEY, speech } = require(${SPEECH});
    const key = Key.fromHex(KEY);
    const options = { sampleRate: 24000, key, mark: 7 };
    (async () => { ${body} })();
  `;
  return new Worker(script, { eval: true });
}

function answer(worker) {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('the addon works in several workers at once, and in the main thread beside them', async () => {
  const options = { sampleRate: 24000, key: Key.fromHex(KEY), mark: 7 };
  const expected = embed(speech(0.5), options);
  const workers = [1, 2, 3, 4].map(() =>
    started(`
      const samples = speech(0.5);
      const whole = await embedAsync(samples, options);
      const guard = new Guard({ key, ledger: 'sqlite::memory:' });
      const utterance = guard.utterance({ text: 'Hello.', voice: 'heart' });
      utterance.mark(samples);
      const { record } = await utterance.finish();
      parentPort.postMessage({ whole, outcome: record.outcome });
    `),
  );
  const answers = await Promise.all(workers.map(answer));
  for (const { whole, outcome } of answers) {
    assert.deepStrictEqual(whole, expected);
    assert.strictEqual(outcome, 'complete');
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  assert.deepStrictEqual(embed(speech(0.5), options), expected);
});

test('a worker that ends in the middle of its work takes nobody with it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const worker = started(`
      const samples = speech(4);
      const under = [1, 2, 3].map(() => embedAsync(samples, options)).concat(detect(samples, { sampleRate: 24000, keys: [key] }));
      parentPort.postMessage('begun');
      await Promise.all(under);
    `);
    assert.strictEqual(await answer(worker), 'begun');
    await worker.terminate();
  }
  assert.strictEqual(embed(speech(0.1), { sampleRate: 24000, key: Key.fromHex(KEY), mark: 7 }).length, 2400);
});
