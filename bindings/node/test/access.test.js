'use strict';

// Who may speak, and how much, from JavaScript: what is granted, what is refused and with which answer.

const assert = require('node:assert');
const { test } = require('node:test');

const { Access, Cedar, Commands, Guard, Key, Monitor, RateLimiter, Roles, VoxguardError, config } = require('..');
const { KEY } = require('../fixtures/speech.js');

const key = Key.fromHex(KEY);

function refused(work, code, words) {
  assert.throws(work, (error) => error instanceof VoxguardError && error.code === code && words.test(error.message));
}

test('a limiter lets a burst pass and says when to come back', () => {
  const limiter = new RateLimiter({ perMinute: 60, burst: 10 });
  const passed = Array.from({ length: 20 }, () => limiter.check('key-1', { now: 0 }).allowed).filter(Boolean);
  assert.strictEqual(passed.length, 10);
  assert.deepStrictEqual(limiter.check('key-1', { now: 0.5 }), { allowed: false, retryAfter: 0.5, remaining: 0 });
  assert.ok(limiter.check('key-1', { now: 1 }).allowed && limiter.check('key-2', { now: 0 }).allowed);
  assert.strictEqual(limiter.check('key-3', { now: 0, cost: 11 }).retryAfter, Infinity);
  limiter.forget('key-1');
  assert.strictEqual(limiter.check('key-1', { now: 1 }).remaining, 9);
  assert.ok(limiter.check('key-1').allowed);
  assert.match(RateLimiter.SCRIPT, /redis\.call/);
  refused(() => limiter.check('key-1', { now: NaN }), 'VG_ERR_ARGUMENT', /now/);
  refused(() => limiter.check('key-1', { now: -1 }), 'VG_ERR_ARGUMENT', /./);
  refused(() => limiter.check(7), 'VG_ERR_ARGUMENT', /key is the number 7/);
  refused(() => new RateLimiter({ perMinute: 0, burst: 1 }), 'VG_ERR_CONFIG', /accepted/);
  limiter.close();
  refused(() => limiter.check('key-1'), 'VG_ERR_HANDLE', /closed/);
});

test('roles deny what nobody granted and say why', () => {
  const roles = Roles.preset();
  const asked = { role: 'guest', permission: 'synthesize', resource: 'voice/heart' };
  assert.ok(roles.check(asked).allowed);
  assert.ok(!roles.check({ ...asked, permission: 'clone_voice' }).allowed);
  assert.ok(!roles.check({ ...asked, role: 'nobody' }).allowed);
  const own = new Roles({ version: 1, roles: { r: { allow: [{ permission: 'detect', resources: ['a/*'] }] } } });
  assert.deepStrictEqual(own.check({ role: 'r', permission: 'detect', resource: 'a/b' }), {
    allowed: true,
    reason: 'allowed by role r: detect of a/*',
    role: 'r',
    pattern: 'a/*',
    policies: [],
    errors: [],
  });
  refused(() => new Roles('{"version": 1, "roles": {"r": {"inherits": ["r"]}}}'), 'VG_ERR_CONFIG', /itself/);
  refused(() => roles.check({ role: 'guest', permission: 'detect' }), 'VG_ERR_ARGUMENT', /resource is undefined/);
});

test('commands are listed or refused, and their arguments are left alone', () => {
  const commands = new Commands({ echo: { message: { type: 'string', max_length: 100 } } });
  const given = { message: 'hi' };
  assert.ok(commands.check('echo', given).allowed);
  assert.deepStrictEqual(given, { message: 'hi' });
  assert.strictEqual(commands.check('rm').code, 'unknown_command');
  assert.strictEqual(commands.check('echo', { message: 'x'.repeat(101) }).code, 'length');
  assert.strictEqual(commands.check('echo', { message: 'a\x1b[2J' }).code, 'control_character');
  refused(() => commands.check('echo', 7), 'VG_ERR_ARGUMENT', /arguments is the number 7/);
});

test('a monitor raises an alert at its threshold and tells the callback', () => {
  const told = [];
  const monitor = new Monitor({ onAlert: (alert) => told.push(alert) });
  const raised = [0, 1, 2, 3, 4, 5].map((n) => monitor.record('auth_failure', { source: '10.0.0.9', now: 3 + n }));
  assert.deepStrictEqual(raised.map((alerts) => alerts.length), [0, 0, 0, 0, 1, 0]);
  assert.strictEqual(raised[4][0].source, '10.0.0.9');
  assert.deepStrictEqual(told, raised[4]);
  assert.strictEqual(monitor.snapshot().events.auth_failure, 6);
  assert.match(monitor.prometheus(), /voxguard_events_total\{event="auth_failure"\} 6/);
  monitor.panic('a key has leaked');
  assert.ok(monitor.panicking && monitor.lift() && !monitor.panicking);
  refused(() => monitor.record('boredom'), 'VG_ERR_ARGUMENT', /accepted are/);
});

