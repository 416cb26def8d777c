/* NULL for each pointer of each function, handles of another kind, and freed ones: each answers a status, writes
 * nothing, and leaves everything else working. */

#include "speak.h"

/* The same call with NULL for its handle, a handle of another kind, a pointer into one, and a freed one. `h` stands
 * for the handle, `type` is its type. */
#define MISUSED(type, call)                                   \
  do {                                                        \
    type *h = NULL;                                           \
    ANSWERS(VG_ERR_NULL, call);                               \
    h = (type *)another;                                      \
    ANSWERS(VG_ERR_HANDLE, call);                             \
    h = (type *)(void *)((char *)another + 1);                \
    ANSWERS(VG_ERR_HANDLE, call);                             \
    h = (type *)freed;                                        \
    ANSWERS(VG_ERR_HANDLE, call);                             \
    CHECK(memcmp(&outs, &outs_before, sizeof outs) == 0);     \
  } while (0)

#define NULL_IS_REFUSED(call)                             \
  do {                                                    \
    ANSWERS(VG_ERR_NULL, call);                           \
    CHECK(memcmp(&outs, &outs_before, sizeof outs) == 0); \
  } while (0)

/* Everything that a call could write to. */
static struct {
  vg_bytes_t bytes;
  vg_str_t str;
  char id[24];
  uint8_t hash[32];
  size_t size;
  uint64_t number;
  uint32_t word;
  bool flag;
  float f32[16];
  int16_t i16[16];
  vg_span_t span;
  const double *time, *score;
  vg_key_t *key;
  vg_marker_t *marker;
  vg_detector_t *detector;
  vg_detection_t *detection;
  vg_listener_t *listener;
  vg_policy_t *policy;
  vg_verdict_t *verdict;
  vg_ledger_t *ledger;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  vg_detection_info_t info;
  vg_hit_t hit;
} outs, outs_before;

static void *freed, *another;
static const float in_f32[16];
static const int16_t in_i16[16];
static vg_marker_options_t options;

static void keys(const vg_key_t *key) {
  static const uint8_t bytes[32] = {1};
  NULL_IS_REFUSED(vg_key_generate(NULL, NULL));
  NULL_IS_REFUSED(vg_key_from_bytes(NULL, 32, &outs.key, NULL));
  NULL_IS_REFUSED(vg_key_from_bytes(bytes, 32, NULL, NULL));
  NULL_IS_REFUSED(vg_key_from_hex(NULL, 64, &outs.key, NULL));
  NULL_IS_REFUSED(vg_key_from_hex(TEST_KEY, 64, NULL, NULL));
  NULL_IS_REFUSED(vg_key_to_hex(key, NULL, NULL));
  NULL_IS_REFUSED(vg_key_id(key, NULL));
  MISUSED(vg_key_t, vg_key_to_hex(h, &outs.bytes, NULL));
  MISUSED(vg_key_t, vg_key_id(h, outs.id));
}

