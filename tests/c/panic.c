/* A panic inside the library is a status; it breaks its own handle and no other. */

#include "speak.h"

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  vg_marker_t *broken = marker_for(key, 16000, 1), *other = marker_for(key, 16000, 1);
  vg_ledger_t *ledger = NULL;
  float *samples = voice_f32(16000, 16000, 1);
  int16_t few[4] = {0};
  size_t got = 77, frames = 77;
  WORKS(vg_ledger_open("sqlite::memory:", 15, key, &ledger, &error));
  ANSWERS(VG_OK, vg_marker_process_f32(other, samples, 8000, samples, 8000, &got));

  ANSWERS(VG_ERR_INTERNAL, vg_debug_panic(broken));
  got = 77;
  ANSWERS(VG_ERR_POISONED, vg_marker_process_f32(broken, samples, 100, samples, 100, &got));
  ANSWERS(VG_ERR_POISONED, vg_marker_process_i16(broken, few, 4, few, 4, &got));
  ANSWERS(VG_ERR_POISONED, vg_marker_flush_f32(broken, samples, 100, &got));
  ANSWERS(VG_ERR_POISONED, vg_marker_reset(broken));
  ANSWERS(VG_ERR_POISONED, vg_marker_pending(broken, &frames));
  ANSWERS(VG_ERR_POISONED, vg_debug_panic(broken));
  CHECK(got == 77 && frames == 77);

  ANSWERS(VG_OK, vg_marker_process_f32(other, samples + 8000, 8000, samples + 8000, 8000, &got));
  CHECK(got == 8000);
  vg_marker_free(broken);
  vg_marker_free(other);
  other = marker_for(key, 16000, 1);
  ANSWERS(VG_OK, vg_marker_process_f32(other, samples, 16000, samples, 16000, &got));
  vg_marker_free(other);
  speak(key, NULL, ledger, "heart");
  vg_ledger_free(ledger);
  vg_key_free(key);
  free(samples);
  return done();
}
