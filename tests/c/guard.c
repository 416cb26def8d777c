/* Guard and utterance: begin, mark, finish; a refusal is an answer; the record says what left. */

#include "speak.h"

static void marked_as_a_marker_would(const vg_key_t *key) {
  vg_guard_t *guard = guard_with(key, NULL, NULL);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  vg_marker_options_t options = marker_options(SPEAK_RATE, 1, 0);
  int16_t *in = voice_i16(SPEAK_FRAMES, SPEAK_RATE, 1), out[SPEAK_FRAMES], once[SPEAK_FRAMES];
  size_t got = 0, written = 0, pending = 77, latency = 77;
  vg_bytes_t record = {0};
  bool allowed = false;
  ANSWERS(VG_OK, vg_utterance_allowed(utterance, &allowed));
  CHECK(allowed);
  ANSWERS(VG_OK, vg_utterance_mark_id(utterance, &options.mark));
  ANSWERS(VG_OK, vg_utterance_latency(utterance, &latency));
  CHECK(latency <= SPEAK_RATE * 80 / 1000);
  WORKS(vg_embed_i16(key, &options, in, SPEAK_FRAMES, once, &error));
  for (size_t fed = 0; fed < SPEAK_FRAMES; fed += 160) {
    ANSWERS(VG_OK, vg_utterance_mark_i16(utterance, in + fed, 160, out + written, SPEAK_FRAMES - written, &got));
    written += got;
  }
  ANSWERS(VG_OK, vg_utterance_pending(utterance, &pending));
  CHECK(written + pending == SPEAK_FRAMES);
  WORKS(vg_utterance_finish_i16(utterance, out + written, pending, &got, &record, &error));
  CHECK(got == pending && memcmp(once, out, sizeof out) == 0);
  CHECK(contains(record, "\"generation\"") && contains(record, "\"complete\"") && contains(record, "\"i16\""));
  CHECK(contains(record, "\"frames_in\":4000") && contains(record, "\"frames_marked\":4000"));
  CHECK(!contains(record, "Turn left") && !contains(record, "user-1")); /* no text, no name */
  vg_bytes_free(&record);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  free(in);
}

static void a_refusal_is_an_answer(const vg_key_t *key) {
  vg_policy_t *policy = NULL;
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  vg_verdict_t *verdict = NULL;
  vg_str_t text = {0};
  float sample[160] = {0};
  size_t got = 77;
  uint64_t mark = 77, len = 77;
  uint32_t action = 77;
  bool allowed = true;
  vg_bytes_t record = {0};
  WORKS(vg_policy_new(RULES, strlen(RULES), &policy, &error));
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  guard = guard_with(key, policy, ledger);
  /* A zero-width space in the middle of the word. */
  utterance = begin(guard, "Throw the gre\xe2\x80\x8bnade now.");
  ANSWERS(VG_OK, vg_utterance_allowed(utterance, &allowed));
  CHECK(!allowed);
  ANSWERS(VG_OK, vg_utterance_verdict(utterance, &verdict));
  ANSWERS(VG_OK, vg_verdict_action(verdict, &action));
  CHECK(action == VG_ACTION_BLOCK);
  ANSWERS(VG_OK, vg_utterance_text(utterance, &text));
  CHECK(text.len == 0);
  ANSWERS(VG_ERR_STATE, vg_utterance_mark_id(utterance, &mark));
  ANSWERS(VG_ERR_STATE, vg_utterance_mark_f32(utterance, sample, 160, sample, 160, &got));
  CHECK(mark == 77 && got == 77);
  WORKS(vg_utterance_record(utterance, &record, &error));
  CHECK(contains(record, "\"refusal\"") && contains(record, "weapon") && !contains(record, "Throw"));
  vg_bytes_free(&record);
  /* It is on record already, so ending it early adds nothing, and there is nothing to finish. */
  WORKS(vg_utterance_abort(utterance, &record, &error));
  CHECK(record.len == 4 && memcmp(record.data, "null", 4) == 0);
  vg_bytes_free(&record);
  FAILS(VG_ERR_STATE, NULL, vg_utterance_finish_f32(utterance, sample, 160, &got, &record, &error));
  CHECK(got == 77 && record.data == NULL);
  vg_utterance_free(utterance);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 1);
  vg_verdict_free(verdict);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
  vg_policy_free(policy);
}

