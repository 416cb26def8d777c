'use strict';

const { options } = require('./check.js');
const { MARKING, Marker } = require('./marker.js');
const { SampleTransform, sampleTransformStream } = require('./transform.js');

/** A marker as a sink of samples, which frees it at the end. */
function sink(given) {
  const marker = new Marker(given);
  return {
    channels: given.channels ?? 1,
    mark: (samples) => marker.process(samples),
    finish: () => {
      const rest = marker.flush();
      marker.close();
      return rest;
    },
    drop: () => marker.close(),
  };
}

/** Marks what is piped through it. */
class MarkTransform extends SampleTransform {
  constructor(given) {
    const { highWaterMark, ...marking } = options(given, 'MarkTransform', [...MARKING, 'highWaterMark']);
    super(sink(marking), highWaterMark === undefined ? {} : { highWaterMark });
  }
}

/** Marks what is piped through it: a web `TransformStream`. */
function markTransformStream(given) {
  return sampleTransformStream(sink(options(given, 'markTransformStream', MARKING)));
}

module.exports = { MarkTransform, markTransformStream };
