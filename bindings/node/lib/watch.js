'use strict';

const { native: addon } = require('./addon.js');
const { callback, signal } = require('./check.js');

/** How often a detection on another thread is asked how far it is. */
const MILLISECONDS = 50;

/**
 * Begins work with a watch of the addon and waits for it. `progress` is told the share that is done as it grows, and at the end 1;
 * when it throws, that is what the promise rejects with. `signal` ends the work: the promise then rejects with its reason.
 */
async function watched({ progress, signal: given }, begin) {
  const tell = callback(progress, 'progress');
  const abort = signal(given);
  abort?.throwIfAborted();
  const watch = new addon.Watch();
  let timer = null;
  let stop = null;
  const stopped = new Promise((_resolve, reject) => {
    stop = (reason) => {
      watch.stop();
      reject(reason);
    };
  });
  stopped.catch(() => {});
  let told = 0;
  const look = (done) => {
    if (done > told) {
      told = done;
      tell(done);
    }
  };
  const onAbort = () => stop(abort.reason);
  abort?.addEventListener('abort', onAbort, { once: true });
  try {
    const work = begin(watch);
    if (tell !== null) {
      timer = setInterval(() => {
        try {
          look(watch.done());
        } catch (error) {
          stop(error);
        }
      }, MILLISECONDS);
    }
    const answer = await Promise.race([work, stopped]);
    if (tell !== null) {
      look(1);
    }
    return answer;
  } finally {
    clearInterval(timer);
    abort?.removeEventListener('abort', onAbort);
  }
}

module.exports = { watched };