static void after_the_end_nothing_is_marked(const vg_key_t *key) {
  vg_guard_t *guard = guard_with(key, NULL, NULL);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float *in = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1);
  int16_t other[SPEAK_FRAMES] = {0};
  size_t got = 0, tail = 0;
  vg_bytes_t record = {0};
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, in, SPEAK_FRAMES, in, SPEAK_FRAMES, &got));
  /* One stream is of one kind of sample. */
  tail = 77;
  ANSWERS(VG_ERR_STATE, vg_utterance_mark_i16(utterance, other, 4, other, 4, &tail));
  FAILS(VG_ERR_STATE, NULL, vg_utterance_finish_i16(utterance, other, SPEAK_FRAMES, &tail, &record, &error));
  /* A small output is refused; then it can be called again. */
  FAILS(VG_ERR_OUTPUT_SIZE, NULL, vg_utterance_finish_f32(utterance, in, 1, &tail, &record, &error));
  CHECK(tail == 77 && record.data == NULL);
  WORKS(vg_utterance_finish_f32(utterance, in + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(got + tail == SPEAK_FRAMES);
  vg_bytes_free(&record);
  tail = 77;
  ANSWERS(VG_ERR_STATE, vg_utterance_mark_f32(utterance, in, 160, in, 160, &tail));
  FAILS(VG_ERR_STATE, NULL, vg_utterance_finish_f32(utterance, in, SPEAK_FRAMES, &tail, &record, &error));
  FAILS(VG_ERR_STATE, NULL, vg_utterance_abort(utterance, &record, &error));
  CHECK(tail == 77 && record.data == NULL);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  free(in);
}

static void what_ends_early_is_recorded(const vg_key_t *key) {
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  float *in = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1);
  size_t got = 0;
  uint64_t len = 77, mark = 0;
  vg_bytes_t json = {0};
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  guard = guard_with(key, NULL, ledger);
  utterance = begin(guard, "Turn left.");
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, in, SPEAK_FRAMES, in, SPEAK_FRAMES, &got));
  WORKS(vg_utterance_abort(utterance, &json, &error));
  CHECK(contains(json, "\"aborted\""));
  vg_bytes_free(&json);
  vg_utterance_free(utterance);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 1);

  utterance = begin(guard, "Turn right.");
  ANSWERS(VG_OK, vg_utterance_mark_id(utterance, &mark));
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, in, 1000, in, 1000, &got));
  vg_utterance_free(utterance); /* forgotten */
  WORKS(vg_ledger_find_mark(ledger, mark, &json, &error));
  CHECK(contains(json, "\"aborted\"") && contains(json, "\"frames_in\":1000"));
  vg_bytes_free(&json);

  vg_utterance_free(begin(guard, "Wait.")); /* nothing left, nothing to record */
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 2);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
  free(in);
}

