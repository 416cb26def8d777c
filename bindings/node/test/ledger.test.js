'use strict';

const assert = require('node:assert');
const { spawn, spawnSync } = require('node:child_process');
const { chmodSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');

const { Guard, Key, Ledger, checkProof, detect } = require('..');
const { folder, ledgerUrl } = require('../fixtures/folder.js');
const { refusal } = require('../fixtures/refusal.js');
const { KEY, joined, speech } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);

async function spoken(ledger, times, subject) {
  const guard = new Guard({ key, ledger });
  const records = [];
  for (let turn = 0; turn < times; turn += 1) {
    const utterance = guard.utterance({ text: `Number ${turn}.`, voice: 'heart', subject });
    utterance.mark(speech(0.1));
    records.push((await utterance.finish()).record);
    utterance.close();
  }
  guard.close();
  return records;
}

test('what was recorded is there after the ledger was closed', async (context) => {
  const { url } = folder(context);
  const first = new Ledger(url, { key });
  const records = await spoken(first, 3, 'user-1');
  first.close();
  const again = await Ledger.open(url, { key });
  assert.strictEqual(await again.length(), 3);
  assert.deepStrictEqual(records.map((record) => record.seq), [1, 2, 3]);
  assert.deepStrictEqual(await again.get(2), records[1]);
  assert.strictEqual(await again.get(4), null);
  assert.strictEqual(await again.get(0), null);
  assert.deepStrictEqual(await again.find({ mark: records[2].mark }), [records[2]]);
  assert.deepStrictEqual(await again.find({ mark: BigInt(records[2].mark) }), [records[2]]);
  assert.deepStrictEqual(await again.find({ subject: 'user-1' }), [...records].reverse());
  assert.deepStrictEqual(await again.find({ subject: 'user-2' }), []);
});

test('records are frozen', async () => {
  const [record] = await spoken(new Ledger('sqlite::memory:', { key }), 1);
  assert.ok(Object.isFrozen(record));
  assert.match(record.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  assert.match(record.id, /^[0-9a-f]{32}$/);
});

test('an untouched ledger verifies against its checkpoint', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  await spoken(ledger, 3);
  const checkpoint = await ledger.checkpoint();
  assert.deepStrictEqual(await ledger.verify(checkpoint), { intact: true, entries: 3, fault: null });
  assert.deepStrictEqual(await ledger.verify(), { intact: true, entries: 3, fault: null });
  await spoken(ledger, 1);
  assert.deepStrictEqual(await ledger.verify(checkpoint), { intact: true, entries: 4, fault: null });
  assert.match(ledger.verifyingKey, /^[^ +]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/);
  assert.ok(checkpoint.includes(ledger.verifyingKey.split('+')[0]));
});

test('one changed byte in the file is noticed', async (context) => {
  const { file, url } = folder(context);
  const ledger = new Ledger(url, { key });
  await spoken(ledger, 3);
  const checkpoint = await ledger.checkpoint();
  ledger.close();
  const bytes = readFileSync(file);
  const at = bytes.indexOf('heart');
  assert.ok(at > 0);
  bytes[at] ^= 1;
  writeFileSync(file, bytes);
  const changed = new Ledger(url, { key });
  const { intact, fault } = await changed.verify(checkpoint);
  assert.strictEqual(intact, false);
  assert.match(fault.message, /./);
  assert.ok(fault.seq === null || Number.isInteger(fault.seq));
});

test('a ledger that lost its end is noticed against a checkpoint', async (context) => {
  const { file, url } = folder(context);
  const ledger = new Ledger(url, { key });
  await spoken(ledger, 1);
  ledger.close();
  const before = readFileSync(file);
  const longer = new Ledger(url, { key });
  await spoken(longer, 2);
  const checkpoint = await longer.checkpoint();
  longer.close();
  writeFileSync(file, before);
  const cut = new Ledger(url, { key });
  assert.strictEqual((await cut.verify()).intact, true);
  const { intact, fault } = await cut.verify(checkpoint);
  assert.strictEqual(intact, false);
  assert.match(fault.message, /checkpoint|3/);
});

test('a checkpoint that is none, or is not of this ledger, is refused or noticed', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  await spoken(ledger, 1);
  await assert.rejects(ledger.verify('not a note'), refusal('VG_ERR_CHECKPOINT', /./));
  await assert.rejects(ledger.verify(7), refusal('VG_ERR_ARGUMENT', /checkpoint is the number 7/));
  const stranger = new Ledger('sqlite::memory:', { key: Key.generate() });
  const theirs = await stranger.checkpoint();
  await assert.rejects(ledger.verify(theirs), refusal('VG_ERR_CHECKPOINT', /./));
});

