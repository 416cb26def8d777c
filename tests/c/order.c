/* Handles may be freed in any order: what was made from them keeps them alive. */

#include "speak.h"

enum { KEY, POLICY, LEDGER, GUARD, UTTERANCE, HANDLES };

/* One utterance whose handles are freed in the given order, as soon as all are made; work goes on with the rest. */
static void free_in_order(const int *order) {
  vg_key_t *key = key_from(TEST_KEY);
  vg_policy_t *policy = NULL;
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  float samples[160] = {0};
  bool alive = true;
  WORKS(vg_policy_new(RULES, strlen(RULES), &policy, &error));
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  guard = guard_with(key, policy, ledger);
  utterance = begin(guard, "Turn left.");
  for (int i = 0; i < HANDLES; ++i) {
    switch (order[i]) {
      case KEY:
        vg_key_free(key);
        break;
      case POLICY:
        vg_policy_free(policy);
        break;
      case LEDGER:
        vg_ledger_free(ledger);
        break;
      case GUARD:
        vg_guard_free(guard);
        break;
      default:
        vg_utterance_free(utterance);
        alive = false;
    }
    if (alive) {
      size_t got = 0;
      ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, 160, samples, 160, &got));
    }
  }
}

static void every_order(int *order, int fixed) {
  if (fixed == HANDLES) {
    free_in_order(order);
    return;
  }
  for (int i = fixed; i < HANDLES; ++i) {
    int kept = order[fixed];
    order[fixed] = order[i];
    order[i] = kept;
    every_order(order, fixed + 1);
    order[i] = order[fixed];
    order[fixed] = kept;
  }
}

static void a_marker_and_a_detector_outlive_their_key(void) {
  vg_key_t *key = key_from(TEST_KEY);
  vg_marker_t *marker = marker_for(key, 24000, 1);
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  float *samples = voice_f32(24000 * 8, 24000, 1);
  size_t got = 0;
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &detector, &error));
  vg_key_free(key);
  ANSWERS(VG_OK, vg_marker_process_f32(marker, samples, 24000 * 8, samples, 24000 * 8, &got));
  vg_marker_free(marker);
  WORKS(vg_detector_detect_f32(detector, samples, got, 24000, 1, &detection, &error));
  vg_detector_free(detector);
  ANSWERS(VG_OK, vg_detection_info(detection, &info));
  CHECK(info.found && info.mark == TEST_MARK);
  vg_detection_free(detection);
  free(samples);
}

int main(void) {
  int order[HANDLES] = {KEY, POLICY, LEDGER, GUARD, UTTERANCE};
  every_order(order, 0);
  a_marker_and_a_detector_outlive_their_key();
  return done();
}
