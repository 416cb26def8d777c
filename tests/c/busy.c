/* One marker from two threads: the second is told VG_ERR_BUSY, and nothing is corrupted. A detector is const, so all
 * may use it at once. */

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "check.h"

enum { RATE = 48000, FRAMES = 48000, SECONDS_TO_TRY = 60 };

typedef struct {
  vg_marker_t *marker;
  const float *in;
  bool stop;
  pthread_mutex_t lock;
  long busy, fine, other;
} shared_t;

static bool stopped(shared_t *shared) {
  bool stop;
  pthread_mutex_lock(&shared->lock);
  stop = shared->stop;
  pthread_mutex_unlock(&shared->lock);
  return stop;
}

static void *feed(void *argument) {
  shared_t *shared = argument;
  float *out = malloc(FRAMES * sizeof *out);
  time_t until = time(NULL) + SECONDS_TO_TRY;
  while (out && !stopped(shared) && time(NULL) < until) {
    size_t got = 77;
    vg_status_t status = vg_marker_process_f32(shared->marker, shared->in, FRAMES, out, FRAMES, &got);
    pthread_mutex_lock(&shared->lock);
    if (status == VG_OK) {
      ++shared->fine;
    } else if (status == VG_ERR_BUSY && got == 77) {
      ++shared->busy;
      if (shared->fine > 0) shared->stop = true;
    } else {
      ++shared->other;
      shared->stop = true;
    }
    pthread_mutex_unlock(&shared->lock);
  }
  free(out);
  return NULL;
}

static void one_marker_from_two_threads_answers_busy(const vg_key_t *key) {
  float *in = voice_f32(FRAMES, RATE, 1), *once = malloc(FRAMES * sizeof *once), *after = malloc(FRAMES * sizeof *after);
  vg_marker_options_t options = marker_options(RATE, 1, TEST_MARK);
  shared_t shared = {0};
  pthread_t threads[2];
  size_t got = 0, tail = 0;
  CHECK(once && after);
  shared.marker = marker_for(key, RATE, 1);
  shared.in = in;
  pthread_mutex_init(&shared.lock, NULL);
  for (int i = 0; i < 2; ++i) CHECK(pthread_create(&threads[i], NULL, feed, &shared) == 0);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  CHECK(shared.busy > 0);
  CHECK(shared.fine > 0);
  CHECK(shared.other == 0);

  ANSWERS(VG_OK, vg_marker_reset(shared.marker));
  WORKS(vg_embed_f32(key, &options, in, FRAMES, once, &error));
  ANSWERS(VG_OK, vg_marker_process_f32(shared.marker, in, FRAMES, after, FRAMES, &got));
  ANSWERS(VG_OK, vg_marker_flush_f32(shared.marker, after + got, FRAMES - got, &tail));
  CHECK(memcmp(once, after, FRAMES * sizeof *once) == 0);
  vg_marker_free(shared.marker);
  pthread_mutex_destroy(&shared.lock);
  free(in);
  free(once);
  free(after);
}

typedef struct {
  const vg_detector_t *detector;
  const float *samples;
  vg_status_t status;
  double p_value;
} look_t;

static void *look(void *argument) {
  look_t *it = argument;
  vg_detection_t *detection = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  it->status = vg_detector_detect_f32(it->detector, it->samples, FRAMES, RATE, 1, &detection, NULL);
  if (it->status == VG_OK) it->status = vg_detection_info(detection, &info);
  it->p_value = info.p_value;
  vg_detection_free(detection);
  return NULL;
}

static void one_detector_serves_many_threads(const vg_key_t *key) {
  float *in = voice_f32(FRAMES, RATE, 1);
  vg_detector_t *detector = NULL;
  look_t looks[4];
  pthread_t threads[4];
  WORKS(vg_detector_new(&key, 1, NULL, &detector, &error));
  for (int i = 0; i < 4; ++i) {
    looks[i].detector = detector;
    looks[i].samples = in;
    CHECK(pthread_create(&threads[i], NULL, look, &looks[i]) == 0);
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; ++i) {
    ANSWERS(VG_OK, looks[i].status);
    CHECK(looks[i].p_value == looks[0].p_value);
  }
  vg_detector_free(detector);
  free(in);
}

int main(void) {
  vg_key_t *key = key_from(TEST_KEY);
  one_marker_from_two_threads_answers_busy(key);
  one_detector_serves_many_threads(key);
  vg_key_free(key);
  return done();
}
