// One utterance from text to ledger, and back from a recording to its record.
//
//     node one_utterance.mjs [CLIP.wav]
//
// The clip stands in for a text-to-speech engine that streams.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

// In a project of your own: from 'voxguard'
import { Guard, Key, Policy, detect } from '../../bindings/node/index.mjs';
import { readWav } from './wav.mjs';

const CLIP = fileURLToPath(new URL('../audio/hibari.wav', import.meta.url));
const TEXT = readFileSync(new URL('../audio/hibari.txt', import.meta.url), 'utf8').trim();
const RULES = {
  version: 1,
  rules: [{ id: 'fraud-1', category: 'fraud', severity: 'error', match: 'phrase', terms: ['wire transfer'] }],
};

/** Speaks: 20 ms of samples at a time. */
function* tts({ sampleRate, channels, samples }) {
  const length = Math.round(sampleRate / 50) * channels;
  for (let at = 0; at < samples.length; at += length) {
    yield samples.subarray(at, at + length);
  }
}

async function main(folder, path) {
  const clip = readWav(path);
  const { sampleRate, channels } = clip;
  const key = Key.generate(); // in earnest: Key.fromHex of a secret that is kept
  const policy = new Policy(RULES);
  const guard = new Guard({
    key,
    policy,
    ledger: `sqlite:///${join(folder, 'voxguard.db').replaceAll('\\', '/')}`,
    sampleRate,
    channels,
    onRecord: (record) => console.log(`recorded: number ${record.seq}, a ${record.kind}`),
  });

  // A text in disguise is refused: an answer, not an error, and on record.
  const refused = guard.utterance({ subject: 'user-1', voice: 'heart', text: 'Make a \uff57\u200bire Transfer, please.' });
  console.log(`refused: ${refused.verdict.reason} (rule ${refused.verdict.hits[0].rule})`);
  refused.close();

  // A text that may be spoken is marked while it streams. The stream ends when the record is on disk.
  const utterance = guard.utterance({ subject: 'user-1', voice: 'heart', text: TEXT });
  const heard = [];
  await pipeline(Readable.from(tts(clip)), utterance.stream(), async (chunks) => {
    for await (const chunk of chunks) {
      heard.push(...chunk); // here: to the loudspeaker
    }
  });
  console.log(`spoken: ${heard.length / channels} frames with mark ${utterance.markId.toString(16).padStart(8, '0')}`);
  utterance.close();
  const checkpoint = await guard.ledger.checkpoint(); // to be kept elsewhere

  // Another day, a recording turns up: cut, and quieter.
  const cut = Math.round(sampleRate / 3) * channels;
  const recording = Float32Array.from(heard.slice(cut), (sample) => (0.4 * sample) / 32768);
  const detection = await detect(recording, { sampleRate, channels, keys: [key] });
  if (!detection.found || detection.mark === null) {
    throw new Error('the mark was not found');
  }
  console.log(`detected: mark ${detection.mark.toString(16).padStart(8, '0')}, p-value ${detection.pValue.toExponential(1)}`);

  const [record] = await guard.ledger.find({ mark: detection.mark });
  console.log(`found: ${record.voice} spoke at ${record.time}, ${record.framesMarked} of ${record.framesIn} frames marked`);
  const { intact, entries } = await guard.ledger.verify(checkpoint);
  console.log(`ledger: ${intact ? 'intact' : 'CHANGED'}, ${entries} entries`);
  guard.close();
  return intact ? 0 : 1;
}

const folder = mkdtempSync(join(tmpdir(), 'voxguard-'));
try {
  process.exitCode = await main(folder, process.argv[2] ?? CLIP);
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
} finally {
  rmSync(folder, { recursive: true });
}
