// Reading and writing WAV files of 16-bit samples, as far as the examples need it.

import { readFileSync, writeFileSync } from 'node:fs';

/** `{ sampleRate, channels, samples }` of a WAV file; `samples` is an Int16Array, interleaved. */
export function readWav(path) {
  const file = readFileSync(path);
  const accepted = `${path}: accepted is a WAV file of 16-bit PCM, mono or stereo`;
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(accepted);
  }
  let format = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const body = file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
    if (name === 'fmt ' && body.length >= 16) {
      format = { kind: body.readUInt16LE(0), channels: body.readUInt16LE(2), sampleRate: body.readUInt32LE(4), bits: body.readUInt16LE(14) };
    } else if (name === 'data') {
      if (format?.kind !== 1 || format.bits !== 16 || format.channels < 1 || format.channels > 2) {
        throw new Error(accepted);
      }
      const { sampleRate, channels } = format;
      const samples = new Int16Array(Math.floor(body.length / 2 / channels) * channels);
      samples.forEach((_, index) => (samples[index] = body.readInt16LE(2 * index)));
      return { sampleRate, channels, samples };
    }
    at += 8 + file.readUInt32LE(at + 4) + (file.readUInt32LE(at + 4) % 2);
  }
  throw new Error(accepted);
}

/** Writes what `readWav` reads. */
export function writeWav(path, { sampleRate, channels, samples }) {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(2 * channels * sampleRate, 28);
  file.writeUInt16LE(2 * channels, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((sample, index) => file.writeInt16LE(sample, 44 + 2 * index));
  writeFileSync(path, file);
}