test('find asks for one thing', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  await assert.rejects(ledger.find({}), refusal('VG_ERR_ARGUMENT', /one of mark and subject/));
  await assert.rejects(ledger.find({ mark: 1, subject: 'a' }), refusal('VG_ERR_ARGUMENT', /one of/));
  await assert.rejects(ledger.find(), refusal('VG_ERR_ARGUMENT', /undefined/));
  await assert.rejects(ledger.find({ mark: 'abc' }), refusal('VG_ERR_ARGUMENT', /mark is a string/));
  await assert.rejects(ledger.find({ subject: 'a b' }), refusal('VG_ERR_ARGUMENT', /./));
  await assert.rejects(ledger.get(-1), refusal('VG_ERR_ARGUMENT', /seq is the number -1/));
  await assert.rejects(ledger.get(1.5), refusal('VG_ERR_ARGUMENT', /1.5/));
});

test('a URL or a key that is none is refused', async () => {
  for (const [url, told] of [['mysql://user:secret@host/db', /sqlite.*postgres/], ['postgres://user:secret@127.0.0.1:1/db', /127\.0\.0\.1/]]) {
    assert.throws(() => new Ledger(url, { key }), (error) => {
      assert.ok(!error.message.includes('secret'));
      return error.code.startsWith('VG_ERR_') && told.test(error.message);
    });
  }
  assert.throws(() => new Ledger(7, { key }), refusal('VG_ERR_ARGUMENT', /url is the number 7/));
  assert.throws(() => new Ledger('sqlite::memory:'), refusal('VG_ERR_ARGUMENT', /undefined/));
  assert.throws(() => new Ledger('sqlite::memory:', { key: KEY }), refusal('VG_ERR_ARGUMENT', /key is a string/));
  await assert.rejects(Ledger.open('', { key }), (error) => /^VG_ERR_/.test(error.code));
});

test('a file that is no ledger is refused and left as it is', async (context) => {
  const { file, url } = folder(context);
  const text = 'Dear diary, '.repeat(500);
  writeFileSync(file, text);
  assert.throws(() => new Ledger(url, { key }), refusal('VG_ERR_STORE_NOT_LEDGER', /ledger/));
  await assert.rejects(Ledger.open(url, { key }), refusal('VG_ERR_STORE_NOT_LEDGER', /ledger/));
  assert.strictEqual(readFileSync(file, 'utf8'), text);
});

test('a folder that is not there is named', (context) => {
  const { path } = folder(context);
  assert.throws(() => new Ledger(ledgerUrl(join(path, 'nowhere', 'ledger.db')), { key }), refusal('VG_ERR_STORE_OPEN', /nowhere/));
});

test("another key's ledger is refused", async (context) => {
  const { url } = folder(context);
  const ledger = new Ledger(url, { key });
  await spoken(ledger, 1);
  ledger.close();
  assert.throws(() => new Ledger(url, { key: Key.generate() }), refusal('VG_ERR_STORE_KEY', /key/));
});

test('a read-only ledger is refused', async (context) => {
  const { file, url } = folder(context);
  const ledger = new Ledger(url, { key });
  await spoken(ledger, 1);
  ledger.close();
  chmodSync(file, 0o444);
  assert.throws(() => new Ledger(url, { key }), refusal('VG_ERR_STORE_READ_ONLY', /read-only/));
  chmodSync(file, 0o644);
  assert.strictEqual(await new Ledger(url, { key }).length(), 1);
});

const python = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;