static void markers(const vg_key_t *key, vg_marker_t *marker) {
  NULL_IS_REFUSED(vg_marker_new(key, NULL, &outs.marker, NULL));
  NULL_IS_REFUSED(vg_marker_new(key, &options, NULL, NULL));
  NULL_IS_REFUSED(vg_marker_latency(marker, NULL));
  NULL_IS_REFUSED(vg_marker_pending(marker, NULL));
  NULL_IS_REFUSED(vg_marker_process_f32(marker, NULL, 4, outs.f32, 4, &outs.size));
  NULL_IS_REFUSED(vg_marker_process_f32(marker, in_f32, 4, outs.f32, 4, NULL));
  NULL_IS_REFUSED(vg_marker_process_i16(marker, NULL, 4, outs.i16, 4, &outs.size));
  NULL_IS_REFUSED(vg_marker_process_i16(marker, in_i16, 4, outs.i16, 4, NULL));
  NULL_IS_REFUSED(vg_marker_flush_f32(marker, outs.f32, 4, NULL));
  NULL_IS_REFUSED(vg_marker_flush_i16(marker, outs.i16, 4, NULL));
  NULL_IS_REFUSED(vg_embed_f32(key, NULL, in_f32, 4, outs.f32, NULL));
  NULL_IS_REFUSED(vg_embed_f32(key, &options, NULL, 4, outs.f32, NULL));
  NULL_IS_REFUSED(vg_embed_f32(key, &options, in_f32, 4, NULL, NULL));
  NULL_IS_REFUSED(vg_embed_i16(key, NULL, in_i16, 4, outs.i16, NULL));
  NULL_IS_REFUSED(vg_embed_i16(key, &options, NULL, 4, outs.i16, NULL));
  NULL_IS_REFUSED(vg_embed_i16(key, &options, in_i16, 4, NULL, NULL));
  MISUSED(vg_key_t, vg_marker_new(h, &options, &outs.marker, NULL));
  MISUSED(vg_key_t, vg_embed_f32(h, &options, in_f32, 4, outs.f32, NULL));
  MISUSED(vg_key_t, vg_embed_i16(h, &options, in_i16, 4, outs.i16, NULL));
  MISUSED(vg_marker_t, vg_marker_latency(h, &outs.size));
  MISUSED(vg_marker_t, vg_marker_pending(h, &outs.size));
  MISUSED(vg_marker_t, vg_marker_process_f32(h, in_f32, 4, outs.f32, 4, &outs.size));
  MISUSED(vg_marker_t, vg_marker_process_i16(h, in_i16, 4, outs.i16, 4, &outs.size));
  MISUSED(vg_marker_t, vg_marker_flush_f32(h, outs.f32, 4, &outs.size));
  MISUSED(vg_marker_t, vg_marker_flush_i16(h, outs.i16, 4, &outs.size));
  MISUSED(vg_marker_t, vg_marker_reset(h));
}

static void detectors(const vg_key_t *key, const vg_detector_t *detector, const vg_detection_t *detection) {
  NULL_IS_REFUSED(vg_detector_new(NULL, 1, NULL, &outs.detector, NULL));
  NULL_IS_REFUSED(vg_detector_new(&key, 1, NULL, NULL, NULL));
  NULL_IS_REFUSED(vg_detector_detect_f32(detector, NULL, 4, 24000, 1, &outs.detection, NULL));
  NULL_IS_REFUSED(vg_detector_detect_f32(detector, in_f32, 4, 24000, 1, NULL, NULL));
  NULL_IS_REFUSED(vg_detector_detect_i16(detector, NULL, 4, 24000, 1, &outs.detection, NULL));
  NULL_IS_REFUSED(vg_detector_detect_i16(detector, in_i16, 4, 24000, 1, NULL, NULL));
  NULL_IS_REFUSED(vg_detection_info(detection, NULL));
  NULL_IS_REFUSED(vg_detection_span(detection, 0, NULL));
  NULL_IS_REFUSED(vg_detection_curve(detection, NULL, &outs.score, &outs.size));
  NULL_IS_REFUSED(vg_detection_curve(detection, &outs.time, NULL, &outs.size));
  NULL_IS_REFUSED(vg_detection_curve(detection, &outs.time, &outs.score, NULL));
  NULL_IS_REFUSED(vg_detection_json(detection, NULL, NULL));
  MISUSED(vg_key_t, vg_detector_new((const vg_key_t *const *)&h, 1, NULL, &outs.detector, NULL));
  MISUSED(vg_detector_t, vg_detector_detect_f32(h, in_f32, 4, 24000, 1, &outs.detection, NULL));
  MISUSED(vg_detector_t, vg_detector_detect_progress_f32(h, in_f32, 4, 24000, 1, NULL, &outs.detection, NULL));
  MISUSED(vg_detector_t, vg_detector_detect_progress_i16(h, in_i16, 4, 24000, 1, NULL, &outs.detection, NULL));
  MISUSED(vg_detector_t, vg_listener_new(h, 24000, 1, &outs.listener, NULL));
  MISUSED(vg_listener_t, vg_listener_push_f32(h, in_f32, 4, &outs.detection, NULL));
  MISUSED(vg_listener_t, vg_listener_push_i16(h, in_i16, 4, &outs.detection, NULL));
  MISUSED(vg_listener_t, vg_listener_finish(h, &outs.detection, NULL));
  NULL_IS_REFUSED(vg_listener_new(detector, 24000, 1, NULL, NULL));
  NULL_IS_REFUSED(vg_detection_soft_bits(detection, NULL, &outs.size, outs.hash));
  MISUSED(vg_detector_t, vg_detector_detect_i16(h, in_i16, 4, 24000, 1, &outs.detection, NULL));
  MISUSED(vg_detection_t, vg_detection_info(h, &outs.info));
  MISUSED(vg_detection_t, vg_detection_span(h, 0, &outs.span));
  MISUSED(vg_detection_t, vg_detection_curve(h, &outs.time, &outs.score, &outs.size));
  MISUSED(vg_detection_t, vg_detection_json(h, &outs.bytes, NULL));
}

