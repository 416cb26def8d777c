/* Detection: a marked voice is found with its id under its key alone; what cannot be looked at is refused. */

#include "check.h"

enum { RATE = 24000, SECONDS = 8, FRAMES = RATE * SECONDS };

static vg_detection_info_t look(const vg_detector_t *detector, const float *samples, size_t frames, uint32_t rate,
                                vg_detection_t **detection) {
  vg_detection_info_t info = {.struct_size = sizeof info};
  *detection = NULL;
  WORKS(vg_detector_detect_f32(detector, samples, frames, rate, 1, detection, &error));
  ANSWERS(VG_OK, vg_detection_info(*detection, &info));
  return info;
}

static void a_mark_is_found_under_its_key_alone(void) {
  const vg_key_t *keys[2] = {NULL, NULL};
  vg_key_t *right = key_from(TEST_KEY), *wrong = key_from(OTHER_KEY);
  float *voice = voice_f32(FRAMES, RATE, 1), *marked = malloc(FRAMES * sizeof *marked);
  vg_marker_options_t options = marker_options(RATE, 1, TEST_MARK);
  vg_detector_t *both = NULL, *other = NULL;
  vg_detection_t *detection = NULL;
  vg_detection_info_t info;
  vg_bytes_t json = {0};
  const double *time = NULL, *score = NULL;
  size_t points = 0;
  char id[17];
  CHECK(marked);
  keys[0] = wrong;
  keys[1] = right;
  WORKS(vg_embed_f32(right, &options, voice, FRAMES, marked, &error));
  WORKS(vg_detector_new(keys, 2, NULL, &both, &error));
  WORKS(vg_detector_new(keys, 1, NULL, &other, &error));
  ANSWERS(VG_OK, vg_key_id(right, id));

  info = look(both, marked, FRAMES, RATE, &detection);
  CHECK(info.found && info.p_value < 1e-6);
  CHECK(info.has_mark && info.mark == TEST_MARK);
  CHECK(info.has_key && strcmp(info.key_id, id) == 0);
  CHECK(fabs(info.seconds - SECONDS) < 0.01);
  CHECK(info.span_count > 0 && info.curve_count > 0);
  for (size_t i = 0; i < info.span_count; ++i) {
    vg_span_t span = {.struct_size = sizeof span};
    ANSWERS(VG_OK, vg_detection_span(detection, i, &span));
    CHECK(span.start >= 0.0 && span.start < span.end && span.end <= info.seconds + 0.01 && span.score > 0.0);
  }
  {
    vg_span_t span = {sizeof span, -1.0, -1.0, -1.0};
    ANSWERS(VG_ERR_ARGUMENT, vg_detection_span(detection, info.span_count, &span));
    ANSWERS(VG_ERR_ARGUMENT, vg_detection_span(detection, SIZE_MAX, &span));
    CHECK(span.start == -1.0);
    span.struct_size = 0;
    ANSWERS(VG_ERR_STRUCT_SIZE, vg_detection_span(detection, 0, &span));
  }
  ANSWERS(VG_OK, vg_detection_curve(detection, &time, &score, &points));
  CHECK(points == info.curve_count);
  for (size_t i = 1; i < points; ++i) CHECK(time[i] > time[i - 1] && isfinite(score[i]));
  WORKS(vg_detection_json(detection, &json, &error));
  CHECK(contains(json, "1234abcd") && contains(json, id));
  vg_bytes_free(&json);
  vg_detection_free(detection);

  info = look(other, marked, FRAMES, RATE, &detection);
  CHECK(!info.found && !info.has_mark && !info.has_key && info.span_count == 0);
  CHECK(info.p_value > 1e-6 && info.p_value <= 1.0);
  vg_detection_free(detection);

  info = look(both, voice, FRAMES, RATE, &detection);
  CHECK(!info.found && !info.has_mark && info.curve_count > 0);
  vg_detection_free(detection);

  vg_detector_free(both);
  vg_detector_free(other);
  vg_key_free(right);
  vg_key_free(wrong);
  free(voice);
  free(marked);
}

static void sixteen_bits_and_two_channels_are_found_too(void) {
  vg_key_t *key = key_from(TEST_KEY);
  int16_t *voice = voice_i16(FRAMES, RATE, 2);
  vg_marker_options_t options = marker_options(RATE, 2, 7);
  vg_detector_options_t fast = {.struct_size = sizeof fast, .effort = VG_EFFORT_FAST};
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  WORKS(vg_embed_i16(key, &options, voice, FRAMES, voice, &error));
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, &fast, &detector, &error));
  WORKS(vg_detector_detect_i16(detector, voice, FRAMES, RATE, 2, &detection, &error));
  ANSWERS(VG_OK, vg_detection_info(detection, &info));
  CHECK(info.found && info.has_mark && info.mark == 7);
  vg_detection_free(detection);
  vg_detector_free(detector);
  vg_key_free(key);
  free(voice);
}

