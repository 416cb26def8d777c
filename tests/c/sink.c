/* The record sink: told of every record once it is durable; when it fails, finish says so and the record stays. */

#include "speak.h"

typedef struct {
  int written, dropped;
  int32_t answer;
  const vg_ledger_t *ledger; /* to see that the record was there before we were told */
  uint64_t len_seen;
  vg_utterance_t *reenter; /* calls itself again from within */
  const vg_guard_t *guard;
  vg_status_t reentry[4];
  char last[4096];
} listener_t;

static int32_t listen(void *user_data, const char *json, size_t length) {
  listener_t *it = user_data;
  ++it->written;
  CHECK(length < sizeof it->last);
  memcpy(it->last, json, length);
  it->last[length] = '\0';
  if (it->ledger) WORKS(vg_ledger_len(it->ledger, &it->len_seen, &error));
  if (it->reenter) {
    float sample[4] = {0};
    size_t got = 0;
    vg_bytes_t record = {0};
    vg_request_t request = request_for("Turn right.");
    vg_utterance_t *inner = NULL;
    it->reentry[0] = vg_utterance_mark_f32(it->reenter, sample, 4, sample, 4, &got);
    it->reentry[1] = vg_utterance_finish_f32(it->reenter, sample, 4, &got, &record, NULL);
    it->reentry[2] = vg_utterance_abort(it->reenter, &record, NULL);
    it->reentry[3] = vg_guard_begin(it->guard, &request, &inner, NULL);
    vg_utterance_free(inner);
  }
  return it->answer;
}

static void drop(void *user_data) { ++((listener_t *)user_data)->dropped; }

static vg_guard_t *guard_that_tells(const vg_key_t *key, const vg_ledger_t *ledger, listener_t *listener) {
  vg_guard_options_t options = {.struct_size = sizeof options};
  vg_record_sink_t sink = {.struct_size = sizeof sink};
  vg_guard_t *guard = NULL;
  options.key = key;
  options.ledger = ledger;
  sink.user_data = listener;
  sink.write = listen;
  sink.drop = drop;
  options.sink = &sink;
  WORKS(vg_guard_new(&options, &guard, &error));
  return guard;
}

static vg_ledger_t *ledger_in_memory(const vg_key_t *key) {
  vg_ledger_t *ledger = NULL;
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  return ledger;
}

