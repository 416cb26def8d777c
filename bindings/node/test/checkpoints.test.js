'use strict';

const assert = require('node:assert');
const { test } = require('node:test');

const { Guard, Key, Ledger, checkProof } = require('..');
const { KEY, speech } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);

async function speak(guard, times) {
  for (let turn = 0; turn < times; turn += 1) {
    const utterance = guard.utterance({ text: `Number ${turn}.`, voice: 'heart' });
    utterance.mark(speech(0.1));
    await utterance.finish();
    utterance.close();
  }
}

const size = (note) => Number(note.split('\n')[1]);

async function until(holds) {
  const end = Date.now() + 20_000;
  while (!holds()) {
    assert.ok(Date.now() < end, 'it never comes to it');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a sink is told of a checkpoint at once, as records come and at the end', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const public_ = ledger.verifyingKey;
  const told = [];
  await ledger.onCheckpoint((note) => void told.push(note), { every: 2 });
  assert.deepStrictEqual(told.map(size), [0]);
  const guard = new Guard({ key, ledger });
  await speak(guard, 5);
  guard.close();
  ledger.close();
  await until(() => size(told.at(-1)) === 5);
  assert.ok(told.length >= 3);
  for (const note of told) {
    assert.ok((await checkProof({ checkpoint: note, key: public_ })).holds);
  }
});

test('a sink that fails keeps nobody from recording, and is told again', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const [told, cause] = [[], new Error('no paper left')];
  let paper = false;
  const sink = async (note) => {
    if (!paper) {
      throw cause;
    }
    told.push(note);
  };
  await assert.rejects(ledger.onCheckpoint(sink, { every: 1 }), { code: 'VG_ERR_CALLBACK', cause });
  const guard = new Guard({ key, ledger });
  const warnings = [];
  process.on('warning', (warning) => warnings.push(warning.code));
  await speak(guard, 2);
  await until(() => warnings.includes('VG_ERR_CALLBACK'));
  assert.strictEqual(await ledger.length(), 2);
  paper = true;
  await until(() => told.length > 0 && size(told.at(-1)) === 2);
  guard.close();
  ledger.close();
});

test('another sink takes the place of the one before, and null of all', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const [first, second] = [[], []];
  await ledger.onCheckpoint((note) => void first.push(note), { every: 1 });
  await ledger.onCheckpoint((note) => void second.push(note), { every: 1 });
  const guard = new Guard({ key, ledger });
  await speak(guard, 1);
  await until(() => second.length === 2);
  await ledger.onCheckpoint(null);
  await speak(guard, 1);
  guard.close();
  ledger.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepStrictEqual([first.length, second.length], [1, 2]);
});

test('a sink may use the ledger, and wrong arguments are told', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const lengths = [];
  await ledger.onCheckpoint(async () => void lengths.push(await ledger.length()));
  assert.deepStrictEqual(lengths, [0]);
  for (const wrong of [[7], [() => {}, { every: 0 }], [() => {}, { every: 1.5 }], [() => {}, { often: 1 }]]) {
    await assert.rejects(ledger.onCheckpoint(...wrong), { code: 'VG_ERR_ARGUMENT' });
  }
  ledger.close();
  await assert.rejects(ledger.onCheckpoint(() => {}), { code: 'VG_ERR_HANDLE' });
});