static void audio_too_short_or_silent_is_simply_not_marked(void) {
  vg_key_t *key = key_from(TEST_KEY);
  float *silence = calloc(FRAMES, sizeof *silence);
  vg_detector_t *detector = NULL;
  static const size_t lengths[] = {0, 1, 100, RATE, FRAMES};
  CHECK(silence);
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, NULL, &detector, &error));
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    vg_detection_t *detection = NULL;
    vg_detection_info_t info = look(detector, silence, lengths[i], RATE, &detection);
    CHECK(!info.found && info.p_value > 1e-6 && info.p_value <= 1.0);
    vg_detection_free(detection);
  }
  vg_detector_free(detector);
  vg_key_free(key);
  free(silence);
}

static void what_cannot_be_looked_at_is_refused(void) {
  vg_key_t *key = key_from(TEST_KEY);
  const vg_key_t *many[65];
  float samples[1000] = {0};
  vg_detector_t *detector = NULL;
  vg_detector_options_t options = {.struct_size = sizeof options, .effort = VG_EFFORT_NORMAL};
  vg_detection_t *detection = NULL;
  for (int i = 0; i < 65; ++i) many[i] = key;
  FAILS(VG_ERR_CONFIG, "65", vg_detector_new(many, 65, NULL, &detector, &error));
  FAILS(VG_ERR_CONFIG, NULL, vg_detector_new(many, 0, NULL, &detector, &error));
  many[1] = NULL;
  FAILS(VG_ERR_NULL, NULL, vg_detector_new(many, 2, NULL, &detector, &error));
  options.effort = 3;
  FAILS(VG_ERR_ARGUMENT, "3", vg_detector_new(many, 1, &options, &detector, &error));
  options.effort = VG_EFFORT_NORMAL;
  options.struct_size = sizeof options - 1;
  FAILS(VG_ERR_STRUCT_SIZE, NULL, vg_detector_new(many, 1, &options, &detector, &error));
  options.struct_size = 1000000;
  FAILS(VG_ERR_STRUCT_SIZE, NULL, vg_detector_new(many, 1, &options, &detector, &error));
  CHECK(detector == NULL);

  WORKS(vg_detector_new(many, 1, NULL, &detector, &error));
  FAILS(VG_ERR_AUDIO_FORMAT, NULL, vg_detector_detect_f32(detector, samples, 1000, 0, 1, &detection, &error));
  FAILS(VG_ERR_AUDIO_FORMAT, "1000000000",
        vg_detector_detect_f32(detector, samples, 1000, 1000000000, 1, &detection, &error));
  FAILS(VG_ERR_AUDIO_FORMAT, "9 channels", vg_detector_detect_f32(detector, samples, 100, RATE, 9, &detection, &error));
  FAILS(VG_ERR_AUDIO_FORMAT, NULL, vg_detector_detect_f32(detector, samples, 100, RATE, 0, &detection, &error));
  samples[998] = (float)NAN;
  FAILS(VG_ERR_NON_FINITE, NULL, vg_detector_detect_f32(detector, samples, 1000, RATE, 1, &detection, &error));
  samples[998] = (float)INFINITY;
  FAILS(VG_ERR_NON_FINITE, NULL, vg_detector_detect_f32(detector, samples, 1000, RATE, 1, &detection, &error));
  CHECK(detection == NULL);
  samples[998] = 0.0f;
  WORKS(vg_detector_detect_f32(detector, samples, 1000, RATE, 1, &detection, &error)); /* still usable */
  {
    vg_detection_info_t info = {.struct_size = 3};
    ANSWERS(VG_ERR_STRUCT_SIZE, vg_detection_info(detection, &info));
    info.struct_size = 1000000;
    ANSWERS(VG_ERR_STRUCT_SIZE, vg_detection_info(detection, &info));
  }
  vg_detection_free(detection);
  vg_detector_free(detector);
  vg_key_free(key);
}

int main(void) {
  a_mark_is_found_under_its_key_alone();
  sixteen_bits_and_two_channels_are_found_too();
  audio_too_short_or_silent_is_simply_not_marked();
  what_cannot_be_looked_at_is_refused();
  return done();
}