static void policies(const vg_policy_t *policy, const vg_verdict_t *verdict) {
  NULL_IS_REFUSED(vg_policy_new(NULL, 4, &outs.policy, NULL));
  NULL_IS_REFUSED(vg_policy_new(RULES, strlen(RULES), NULL, NULL));
  NULL_IS_REFUSED(vg_policy_hash(policy, NULL));
  NULL_IS_REFUSED(vg_policy_check(policy, NULL, 4, VG_MARKUP_AUTO, &outs.verdict, NULL));
  NULL_IS_REFUSED(vg_policy_check(policy, "a", 1, VG_MARKUP_AUTO, NULL, NULL));
  NULL_IS_REFUSED(vg_verdict_action(verdict, NULL));
  NULL_IS_REFUSED(vg_verdict_text(verdict, NULL));
  NULL_IS_REFUSED(vg_verdict_reason(verdict, NULL));
  NULL_IS_REFUSED(vg_verdict_markup(verdict, NULL));
  NULL_IS_REFUSED(vg_verdict_hit_count(verdict, NULL));
  NULL_IS_REFUSED(vg_verdict_hit(verdict, 0, NULL));
  NULL_IS_REFUSED(vg_verdict_json(verdict, NULL, NULL));
  MISUSED(vg_policy_t, vg_policy_hash(h, outs.hash));
  MISUSED(vg_policy_t, vg_policy_check(h, "a", 1, VG_MARKUP_AUTO, &outs.verdict, NULL));
  MISUSED(vg_verdict_t, vg_verdict_action(h, &outs.word));
  MISUSED(vg_verdict_t, vg_verdict_text(h, &outs.str));
  MISUSED(vg_verdict_t, vg_verdict_reason(h, &outs.str));
  MISUSED(vg_verdict_t, vg_verdict_markup(h, &outs.word));
  MISUSED(vg_verdict_t, vg_verdict_hit_count(h, &outs.size));
  MISUSED(vg_verdict_t, vg_verdict_hit(h, 0, &outs.hit));
  MISUSED(vg_verdict_t, vg_verdict_json(h, &outs.bytes, NULL));
}

