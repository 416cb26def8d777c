'use strict';

// A hundred utterances at once: four workers speak twenty-five each, a chunk of 20 ms when it is due, and one guard marks
// them all. A guard belongs to the thread that made it, so the workers send their samples to it.

const assert = require('node:assert');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');

const { Guard, Key } = require('..');
const { folder } = require('../fixtures/folder.js');
const { KEY } = require('../fixtures/speech.js');

const WORKERS = 4;
const STREAMS = 100;
const CHUNKS = 50;
const CHUNK = 160;
const RATE = 8000;

/** Speaks some streams in real time: posts { stream, samples } for each chunk, and { stream } at the end of each. */
const ENGINE = `
  const { parentPort, workerData: { streams, chunks, chunk } } = require('node:worker_threads');
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(chunks, Math.floor((performance.now() - begun) / 20));
    for (; sent < due; sent += 1) {
      for (const stream of streams) {
        const samples = Float32Array.from({ length: chunk }, (_, n) => 0.3 * Math.sin((sent * chunk + n) * 0.1 + stream));
        parentPort.postMessage({ stream, samples }, [samples.buffer]);
      }
    }
    if (sent === chunks) {
      clearInterval(timer);
      streams.forEach((stream) => parentPort.postMessage({ stream }));
    }
  }, 5);
`;

test('a hundred utterances from workers lose no sample, the next is refused politely, the abandoned are closed', async (context) => {
  const { url } = folder(context);
  const access = { version: 1, admission: { utterances: STREAMS, share: 1 }, rate: { per_minute: 0 } };
  const guard = new Guard({ key: Key.fromHex(KEY), ledger: url, access, sampleRate: RATE });
  context.after(() => guard.close());
  const begin = (stream) => guard.utterance({ subject: `user-${stream}`, voice: 'heart', text: 'One.' });
  const utterances = Array.from({ length: STREAMS }, (_, stream) => begin(stream));
  assert.ok(utterances.every(({ allowed }) => allowed));
  const { answer } = begin(STREAMS);
  assert.deepStrictEqual([answer.reason, answer.httpStatus, answer.closeCode], ['overload', 503, 1013]);
  assert.ok(answer.retryAfter > 0);

  // One in ten is left midway, as when a listener goes away.
  const abandoned = (stream) => stream % 10 === 9;
  const came = new Array(STREAMS).fill(0);
  const ends = [];
  const heard = ({ stream, samples }) => {
    const utterance = utterances[stream];
    if (samples === undefined) {
      if (!abandoned(stream)) {
        ends.push(utterance.finish().then((last) => { came[stream] += last.samples.length; }));
      }
    } else if (!utterance.closed) {
      came[stream] += utterance.mark(samples).length;
      if (abandoned(stream) && came[stream] > (CHUNKS * CHUNK) / 2) {
        utterance.close();
      }
    }
  };
  const speaking = Array.from({ length: WORKERS }, (_, worker) => {
    const streams = Array.from({ length: STREAMS / WORKERS }, (_unused, place) => place * WORKERS + worker);
    const engine = new Worker(ENGINE, { eval: true, workerData: { streams, chunks: CHUNKS, chunk: CHUNK } });
    engine.on('message', heard);
    return new Promise((resolve, reject) => engine.once('exit', resolve).once('error', reject));
  });
  await Promise.all(speaking);
  await Promise.all(ends);

  came.forEach((frames, stream) => {
    if (!abandoned(stream)) {
      assert.strictEqual(frames, CHUNKS * CHUNK, `stream ${stream}`);
    }
  });
  assert.strictEqual(ends.length, 90);
  assert.strictEqual(guard.access.snapshot().in_flight.utterances, 0);
  const outcomes = [];
  for (let seq = 1; seq <= (await guard.ledger.length()); seq += 1) {
    outcomes.push((await guard.ledger.get(seq)).outcome);
  }
  assert.strictEqual(outcomes.filter((outcome) => outcome === 'complete').length, 90);
  assert.strictEqual(outcomes.filter((outcome) => outcome === 'aborted').length, 10);
  assert.ok(begin(STREAMS).allowed);
});