static void every_record_is_told_once_it_is_durable(const vg_key_t *key) {
  listener_t listener = {0};
  vg_ledger_t *ledger = ledger_in_memory(key);
  vg_guard_t *guard = guard_that_tells(key, ledger, &listener);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float *samples = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1);
  size_t got = 0, tail = 0;
  vg_bytes_t record = {0};
  listener.ledger = ledger;
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  CHECK(listener.written == 0);
  WORKS(vg_utterance_finish_f32(utterance, samples + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(listener.written == 1 && listener.len_seen == 1);
  CHECK(record.len == strlen(listener.last) && memcmp(record.data, listener.last, record.len) == 0);
  vg_bytes_free(&record);
  vg_utterance_free(utterance);
  CHECK(listener.written == 1); /* a finished one has nothing more to say */
  utterance = begin(guard, "Turn right.");
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  vg_utterance_free(utterance); /* a forgotten one has */
  CHECK(listener.written == 2 && listener.len_seen == 2 && strstr(listener.last, "aborted"));
  CHECK(listener.dropped == 0);
  vg_guard_free(guard);
  CHECK(listener.dropped == 1);
  vg_ledger_free(ledger);
  CHECK(listener.dropped == 1);
  free(samples);
}

static void when_it_fails_finish_fails_and_the_record_stays(const vg_key_t *key) {
  listener_t listener = {0};
  vg_ledger_t *ledger = ledger_in_memory(key);
  vg_guard_t *guard = guard_that_tells(key, ledger, &listener);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float *samples = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1);
  size_t got = 0, tail = 77;
  uint64_t mark = 0, len = 0;
  vg_bytes_t record = {0}, json = {0};
  listener.answer = -1;
  ANSWERS(VG_OK, vg_utterance_mark_id(utterance, &mark));
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  FAILS(VG_ERR_CALLBACK, NULL,
        vg_utterance_finish_f32(utterance, samples + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(tail == 77 && record.data == NULL && listener.written == 1);
  FAILS(VG_ERR_CALLBACK, "-1",
        vg_utterance_finish_f32(utterance, samples + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(tail == 77 && record.data == NULL && listener.written == 2);
  WORKS(vg_ledger_find_mark(ledger, mark, &json, &error));
  CHECK(contains(json, "\"complete\""));
  vg_bytes_free(&json);
  /* What was recorded as complete cannot be recorded as aborted. */
  FAILS(VG_ERR_STATE, NULL, vg_utterance_abort(utterance, &record, &error));
  listener.answer = 0; /* the next attempt is heard: the samples come out, and there is one record still */
  WORKS(vg_utterance_finish_f32(utterance, samples + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(got + tail == SPEAK_FRAMES && listener.written == 3);
  vg_bytes_free(&record);
  vg_utterance_free(utterance);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 1);

  listener.answer = 1; /* nobody tries again */
  tail = 77;
  utterance = begin(guard, "Turn right.");
  FAILS(VG_ERR_CALLBACK, NULL, vg_utterance_finish_f32(utterance, samples, SPEAK_FRAMES, &tail, &record, &error));
  vg_utterance_free(utterance);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 2 && tail == 77);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
  CHECK(listener.dropped == 1);
  free(samples);
}

static void a_call_from_within_is_refused(const vg_key_t *key) {
  listener_t listener = {0};
  vg_guard_t *guard = guard_that_tells(key, NULL, &listener);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float samples[160] = {0};
  size_t got = 0;
  vg_bytes_t record = {0};
  listener.reenter = utterance;
  listener.guard = guard;
  WORKS(vg_utterance_finish_f32(utterance, samples, 160, &got, &record, &error));
  CHECK(listener.written == 1);
  for (int i = 0; i < 4; ++i) ANSWERS(VG_ERR_BUSY, listener.reentry[i]);
  vg_bytes_free(&record);
  listener.reenter = NULL;
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  CHECK(listener.dropped == 1);
}

static void an_utterance_keeps_the_sink_alive(const vg_key_t *key) {
  listener_t listener = {0};
  vg_guard_t *guard = guard_that_tells(key, NULL, &listener);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float samples[160] = {0};
  size_t got = 0;
  vg_guard_free(guard);
  CHECK(listener.dropped == 0);
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, 160, samples, 160, &got));
  vg_utterance_free(utterance);
  CHECK(listener.written == 1 && listener.dropped == 1);
}

static void a_guard_that_was_not_made_takes_nothing(const vg_key_t *key) {
  listener_t listener = {0};
  vg_guard_options_t options = {.struct_size = sizeof options};
  vg_record_sink_t sink = {.struct_size = sizeof sink};
  vg_guard_t *guard = NULL;
  sink.user_data = &listener;
  sink.write = listen;
  sink.drop = drop;
  options.sink = &sink;
  FAILS(VG_ERR_NULL, NULL, vg_guard_new(&options, &guard, &error)); /* no key */
  options.key = key;
  sink.struct_size = sizeof sink - 1;
  FAILS(VG_ERR_STRUCT_SIZE, NULL, vg_guard_new(&options, &guard, &error));
  CHECK(guard == NULL && listener.dropped == 0 && listener.written == 0);
}

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  every_record_is_told_once_it_is_durable(key);
  when_it_fails_finish_fails_and_the_record_stays(key);
  a_call_from_within_is_refused(key);
  an_utterance_keeps_the_sink_alive(key);
  a_guard_that_was_not_made_takes_nothing(key);
  vg_key_free(key);
  return done();
}
