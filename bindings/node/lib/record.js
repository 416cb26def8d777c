'use strict';

/**
 * A record of the ledger from its JSON: names in JavaScript's case, and the mark as the number that
 * `ledger.find` takes. Frozen: what the ledger says is not for editing.
 */
function record(json) {
  return fromParsed(JSON.parse(json));
}

/** The records of a JSON array. */
function records(json) {
  return JSON.parse(json).map(fromParsed);
}

function fromParsed(parsed) {
  if (parsed === null) {
    return null;
  }
  const entries = Object.entries(parsed).map(([name, value]) => [camel(name), name === 'mark' ? markNumber(value) : value]);
  return Object.freeze(Object.fromEntries(entries));
}

function camel(name) {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

function markNumber(digits) {
  return typeof digits === 'string' ? Number.parseInt(digits, 16) : digits;
}

module.exports = { record, records };
