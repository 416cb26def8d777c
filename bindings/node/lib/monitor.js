'use strict';

const { native: addon } = require('./addon.js');
const { callback, json, maybe, options, seconds, string } = require('./check.js');
const { call } = require('./error.js');
const { Handle, native } = require('./handle.js');

/** Counts events, watches windows, raises alerts. */
class Monitor extends Handle {
  #onAlert;

  constructor(given = {}) {
    const { rules, onAlert } = options(given, 'Monitor', ['rules', 'onAlert']);
    const text = maybe(json, rules, 'rules');
    const told = callback(onAlert, 'onAlert');
    super(call(() => new addon.Monitor(text)));
    this.#onAlert = told;
  }

  record(event, given = {}) {
    const held = native(this, Monitor, 'this');
    const asked = happened(event, given);
    const raised = JSON.parse(call(() => held.record(...asked)));
    raised.forEach((alert) => this.#onAlert?.(alert));
    return raised;
  }

  snapshot() {
    const held = native(this, Monitor, 'this');
    return JSON.parse(call(() => held.metrics('json')));
  }

  prometheus() {
    const held = native(this, Monitor, 'this');
    return call(() => held.metrics('prometheus'));
  }

  panic(reason) {
    const held = native(this, Monitor, 'this');
    string(reason, 'reason');
    call(() => held.panic(reason));
  }

  lift() {
    const held = native(this, Monitor, 'this');
    return call(() => held.lift());
  }

  get panicking() {
    const held = native(this, Monitor, 'this');
    return call(() => held.panicking());
  }
}

/** An event, its source and its moment, in the order that the addon takes them in. */
function happened(event, given) {
  const { source = '', now = Date.now() / 1000 } = options(given, 'record', ['source', 'now']);
  return [string(event, 'event'), string(source, 'source'), seconds(now, 'now')];
}

module.exports = { Monitor, happened };
