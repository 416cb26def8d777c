'use strict';

const { native: addon } = require('./addon.js');
const { count, options, seconds, string } = require('./check.js');
const { call } = require('./error.js');
const { Handle, native } = require('./handle.js');

/** How often a key may ask: a burst, then a steady rate. */
class RateLimiter extends Handle {
  constructor(given) {
    const { perMinute, burst, maxKeys = 65536 } = options(given, 'RateLimiter', ['perMinute', 'burst', 'maxKeys']);
    const sizes = [count(perMinute, 'perMinute'), count(burst, 'burst'), count(maxKeys, 'maxKeys')];
    super(call(() => new addon.RateLimiter(...sizes)));
  }

  /** The Lua script by which many machines share limits in Redis or Valkey. */
  static get SCRIPT() {
    return addon.limiterScript();
  }

  check(key, given = {}) {
    const held = native(this, RateLimiter, 'this');
    const { now = performance.now() / 1000, cost = 1 } = options(given, 'check', ['now', 'cost']);
    const [moment, spent] = [seconds(now, 'now'), count(cost, 'cost')];
    string(key, 'key');
    return call(() => held.check(key, spent, moment));
  }

  forget(key) {
    const held = native(this, RateLimiter, 'this');
    string(key, 'key');
    call(() => held.forget(key));
  }
}

module.exports = { RateLimiter };