test('a configuration is explained', () => {
  const explained = config.explain({ profile: 'baseline' });
  assert.deepStrictEqual(explained, config.explain('baseline'));
  assert.strictEqual(explained.config.text.max_characters, 1000);
  assert.strictEqual(explained.settings['rate.burst'].from, 'profile');
  assert.strictEqual(config.explain({ version: 1, rate: { burst: 3 } }).settings['rate.burst'].from, 'document');
  assert.strictEqual(config.explain().config.profile, 'default');
  assert.deepStrictEqual(config.schema().required, ['version']);
  refused(() => config.explain('lax'), 'VG_ERR_CONFIG', /accepted are default/);
  refused(() => new Access({ version: 1, txt: {} }), 'VG_ERR_CONFIG', /unknown field/);
});

test('a guard turns away who asks too often, and everybody while the panic switch is set', async () => {
  const guard = new Guard({ key, access: { version: 1, audio: { max_seconds: 0.5 } }, sampleRate: 8000 });
  const ask = () => guard.utterance({ subject: 'user-1', voice: 'heart', text: 'One.' });
  const begun = Array.from({ length: 11 }, ask);
  assert.deepStrictEqual(begun.map((utterance) => utterance.allowed), [...Array(10).fill(true), false]);
  const { answer } = begun[10];
  assert.deepStrictEqual([answer.reason, answer.httpStatus, answer.closeCode], ['rate_limit', 429, 1008]);
  assert.ok(answer.retryAfter > 0 && answer.retryAfter <= 1);
  assert.strictEqual(begun[0].answer, null);
  begun[0].mark(new Int16Array(4000));
  refused(() => begun[0].mark(new Int16Array(1)), 'VG_ERR_AUDIO_LENGTH', /./);
  await begun[0].finish();
  assert.strictEqual(guard.access.snapshot().in_flight.utterances, 9);

  guard.access.panic('a key has leaked');
  assert.strictEqual(guard.utterance({ voice: 'heart', text: 'One.' }).answer.reason, 'panic');
  assert.ok(guard.access.lift());
  guard.access.reload({ version: 1, text: { max_characters: 3 } });
  assert.strictEqual(ask().answer.reason, 'text_length');
  guard.access.reload('development');
  assert.ok(ask().allowed);
});

test('a strict guard asks for subject and role, and a role must be granted the voice', () => {
  const guard = new Guard({ key, access: 'strict' });
  const reason = (about) => guard.utterance({ voice: 'heart', text: 'One.', ...about }).answer?.reason;
  assert.strictEqual(reason({}), 'unauthenticated');
  assert.strictEqual(reason({ subject: 'user-1', role: 'nobody' }), 'forbidden');
  assert.strictEqual(reason({ subject: 'user-1', role: 'guest', language: 'en' }), undefined);
});

test('requests, messages and uploads get the answer that the host sends on', async () => {
  const access = new Access({
    version: 1,
    intake: { max_bytes: 100 },
    requests: {
      origins: ['https://a.example'],
      without_origin: false,
      networks: { allowed: [], refused: ['10.0.0.0/8'], proxies: ['192.0.2.0/24'] },
    },
  });
  const answer = access.checkRequest({ origin: 'https://evil.example' });
  assert.deepStrictEqual([answer.allowed, answer.httpStatus, answer.closeCode], [false, 403, 1008]);
  const origin = 'https://a.example';
  assert.strictEqual(access.checkRequest({ origin, peer: '192.0.2.1', forwardedFor: '10.0.0.9' }).allowed, false);
  const passed = access.checkRequest({ origin, peer: '192.0.2.1', forwardedFor: '198.51.100.7', session: 's-1' });
  assert.deepStrictEqual([passed.allowed, passed.client], [true, '198.51.100.7']);
  assert.strictEqual(access.checkRequest({ origin, session: 'a\n' }).httpStatus, 400);
  assert.strictEqual(access.checkMessage(Buffer.alloc(1 << 21)).closeCode, 1009);
  assert.ok(access.checkMessage('{}').allowed);

  assert.strictEqual((await access.checkAudio('!'.repeat(1000))).findings[0].code, 'too_large');
  assert.strictEqual((await access.checkAudio(Buffer.from('#!/bin/sh'))).findings[0].code, 'container');
  const odd = await access.checkSamples(new Float32Array(12000).fill(NaN, 0, 1), { sampleRate: 24000 });
  assert.ok(!odd.accepted && odd.findings.some(({ code }) => code === 'nan'), JSON.stringify(odd));
  await assert.rejects(access.checkSamples(new Int16Array(4), { sampleRate: 24000 }), { code: 'VG_ERR_ARGUMENT' });
});

