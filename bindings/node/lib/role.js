'use strict';

const { native: addon } = require('./addon.js');
const { json, maybe, options, string } = require('./check.js');
const { call } = require('./error.js');
const { Handle, native } = require('./handle.js');

/** Who may do what with which voice or model. What nobody granted is denied. */
class Roles extends Handle {
  constructor(document) {
    const text = maybe(json, document, 'roles');
    super(call(() => new addon.Roles(text)));
  }

  static preset() {
    return new Roles();
  }

  check(given) {
    const held = native(this, Roles, 'this');
    const asked = asRole(given);
    return JSON.parse(call(() => held.check(...asked)));
  }
}

/** Commands that a voice may give. It decides; it runs and changes nothing. */
class Commands extends Handle {
  constructor(rules) {
    const text = json(rules, 'commands');
    super(call(() => new addon.Commands(text)));
  }

  check(name, given = {}) {
    const held = native(this, Commands, 'this');
    string(name, 'name');
    const text = json(given, 'arguments');
    return JSON.parse(call(() => held.check(name, text)));
  }
}

/** Role, permission and resource, in the order that the addon takes them in. */
function asRole(given) {
  const asked = options(given, 'check', ['role', 'permission', 'resource']);
  return ['role', 'permission', 'resource'].map((name) => string(asked[name], name));
}

module.exports = { Commands, Roles, asRole };
