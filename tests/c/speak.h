/* One short utterance through a guard, for tests that need a record. */

#ifndef SPEAK_H
#define SPEAK_H

#include "check.h"

enum { SPEAK_RATE = 16000, SPEAK_FRAMES = 4000 };

static inline vg_request_t request_for(const char *text) {
  vg_request_t request = {.struct_size = sizeof request};
  request.subject = "user-1";
  request.subject_len = 6;
  request.voice = "heart";
  request.voice_len = 5;
  request.text = text;
  request.text_len = strlen(text);
  request.markup = VG_MARKUP_AUTO;
  request.rate = SPEAK_RATE;
  request.channels = 1;
  return request;
}

static inline vg_guard_t *guard_with(const vg_key_t *key, const vg_policy_t *policy, const vg_ledger_t *ledger) {
  vg_guard_options_t options = {.struct_size = sizeof options};
  vg_guard_t *guard = NULL;
  options.key = key;
  options.policy = policy;
  options.ledger = ledger;
  WORKS(vg_guard_new(&options, &guard, &error));
  return guard;
}

static inline vg_utterance_t *begin(const vg_guard_t *guard, const char *text) {
  vg_request_t request = request_for(text);
  vg_utterance_t *utterance = NULL;
  WORKS(vg_guard_begin(guard, &request, &utterance, &error));
  return utterance;
}

/* Speaks with this voice and gives the mark of the utterance. */
static inline uint64_t speak(const vg_key_t *key, const vg_policy_t *policy, const vg_ledger_t *ledger, const char *voice) {
  vg_guard_t *guard = guard_with(key, policy, ledger);
  vg_request_t request = request_for("Turn left after the bridge.");
  vg_utterance_t *utterance = NULL;
  vg_bytes_t record = {0};
  float *samples = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1);
  size_t got = 0, tail = 0;
  uint64_t mark = 0;
  request.voice = voice;
  request.voice_len = strlen(voice);
  WORKS(vg_guard_begin(guard, &request, &utterance, &error));
  ANSWERS(VG_OK, vg_utterance_mark_id(utterance, &mark));
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  WORKS(vg_utterance_finish_f32(utterance, samples + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(got + tail == SPEAK_FRAMES);
  CHECK(contains(record, voice));
  vg_bytes_free(&record);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  free(samples);
  return mark;
}

#endif
