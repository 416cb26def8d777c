// Who may speak, and how much: an API key is exchanged for a token, the token for utterances, until the limit is met.

import { Access, ApiKeys, Guard, Key, Sealer, SealKey } from '../../bindings/node/index.mjs';

const access = new Access({
  version: 1,
  profile: 'strict',
  rate: { per_minute: 60, burst: 3 },
  requests: { origins: ['https://app.example.org'], without_origin: false },
});
const guard = new Guard({ key: Key.generate(), access, sampleRate: 24000 });

// The host's front door: where does it come from?
const page = access.checkRequest({ origin: 'https://evil.example', peer: '198.51.100.7' });
console.log(`a page of somewhere else: HTTP ${page.httpStatus}, ${page.message}`);

// Who is it? The key was issued once; the token lasts a quarter of an hour.
const keys = new ApiKeys('sqlite::memory:');
const { secret } = await keys.issue('user-1', { scopes: ['synthesize'] });
const tokens = access.tokens('HS256', SealKey.generate().toBytes(), { issuer: 'tts', audience: 'speakers' });
const token = tokens.issue((await keys.verify(secret)).subject, { role: 'user' });
const { subject, role } = access.verifyToken(tokens, token, { source: '198.51.100.7' });

// May they? Three at once, then one a second.
for (let turn = 1; turn <= 4; turn += 1) {
  const utterance = guard.utterance({ text: 'Good morning.', voice: 'heart', subject, role });
  const { answer } = utterance;
  console.log(answer ? `${turn}: HTTP ${answer.httpStatus}, Retry-After ${Math.ceil(answer.retryAfter)}` : `${turn}: speaks`);
  utterance.close();
}

// What is kept is sealed, bound to whose it is.
const sealer = new Sealer(SealKey.generate());
const kept = sealer.sealAudio(Buffer.alloc(48000), { aad: Buffer.from(subject) });
console.log(`a second of audio, sealed: ${kept.length} bytes, opens to ${sealer.openAudio(kept, { aad: Buffer.from(subject) }).length}`);
