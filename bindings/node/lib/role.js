'use strict';

const { native: addon } = require('./addon.js');
const { json, maybe, options, refuse, string } = require('./check.js');
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

const ASKED = ['subject', 'role', 'scopes', 'permission', 'resource', 'context'];

/** Policies in Cedar, for those who outgrow roles. What none permits is denied. */
class Cedar extends Handle {
  constructor(policies, given = {}) {
    const { schema, entities } = options(given, 'Cedar', ['schema', 'entities']);
    const rules = { policies: string(policies, 'policies'), schema: maybe(string, schema, 'schema') ?? undefined };
    if (entities !== undefined && entities !== null && !Array.isArray(entities)) {
      throw refuse('entities', entities, 'is a list of entities');
    }
    const text = json({ ...rules, entities: entities ?? undefined }, 'entities');
    super(call(() => new addon.Cedar(text)));
  }

  check(given) {
    const held = native(this, Cedar, 'this');
    const asked = question(given);
    return JSON.parse(call(() => held.check(asked)));
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

/** What is asked of policies, as JSON. */
function question(given) {
  const { subject, role, scopes = [], permission, resource, context } = options(given, 'check', ASKED);
  const names = { permission: string(permission, 'permission'), resource: string(resource, 'resource') };
  for (const [name, value] of [['subject', subject], ['role', role]]) {
    if (value !== undefined && value !== null) {
      names[name] = string(value, name);
    }
  }
  if (!Array.isArray(scopes)) {
    throw refuse('scopes', scopes, 'is a list of strings');
  }
  const said = { ...names, scopes: scopes.map((scope, place) => string(scope, `scopes[${place}]`)) };
  return json(context === undefined || context === null ? said : { ...said, context }, 'context');
}

module.exports = { Cedar, Commands, Roles, asRole, question };
