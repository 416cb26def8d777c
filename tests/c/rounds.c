/* Making, using and freeing a handle again and again leaves the memory of the process where it was.
 *
 *   rounds NOUN COUNT    prints what a round costs, and by how much memory grew after a tenth of them */

#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <unistd.h>

#include "speak.h"

enum { FRAMES = 800, LARGEST_GROWTH_KIB = 512 };

static vg_key_t *key;
static vg_policy_t *policy;
static vg_ledger_t *ledger;
static vg_guard_t *guard;
static vg_detector_t *detector;
static float samples[FRAMES];

static void round_key(void) {
  vg_key_t *made = NULL;
  vg_bytes_t hex = {0};
  char id[17];
  WORKS(vg_key_generate(&made, &error));
  WORKS(vg_key_to_hex(made, &hex, &error));
  ANSWERS(VG_OK, vg_key_id(made, id));
  vg_bytes_free(&hex);
  vg_key_free(made);
}

static void round_error(void) {
  vg_key_t *made = NULL;
  FAILS(VG_ERR_KEY, "31", vg_key_from_bytes((const uint8_t *)TEST_KEY, 31, &made, &error));
}

static void round_marker(void) {
  vg_marker_t *made = marker_for(key, 16000, 1);
  float out[FRAMES];
  size_t got = 0, tail = 0;
  ANSWERS(VG_OK, vg_marker_process_f32(made, samples, FRAMES, out, FRAMES, &got));
  ANSWERS(VG_OK, vg_marker_flush_f32(made, out, FRAMES, &tail));
  CHECK(got + tail == FRAMES);
  vg_marker_free(made);
}

static void round_detector(void) {
  vg_detector_t *made = NULL;
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &made, &error));
  vg_detector_free(made);
}

/* A search costs as much as a hundred rounds, so that most of them are given less sound than one cell holds. */
static void round_detection(void) {
  static unsigned long rounds;
  const size_t frames = ++rounds % 50 ? FRAMES / 2 : FRAMES;
  vg_detection_t *made = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  vg_bytes_t json = {0};
  WORKS(vg_detector_detect_f32(detector, samples, frames, 16000, 1, &made, &error));
  ANSWERS(VG_OK, vg_detection_info(made, &info));
  WORKS(vg_detection_json(made, &json, &error));
  vg_bytes_free(&json);
  vg_detection_free(made);
}

static void round_policy(void) {
  vg_policy_t *made = NULL;
  uint8_t hash[32];
  WORKS(vg_policy_new(RULES, strlen(RULES), &made, &error));
  ANSWERS(VG_OK, vg_policy_hash(made, hash));
  vg_policy_free(made);
}

static void round_verdict(void) {
  vg_verdict_t *made = NULL;
  vg_hit_t hit = {.struct_size = sizeof hit};
  WORKS(vg_policy_check(policy, "a grenade", 9, VG_MARKUP_AUTO, &made, &error));
  ANSWERS(VG_OK, vg_verdict_hit(made, 0, &hit));
  vg_verdict_free(made);
}

static void round_ledger(void) {
  vg_ledger_t *made = NULL;
  uint64_t len = 77;
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &made, &error));
  WORKS(vg_ledger_len(made, &len, &error));
  CHECK(len == 0);
  vg_ledger_free(made);
}

static void round_guard(void) { vg_guard_free(guard_with(key, policy, ledger)); }

static void round_utterance(void) {
  vg_utterance_t *made = NULL;
  vg_request_t request = request_for("Turn left.");
  float out[FRAMES];
  size_t got = 0, tail = 0;
  vg_bytes_t record = {0};
  request.subject = NULL; /* a subject would be limited to 60 a minute */
  WORKS(vg_guard_begin(guard, &request, &made, &error));
  ANSWERS(VG_OK, vg_utterance_mark_f32(made, samples, FRAMES, out, FRAMES, &got));
  WORKS(vg_utterance_finish_f32(made, out + got, FRAMES - got, &tail, &record, &error));
  CHECK(got + tail == FRAMES);
  vg_bytes_free(&record);
  vg_utterance_free(made);
}

static long resident_kib(void) {
  long total = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  CHECK(file && fscanf(file, "%ld %ld", &total, &resident) == 2);
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int argc, char **argv) {
  static const struct {
    const char *noun;
    void (*round)(void);
  } rounds[] = {
      {"key", round_key},       {"error", round_error},     {"marker", round_marker}, {"detector", round_detector},
      {"detection", round_detection}, {"policy", round_policy}, {"verdict", round_verdict}, {"ledger", round_ledger},
      {"guard", round_guard},   {"utterance", round_utterance},
  };
  void (*round)(void) = NULL;
  long count, before = 0, after;
  struct timespec start, end;
  float *voice;
  CHECK(argc == 3);
  count = strtol(argv[2], NULL, 10);
  for (size_t i = 0; i < sizeof rounds / sizeof *rounds; ++i) {
    if (strcmp(argv[1], rounds[i].noun) == 0) round = rounds[i].round;
  }
  CHECK(round != NULL && count >= 10);

  key = key_from(TEST_KEY);
  voice = voice_f32(FRAMES, 16000, 1);
  memcpy(samples, voice, sizeof samples);
  free(voice);
  WORKS(vg_policy_new(RULES, strlen(RULES), &policy, &error));
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &detector, &error));
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  guard = guard_with(key, policy, NULL); /* without the ledger, which grows because it should */

  clock_gettime(CLOCK_MONOTONIC, &start);
  for (long i = 0; i < count; ++i) {
    round();
    /* Pools and caches fill in the beginning: a freed handle's place is used again after some thousand. */
    if (i == count / 10) before = resident_kib();
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  after = resident_kib();
  printf("%s: %ld rounds, %.1f us each, %ld KiB more than after a tenth of them\n", argv[1], count,
         ((double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3) / (double)count,
         after - before);
  CHECK(after - before <= LARGEST_GROWTH_KIB);

  vg_guard_free(guard);
  vg_ledger_free(ledger);
  vg_detector_free(detector);
  vg_policy_free(policy);
  vg_key_free(key);
  return done();
}
