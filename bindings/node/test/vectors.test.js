'use strict';

// The vectors that every language must agree with. Each file has a kind of its own: one that is not known here fails,
// so that no vector stands there unread.

const assert = require('node:assert');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');

const { Policy } = require('..');
const { refusal } = require('../fixtures/refusal.js');

const FOLDER = join(__dirname, '..', '..', '..', 'tests', 'vectors');

const escaped = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

const READERS = {
  'policy.json': ({ rules, policy_hash: hash, cases, errors, bad_rules: badRules }) => {
    const policy = new Policy(rules);
    assert.strictEqual(policy.hash, hash);
    for (const { name, text, markup, verdict } of cases) {
      const { hits, policy_hash: _, ...expected } = verdict;
      const { hits: found, ...given } = policy.check(text, { markup });
      assert.deepStrictEqual(given, expected, name);
      const spans = found.map((hit) => ({
        rule: hit.rule,
        category: hit.category,
        severity: hit.severity,
        action: hit.action,
        start: hit.startChar,
        end: hit.endChar,
        start_byte: hit.startByte,
        end_byte: hit.endByte,
        view: hit.view,
      }));
      assert.deepStrictEqual(spans, hits, name);
      for (const { start, end, startByte, endByte } of found) {
        assert.strictEqual(text.slice(start, end), Buffer.from(text).subarray(startByte, endByte).toString(), name);
      }
    }
    for (const { text, markup, status, message } of errors) {
      assert.throws(() => policy.check(text, { markup }), refusal(status, escaped(message)));
    }
    for (const { rules: bad, status, message } of badRules) {
      assert.throws(() => new Policy(bad), refusal(status, escaped(message)));
    }
  },
};

const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.json')) : [];

test('there are vectors', { skip: existsSync(join(FOLDER, '..')) ? false : 'not in a checkout' }, () => {
  assert.ok(files.length > 0);
});

for (const file of files) {
  test(`vectors of ${file}`, () => {
    assert.ok(READERS[file], `nobody here reads ${file}`);
    READERS[file](JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
  });
}