test('a ledger that somebody else holds is an error in the end, and loses nothing', { skip: python ? false : 'needs python3 to hold the lock' }, async (context) => {
  const { file } = folder(context);
  const url = ledgerUrl(file, '?busy_timeout_ms=200');
  const ledger = new Ledger(url, { key });
  await spoken(ledger, 1);
  const guard = new Guard({ key, ledger });
  const utterance = guard.utterance({ text: 'Hello.', voice: 'heart' });
  const input = speech(0.3);
  const part = utterance.mark(input);

  const script = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()';
  const holder = spawn('python3', ['-c', script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  try {
    await assert.rejects(utterance.finish(), refusal('VG_ERR_STORE_LOCKED', /locked/));
    assert.strictEqual(utterance.record, null);
  } finally {
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.stdin.end();
    await gone;
  }
  const { samples, record } = await utterance.finish();
  assert.strictEqual(part.length + samples.length, input.length);
  assert.deepStrictEqual(await ledger.get(2), record);
  assert.strictEqual((await ledger.verify()).intact, true);
});

const tmpfs = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt']).status === 0;

test('on a full disk finish fails, nothing leaves, and it goes on when there is room', { skip: tmpfs ? false : 'needs unshare and tmpfs' }, (context) => {
  const { path } = folder(context);
  const script = 'mount -t tmpfs -o size=300k none "$1" && exec "$2" "$3" "$1"';
  const child = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', path, process.execPath, join(__dirname, '..', 'fixtures', 'full_disk.js')], { encoding: 'utf8' });
  assert.strictEqual(child.stderr, '');
  assert.strictEqual(child.status, 0);
  assert.match(child.stdout, /^refused after \d+ records, then 1 more, intact\n$/);
});

test('many writers at once are all recorded', async () => {
  const ledger = new Ledger('sqlite::memory:', { key });
  const all = await Promise.all(Array.from({ length: 20 }, () => spoken(ledger, 5)));
  const seqs = all.flat().map((record) => record.seq).sort((a, b) => a - b);
  assert.deepStrictEqual(seqs, Array.from({ length: 100 }, (_, index) => index + 1));
  assert.deepStrictEqual(await ledger.verify(), { intact: true, entries: 100, fault: null });
});

test('what is asked of a ledger is answered, and what it says to others is its own', async () => {
  const ledger = await Ledger.open('sqlite::memory:', { key });
  const [record] = await spoken(ledger, 1, 'anna');
  const proof = await ledger.ask('prove', { seq: 1 });
  assert.strictEqual((await checkProof({ proof, key: ledger.verifyingKey })).holds, true);
  const aigc = await ledger.ask('aigc', { seq: 1, producer: 'Example' });
  assert.strictEqual(aigc.label.ReservedCode1, record.audioOut);
  const flac = aigc.placements.find((place) => place.container === 'flac');
  const comment = Buffer.from(flac.base64, 'base64').toString();
  assert.deepStrictEqual(JSON.parse(comment.replace(/^AIGC=/, '')), aigc.label);
  const grant = { voice: 'anna', scopes: ['synthesize'] };
  await ledger.ask('give_consent', { subject: 'anna', grant });
  const asked = { subject: 'anna', voice: 'anna', scope: 'synthesize' };
  assert.strictEqual((await ledger.ask('consent', asked)).given, true);
  assert.strictEqual((await ledger.ask('request', { subject: 'anna', right: 'objection' })).granted, true);
  assert.strictEqual((await ledger.ask('consent', asked)).reason, 'refused');
  const { report } = await ledger.ask('compliance', { from_ms: 0, until_ms: 2 ** 42 });
  assert.strictEqual(report.speech.coverage, 1);
  assert.strictEqual((await ledger.ask('request', { subject: 'anna', right: 'erasure' })).granted, true);
  assert.deepStrictEqual(await ledger.find({ subject: 'anna' }), []);
  assert.strictEqual((await ledger.verify()).intact, true);
  await assert.rejects(ledger.ask('sing'), refusal('VG_ERR_ARGUMENT', /sing/));
  ledger.close();
});

test('a clip whose id is not read leads to its record by its soft bits', async () => {
  const ledger = await Ledger.open('sqlite::memory:', { key });
  const guard = new Guard({ key, ledger });
  const utterance = guard.utterance({ text: 'Good morning.', voice: 'heart' });
  const first = utterance.mark(speech(4));
  const { samples, record } = await utterance.finish();
  const detection = await detect(joined([first, samples]), { sampleRate: 24000, keys: [key] });
  const soft = Array.from(detection.softBits, (bit, place) => bit * (place % 9 === 0 ? -0.2 : 0.5));
  const match = await ledger.ask('lookup', { soft, chips: detection.chips });
  assert.strictEqual(match.found, true);
  assert.strictEqual(Number.parseInt(match.mark, 16), record.mark);
  guard.close();
  ledger.close();
});

test('a ledger goes on under another key', async () => {
  const [old, following] = [new Ledger('sqlite::memory:', { key }), new Ledger('sqlite::memory:', { key: Key.generate() })];
  const last = await old.rotate(following);
  assert.strictEqual((await old.verify(last)).intact, true);
  const [rotation] = await following.ask('find', { kind: 'key_rotation' });
  assert.strictEqual(rotation.detail, old.verifyingKey);
  await assert.rejects(old.rotate(old), refusal('VG_ERR_ARGUMENT', /key/));
  await assert.rejects(old.rotate('sqlite::memory:'), refusal('VG_ERR_ARGUMENT', /next/));
});