static void requests_that_cannot_be_met_are_refused(const vg_key_t *key) {
  vg_guard_t *guard = guard_with(key, NULL, NULL);
  vg_request_t request = request_for("Turn left.");
  vg_utterance_t *utterance = NULL;
  char *long_text = malloc(10u << 20);
  CHECK(long_text);
  memset(long_text, 'a', 10u << 20);
#define REFUSED(expected, word, member, value)                                         \
  do {                                                                                 \
    request = request_for("Turn left.");                                               \
    request.member = (value);                                                          \
    FAILS(expected, word, vg_guard_begin(guard, &request, &utterance, &error));        \
    CHECK(utterance == NULL);                                                          \
  } while (0)
  REFUSED(VG_ERR_STRUCT_SIZE, NULL, struct_size, sizeof request - 1);
  REFUSED(VG_ERR_STRUCT_SIZE, NULL, struct_size, 1000000);
  REFUSED(VG_ERR_NULL, "text", text, NULL);
  REFUSED(VG_ERR_NULL, "voice", voice, NULL);
  REFUSED(VG_ERR_UTF8, "text", text, "Turn\xff left");
  REFUSED(VG_ERR_UTF8, "voice", voice, "\xffolly");
  REFUSED(VG_ERR_UTF8, "subject", subject, "\xffolly!");
  REFUSED(VG_ERR_ARGUMENT, NULL, subject, "a b c ");
  REFUSED(VG_ERR_ARGUMENT, NULL, subject_len, 0);
  REFUSED(VG_ERR_ARGUMENT, NULL, markup, 3);
  REFUSED(VG_ERR_AUDIO_FORMAT, NULL, rate, 0);
  REFUSED(VG_ERR_AUDIO_FORMAT, "1000000000", rate, 1000000000);
  REFUSED(VG_ERR_AUDIO_FORMAT, NULL, channels, 0);
  REFUSED(VG_ERR_AUDIO_FORMAT, "9 channels", channels, 9);
#undef REFUSED
  request = request_for("Turn left.");
  request.text = long_text;
  request.text_len = 10u << 20;
  FAILS(VG_ERR_TEXT, "10485760", vg_guard_begin(guard, &request, &utterance, &error));
  CHECK(utterance == NULL);
  /* Nobody in particular is a subject too. */
  request = request_for("Turn left.");
  request.subject = NULL;
  request.subject_len = 0;
  WORKS(vg_guard_begin(guard, &request, &utterance, &error));
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  free(long_text);
}

static void samples_that_are_not_numbers_change_nothing(const vg_key_t *key) {
  vg_guard_t *guard = guard_with(key, NULL, NULL);
  vg_utterance_t *utterance = begin(guard, "Turn left.");
  float *in = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1), bad[3] = {0.0f, (float)NAN, 0.0f}, out[3] = {7.0f, 7.0f, 7.0f};
  size_t got = 77, tail = 0;
  vg_bytes_t record = {0};
  ANSWERS(VG_ERR_NON_FINITE, vg_utterance_mark_f32(utterance, bad, 3, out, 3, &got));
  CHECK(got == 77 && out[0] == 7.0f);
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, in, SPEAK_FRAMES, in, SPEAK_FRAMES, &got));
  WORKS(vg_utterance_finish_f32(utterance, in + got, SPEAK_FRAMES - got, &tail, &record, &error));
  CHECK(contains(record, "\"frames_in\":4000"));
  vg_bytes_free(&record);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  free(in);
}

static void two_utterances_have_two_marks(const vg_key_t *key) {
  vg_guard_t *guard = guard_with(key, NULL, NULL);
  vg_utterance_t *one = begin(guard, "Turn left."), *two = begin(guard, "Turn left.");
  uint64_t first = 0, second = 0;
  ANSWERS(VG_OK, vg_utterance_mark_id(one, &first));
  ANSWERS(VG_OK, vg_utterance_mark_id(two, &second));
  CHECK(first != second && first <= UINT32_MAX && second <= UINT32_MAX);
  vg_utterance_free(one);
  vg_utterance_free(two);
  vg_guard_free(guard);
}

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  marked_as_a_marker_would(key);
  a_refusal_is_an_answer(key);
  after_the_end_nothing_is_marked(key);
  what_ends_early_is_recorded(key);
  requests_that_cannot_be_met_are_refused(key);
  samples_that_are_not_numbers_change_nothing(key);
  two_utterances_have_two_marks(key);
  vg_key_free(key);
  return done();
}
