'use strict';

// Who somebody is, from JavaScript: tokens and API keys.

const assert = require('node:assert');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { inspect } = require('node:util');

const { Access, ApiKeyError, ApiKeys, Key, TokenError, Tokens, VoxguardError } = require('..');
const { folder, ledgerUrl } = require('../fixtures/folder.js');
const { KEY } = require('../fixtures/speech.js');

const SECRET = Uint8Array.from({ length: 32 }, (_, place) => place);
const usual = { issuer: 'tts', audience: 'api' };

function refusal(work, reason) {
  assert.throws(work, (error) => error instanceof TokenError && error instanceof VoxguardError && error.reason === reason);
}

for (const make of ['hs256', 'es256', 'eddsa']) {
  test(`a token says who holds it until it expires: ${make}`, () => {
    const tokens = Tokens[make](SECRET, usual);
    const token = tokens.issue('user-1', { role: 'user', scopes: ['synthesize'], now: 1000, ttl: 900 });
    const { id, ...claims } = tokens.verify(token, { now: 1100 });
    assert.deepStrictEqual(claims, { subject: 'user-1', role: 'user', scopes: ['synthesize'], issued: 1000, expires: 1900 });
    assert.ok(id.length > 0);
    refusal(() => tokens.verify(token, { now: 1900 }), 'expired');
    refusal(() => tokens.verify(token, { now: 999 }), 'early');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    refusal(() => tokens.verify(`${none}.${token.split('.')[1]}.`, { now: 1100 }), 'algorithm');
    refusal(() => Tokens[make](SECRET, { ...usual, audience: 'other' }).verify(token, { now: 1100 }), 'audience');
    tokens.revokeAll(1001);
    refusal(() => tokens.verify(token, { now: 1100 }), 'revoked');
    assert.strictEqual(tokens.verify(tokens.issue('user-1')).role, null);
  });
}

test('keys of tokens are rotated without a gap, and a token is used once where once is all', () => {
  const tokens = Tokens.hs256(SECRET, { ...usual, keyId: 'old', singleUse: true });
  const before = tokens.issue('user-1', { now: 1000 });
  tokens.addKey('EdDSA', SECRET, { id: 'new' });
  tokens.signWith('new');
  const after = tokens.issue('user-1', { now: 1000 });
  assert.strictEqual(tokens.verify(before, { now: 1000 }).subject, 'user-1');
  refusal(() => tokens.verify(before, { now: 1000 }), 'replayed');
  assert.ok(tokens.removeKey('old'));
  assert.strictEqual(tokens.verify(after, { now: 1000 }).subject, 'user-1');
  assert.throws(() => Tokens.hs256(new Uint8Array(8), usual), { code: 'VG_ERR_KEY' });
  assert.throws(() => Tokens.hs256('secret', usual), { code: 'VG_ERR_ARGUMENT' });
  assert.throws(() => tokens.issue('user-1', { now: Infinity }), { code: 'VG_ERR_ARGUMENT' });
});

test('an access gives tokens its lifetime, revokes them all and raises an alert at the fifth that is not believed', () => {
  const access = new Access({ version: 1, tokens: { ttl_seconds: 60, leeway_seconds: 0, single_use: false } });
  const tokens = access.tokens('HS256', SECRET, usual);
  const token = tokens.issue('user-1', { now: 1000 });
  assert.strictEqual(access.verifyToken(tokens, token, { now: 1059 }).expires, 1060);
  access.revokeAll(1001);
  for (let time = 0; time < 5; time += 1) {
    refusal(() => access.verifyToken(tokens, token, { source: '10.0.0.9', now: 1010 }), 'revoked');
  }
  assert.deepStrictEqual(access.alerts().map(({ event, source }) => [event, source]), [['auth_failure', '10.0.0.9']]);
});

test('an API key holds until it is revoked, and its secret is shown once', async (context) => {
  const { path } = folder(context);
  const file = join(path, 'access.db');
  const keys = new ApiKeys(ledgerUrl(file), { key: Key.fromHex(KEY) });
  const issued = await keys.issue('user-1', { scopes: ['synthesize'], now: 1 });
  assert.strictEqual((await keys.verify(issued.secret, { now: 5 })).subject, 'user-1');
  assert.ok(!inspect(issued).includes(issued.secret.split('.')[1]));
  const successor = await keys.rotate(issued.id, { grace: 10, now: 100 });
  assert.strictEqual((await keys.verify(issued.secret, { now: 109 })).id, issued.id);
  const refused = (secret, reason, now) =>
    assert.rejects(keys.verify(secret, { now }), (error) => error instanceof ApiKeyError && error.reason === reason);
  await refused(issued.secret, 'expired', 110);
  assert.ok(await keys.revoke(successor.id, { now: 120 }));
  await refused(successor.secret, 'revoked', 121);
  await refused('hunter2', 'malformed', 121);
  const last = await keys.issue('user-2', { now: 130, expires: 200 });
  assert.strictEqual(last.expires, 200);
  // The first has expired and was never revoked, so it is one of them.
  assert.strictEqual(await keys.revokeAll(131, { now: 140 }), 2);
  await refused(last.secret, 'revoked', 141);
  assert.deepStrictEqual((await keys.list('user-1')).map(({ id }) => id), [issued.id, successor.id]);
  assert.strictEqual((await keys.list()).length, 3);
  keys.close();
  assert.ok(!readFileSync(file).includes(issued.secret.split('.')[1]));
  await assert.rejects(keys.verify('x'), { code: 'VG_ERR_HANDLE' });
});
