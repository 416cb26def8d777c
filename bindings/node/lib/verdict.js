'use strict';

/**
 * The verdict on `text` as JavaScript reads it: `start` and `end` of a hit count UTF-16 code units, so
 * that `text.slice(hit.start, hit.end)` is what was hit. The library counts characters; these are kept
 * as `startChar` and `endChar`, and are the numbers that the other languages show.
 */
function verdict(given, text) {
  const { hits, ...rest } = given;
  const unit = hits.length === 0 ? null : units(text);
  return { ...rest, hits: hits.map((hit) => withUnits(hit, unit)) };
}

function withUnits({ start, end, ...rest }, unit) {
  return { ...rest, start: unit(start), end: unit(end), startChar: start, endChar: end };
}

/** From an index in characters (Unicode scalar values) to an index in UTF-16 code units. */
function units(text) {
  if (!/[\ud800-\udfff]/.test(text)) {
    return (character) => character;
  }
  const offsets = [];
  let offset = 0;
  for (const character of text) {
    offsets.push(offset);
    offset += character.length;
  }
  offsets.push(offset);
  return (character) => offsets[character];
}

module.exports = { verdict };