static void ledgers(const vg_key_t *key, const vg_ledger_t *ledger) {
  NULL_IS_REFUSED(vg_ledger_open(NULL, 4, key, &outs.ledger, NULL));
  NULL_IS_REFUSED(vg_ledger_open("sqlite::memory:", 15, key, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_len(ledger, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_get(ledger, 0, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_find_mark(ledger, 1, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_find_subject(ledger, NULL, 4, &outs.bytes, NULL));
  NULL_IS_REFUSED(vg_ledger_find_subject(ledger, "user-1", 6, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_checkpoint(ledger, NULL, NULL));
  NULL_IS_REFUSED(vg_ledger_verify(ledger, NULL, 0, NULL, &outs.bytes, NULL));
  NULL_IS_REFUSED(vg_ledger_verifying_key(ledger, NULL, NULL));
  MISUSED(vg_key_t, vg_ledger_open("sqlite::memory:", 15, h, &outs.ledger, NULL));
  MISUSED(vg_ledger_t, vg_ledger_len(h, &outs.number, NULL));
  MISUSED(vg_ledger_t, vg_ledger_get(h, 0, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_find_mark(h, 1, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_find_subject(h, "user-1", 6, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_checkpoint(h, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_verify(h, NULL, 0, &outs.flag, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_verifying_key(h, &outs.bytes, NULL));
  NULL_IS_REFUSED(vg_ledger_rotate(ledger, NULL, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_rotate(h, ledger, &outs.bytes, NULL));
  MISUSED(vg_ledger_t, vg_ledger_on_checkpoint(h, 1, NULL, NULL));
}

static vg_status_t new_guard(const vg_key_t *key, const vg_policy_t *policy, const vg_ledger_t *ledger) {
  vg_guard_options_t parts = {.struct_size = sizeof parts};
  parts.key = key;
  parts.policy = policy;
  parts.ledger = ledger;
  return vg_guard_new(&parts, &outs.guard, NULL);
}

static void guards(const vg_key_t *key, const vg_guard_t *guard, vg_utterance_t *utterance) {
  vg_request_t request = request_for("Turn left.");
  vg_guard_options_t parts = {.struct_size = sizeof parts};
  parts.key = key;
  NULL_IS_REFUSED(vg_guard_new(NULL, &outs.guard, NULL));
  NULL_IS_REFUSED(vg_guard_new(&parts, NULL, NULL));
  NULL_IS_REFUSED(new_guard(NULL, NULL, NULL));
  MISUSED(vg_key_t, new_guard(h, NULL, NULL));
  /* A policy and a ledger may be left out, so NULL is none; another kind is still another kind. */
  ANSWERS(VG_ERR_HANDLE, new_guard(key, (vg_policy_t *)another, NULL));
  ANSWERS(VG_ERR_HANDLE, new_guard(key, NULL, (vg_ledger_t *)another));
  ANSWERS(VG_ERR_HANDLE, new_guard(key, (vg_policy_t *)freed, NULL));
  ANSWERS(VG_ERR_HANDLE, new_guard(key, NULL, (vg_ledger_t *)freed));
  NULL_IS_REFUSED(vg_guard_begin(guard, NULL, &outs.utterance, NULL));
  NULL_IS_REFUSED(vg_guard_begin(guard, &request, NULL, NULL));
  MISUSED(vg_guard_t, vg_guard_begin(h, &request, &outs.utterance, NULL));

  NULL_IS_REFUSED(vg_utterance_allowed(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_verdict(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_text(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_mark_id(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_latency(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_pending(utterance, NULL));
  NULL_IS_REFUSED(vg_utterance_mark_f32(utterance, NULL, 4, outs.f32, 4, &outs.size));
  NULL_IS_REFUSED(vg_utterance_mark_f32(utterance, in_f32, 4, outs.f32, 4, NULL));
  NULL_IS_REFUSED(vg_utterance_mark_i16(utterance, NULL, 4, outs.i16, 4, &outs.size));
  NULL_IS_REFUSED(vg_utterance_mark_i16(utterance, in_i16, 4, outs.i16, 4, NULL));
  NULL_IS_REFUSED(vg_utterance_finish_f32(utterance, outs.f32, 4, NULL, &outs.bytes, NULL));
  NULL_IS_REFUSED(vg_utterance_finish_i16(utterance, outs.i16, 4, NULL, &outs.bytes, NULL));
  MISUSED(vg_utterance_t, vg_utterance_allowed(h, &outs.flag));
  MISUSED(vg_utterance_t, vg_utterance_verdict(h, &outs.verdict));
  MISUSED(vg_utterance_t, vg_utterance_text(h, &outs.str));
  MISUSED(vg_utterance_t, vg_utterance_mark_id(h, &outs.number));
  MISUSED(vg_utterance_t, vg_utterance_latency(h, &outs.size));
  MISUSED(vg_utterance_t, vg_utterance_pending(h, &outs.size));
  MISUSED(vg_utterance_t, vg_utterance_mark_f32(h, in_f32, 4, outs.f32, 4, &outs.size));
  MISUSED(vg_utterance_t, vg_utterance_mark_i16(h, in_i16, 4, outs.i16, 4, &outs.size));
  MISUSED(vg_utterance_t, vg_utterance_finish_f32(h, outs.f32, 4, &outs.size, &outs.bytes, NULL));
  MISUSED(vg_utterance_t, vg_utterance_finish_i16(h, outs.i16, 4, &outs.size, &outs.bytes, NULL));
  MISUSED(vg_utterance_t, vg_utterance_abort(h, &outs.bytes, NULL));
  NULL_IS_REFUSED(vg_utterance_record(utterance, NULL, NULL));
  MISUSED(vg_utterance_t, vg_utterance_record(h, &outs.bytes, NULL));
}

/* Freeing NULL, a handle of another kind or a freed one does nothing. */
static void frees(vg_key_t *key) {
  void *const not_theirs[] = {NULL, freed, key};
  char id[17];
  for (size_t i = 0; i < 3; ++i) {
    vg_error_free(not_theirs[i]);
    if (not_theirs[i] != key) vg_key_free(not_theirs[i]);
    vg_marker_free(not_theirs[i]);
    vg_detector_free(not_theirs[i]);
    vg_detection_free(not_theirs[i]);
    vg_policy_free(not_theirs[i]);
    vg_verdict_free(not_theirs[i]);
    vg_ledger_free(not_theirs[i]);
    vg_guard_free(not_theirs[i]);
    vg_utterance_free(not_theirs[i]);
  }
  vg_bytes_free(NULL);
  ANSWERS(VG_OK, vg_key_id(key, id));
}

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  vg_marker_t *marker = marker_for(key, 16000, 1);
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  vg_policy_t *policy = NULL;
  vg_verdict_t *verdict = NULL;
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  vg_error_t *error_of_ours = NULL;
  float *voice;
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &detector, &error));
  options = marker_options(24000, 1, TEST_MARK);
  voice = voice_f32(24000 * 8, 24000, 1);
  WORKS(vg_embed_f32(key, &options, voice, 24000 * 8, voice, &error));
  WORKS(vg_detector_detect_f32(detector, voice, 24000 * 8, 24000, 1, &detection, &error)); /* with a span */
  free(voice);
  WORKS(vg_policy_new(RULES, strlen(RULES), &policy, &error));
  WORKS(vg_policy_check(policy, "a grenade", 9, VG_MARKUP_AUTO, &verdict, &error));
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  guard = guard_with(key, policy, ledger);
  utterance = begin(guard, "Turn left.");

  /* One handle of a kind that no other function takes, and one that lived and is dead. */
  ANSWERS(VG_ERR_KEY, vg_key_from_hex("", 0, &outs.key, &error_of_ours));
  another = error_of_ours;
  freed = marker_for(key, 16000, 1);
  vg_marker_free(freed);

  memset(&outs, 0x5a, sizeof outs);
  outs.info.struct_size = sizeof outs.info;
  outs.hit.struct_size = sizeof outs.hit;
  outs.span.struct_size = sizeof outs.span;
  memcpy(&outs_before, &outs, sizeof outs);

  keys(key);
  markers(key, marker);
  detectors(key, detector, detection);
  policies(policy, verdict);
  ledgers(key, ledger);
  guards(key, guard, utterance);
  frees(key);
  CHECK(memcmp(&outs, &outs_before, sizeof outs) == 0);

  /* And everything still works. */
  {
    float samples[160] = {0};
    size_t got = 0;
    ANSWERS(VG_OK, vg_marker_process_f32(marker, samples, 160, samples, 160, &got));
    ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, 160, samples, 160, &got));
  }
  vg_error_free(error_of_ours);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
  vg_verdict_free(verdict);
  vg_policy_free(policy);
  vg_detection_free(detection);
  vg_detector_free(detector);
  vg_marker_free(marker);
  vg_key_free(key);
  return done();
}