test('kinds, roles and commands of the configuration are asked through it, and refusals raise alerts', () => {
  const access = new Access({ version: 1, rate: { kinds: { detect: { per_minute: 1, burst: 1 } } }, commands: { stop: {} } });
  assert.ok(access.checkRate('detect', 'a', { now: 0 }).allowed);
  assert.strictEqual(access.checkRate('detect', 'a', { now: 0 }).retryAfter, 60);
  assert.ok(access.checkRole({ role: 'admin', permission: 'clone_voice', resource: 'voice/heart' }).allowed);
  assert.ok(access.checkCommand('stop').allowed);
  for (let time = 0; time < 3; time += 1) {
    assert.strictEqual(access.checkCommand('rm', {}, { source: '10.0.0.9', now: 1 }).code, 'unknown_command');
  }
  const [alert, ...more] = access.alerts();
  assert.deepStrictEqual([alert.event, alert.source, more.length], ['suspicious_command', '10.0.0.9', 0]);
  assert.deepStrictEqual(access.alerts(), []);
  assert.match(access.prometheus(), /suspicious_command"\} 3/);
});

test('who asked to hear of alerts hears each at once, may use the access, and fails alone', async () => {
  const access = new Access({ version: 1, rate: { kinds: { detect: { per_minute: 1, burst: 1 } } } });
  const told = [];
  access.onAlert((alert) => {
    told.push([alert.event, alert.source, alert.count]);
    access.panic('too much of it');
  });
  const raise = (source) => Array.from({ length: 5 }, () => access.record('auth_failure', { source, now: 1 }).length);
  assert.deepStrictEqual(raise('10.0.0.9'), [0, 0, 0, 0, 1]);
  assert.deepStrictEqual(told, [['auth_failure', '10.0.0.9', 5]]);
  assert.ok(access.lift());
  // What the function throws, or its promise, is a warning: whoever asked the gate is not to blame for it.
  const warnings = [];
  const warned = (warning) => warnings.push(warning.message);
  process.on('warning', warned);
  access.onAlert(() => {
    throw new Error('of the host');
  });
  assert.deepStrictEqual(raise('10.0.0.8'), [0, 0, 0, 0, 1]);
  access.onAlert(async () => {
    throw new Error('of its promise');
  });
  assert.deepStrictEqual(raise('10.0.0.7'), [0, 0, 0, 0, 1]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('warning', warned);
  assert.deepStrictEqual(warnings, ['of the host', 'of its promise']);
  access.onAlert(null);
  assert.deepStrictEqual(raise('10.0.0.6'), [0, 0, 0, 0, 1]);
  assert.strictEqual(told.length, 1);
  refused(() => access.onAlert(7), 'VG_ERR_ARGUMENT', /told|function/);
  refused(() => access.onAlert(), 'VG_ERR_ARGUMENT', /told is undefined/);
});

test('an alert that another thread raises is told on the event loop', async () => {
  const access = new Access({ version: 1, rate: { per_minute: 1, burst: 1 } });
  const told = [];
  access.onAlert((alert) => told.push(alert.event));
  const guard = new Guard({ key, access });
  const asks = Array.from({ length: 12 }, () => guard.utteranceAsync({ subject: 'anna', voice: 'heart', text: 'Turn left.' }));
  const answers = (await Promise.all(asks)).map((utterance) => utterance.answer);
  assert.strictEqual(answers.filter((answer) => answer !== null && !answer.allowed).length, 11);
  for (let turn = 0; told.length === 0 && turn < 100; ++turn) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepStrictEqual(told, ['rate_violation']);
});

test('policies in Cedar decide, or the library says that it was built without', () => {
  const policies = `@id("short") permit(principal in Role::"guest", action == Action::"synthesize", resource in Voice::"public")
    when { context.seconds <= 60 };`;
  const asked = { role: 'guest', permission: 'synthesize', resource: 'voice/public/heart', context: { seconds: 12 } };
  let cedar;
  try {
    cedar = new Cedar(policies);
  } catch (error) {
    assert.ok(error instanceof VoxguardError && error.code === 'VG_ERR_FEATURE' && /feature `cedar`/.test(error.message));
    refused(() => new Access({ version: 1, cedar: { policies } }), 'VG_ERR_FEATURE', /feature `cedar`/);
  }
  if (cedar !== undefined) {
    assert.deepStrictEqual(cedar.check(asked).policies, ['short']);
    assert.ok(!cedar.check({ ...asked, context: { seconds: 61 } }).allowed);
    assert.ok(new Access({ version: 1, cedar: { policies } }).check(asked).allowed);
    refused(() => new Cedar('permit('), 'VG_ERR_CONFIG', /policies/);
  }
  // Where roles decide, the same question is asked of them.
  assert.ok(new Access().check({ ...asked, scopes: ['synthesize'] }).allowed);
  assert.match(new Access().check({ permission: 'detect', resource: 'voice/heart' }).reason, /names no role/);
  refused(() => new Access().check({ permission: 'detect' }), 'VG_ERR_ARGUMENT', /resource is undefined/);
  refused(() => new Cedar(7), 'VG_ERR_ARGUMENT', /policies is the number 7/);
});
