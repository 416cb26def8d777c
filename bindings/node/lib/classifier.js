'use strict';

const { oneOf, refuse } = require('./check.js');

const SEVERITIES = ['info', 'warning', 'error', 'critical'];
const ACTIONS = ['allow', 'warn', 'mask', 'block'];

/**
 * The function that the addon asks: given the spoken text it answers; given a reply as well, it calls that with the answer, once a
 * promise has settled. `null` stands for a failure, of which a warning of the process tells. It never throws.
 */
function asker(classifier) {
  return (spoken, reply) => {
    if (reply === undefined) {
      return answer(() => {
        const found = classifier(spoken);
        // Nobody waits for a promise here, nor for its failure.
        Promise.resolve(found).catch(() => {});
        return findings(found, spoken);
      });
    }
    const ask = async () => findings(await classifier(spoken), spoken);
    ask()
      .catch(failed)
      .then(reply)
      .catch(() => {});
    return null;
  };
}

function answer(ask) {
  try {
    return ask();
  } catch (error) {
    return failed(error);
  }
}

/** Tells the host of its classifier's failure. */
function failed(error) {
  const told = error instanceof Error ? error : new Error('the classifier threw what is no Error');
  process.emitWarning(told);
  return null;
}

/** The findings as the addon takes them, with places in characters. */
function findings(found, spoken) {
  if (!Array.isArray(found)) {
    throw refuse('what the classifier returned', found, 'is a list of findings, or where judge and utteranceAsync ask a promise of one');
  }
  return found.map((finding, place) => {
    const { rule, category, severity = 'error', action = 'block', start = 0, end = spoken.length } = finding ?? {};
    const name = (field) => `findings[${place}].${field}`;
    for (const [field, value] of [['rule', rule], ['category', category]]) {
      if (typeof value !== 'string' || value === '') {
        throw refuse(name(field), value, 'is a name');
      }
    }
    oneOf(severity, name('severity'), SEVERITIES);
    oneOf(action, name('action'), ACTIONS);
    return {
      rule,
      category,
      severity,
      action,
      start: characters(spoken, start, name('start')),
      end: characters(spoken, end, name('end')),
    };
  });
}

/** How many characters (Unicode scalar values) stand before a place in UTF-16. */
function characters(text, place, name) {
  if (!Number.isInteger(place) || place < 0) {
    throw refuse(name, place, 'is a place in the spoken text, in UTF-16 code units');
  }
  return Array.from(text.slice(0, place)).length;
}

module.exports = { asker };
