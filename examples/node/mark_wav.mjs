// Marks a WAV file as it would be marked while it streams, and finds the mark again.
//
//     node mark_wav.mjs KEYHEX MARKHEX IN.wav OUT.wav
//
// Prints one line of JSON; exits with 0 when the mark was found, with 1 when it was not, with 2 when something failed.

// In a project of your own: from 'voxguard'
import { Key, Marker, detect } from '../../bindings/node/index.mjs';
import { readWav, writeWav } from './wav.mjs';

const FRAMES_A_CHUNK = 480;

/** The samples of `clip`, marked chunk by chunk. */
function marked(clip, key, mark) {
  const { sampleRate, channels, samples } = clip;
  const marker = new Marker({ sampleRate, channels, key, mark });
  const out = new Int16Array(samples.length);
  let written = 0;
  const keep = (chunk) => {
    out.set(chunk, written);
    written += chunk.length;
  };
  for (let at = 0; at < samples.length; at += FRAMES_A_CHUNK * channels) {
    keep(marker.process(samples.subarray(at, at + FRAMES_A_CHUNK * channels)));
  }
  keep(marker.flush());
  marker.close();
  return out;
}

/** A number as `%.6e` of C prints it: all languages print alike. */
function scientific(value) {
  return value.toExponential(6).replace(/e([+-])(\d)$/, 'e$10$2');
}

async function main([keyHex, markHex, source, target, ...more]) {
  if (target === undefined || more.length > 0) {
    throw new Error('usage: node mark_wav.mjs KEYHEX MARKHEX IN.wav OUT.wav');
  }
  if (!/^[0-9a-f]{1,8}$/i.test(markHex)) {
    throw new Error(`${markHex}: accepted is a mark of 1 to 8 hexadecimal digits`);
  }
  const key = Key.fromHex(keyHex);
  const clip = readWav(source);
  writeWav(target, { ...clip, samples: marked(clip, key, Number.parseInt(markHex, 16)) });

  const { sampleRate, channels, samples } = readWav(target);
  const { found, mark, pValue, keyId } = await detect(samples, { sampleRate, channels, keys: [key] });
  const digits = mark === null ? 'null' : `"${mark.toString(16).padStart(8, '0')}"`;
  console.log(
    `{"language":"node","frames":${samples.length / channels},"found":${found},"mark":${digits},` +
      `"p_value":${scientific(pValue)},"key_id":${JSON.stringify(keyId)}}`,
  );
  return found ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
