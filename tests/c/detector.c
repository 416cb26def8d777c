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

static int32_t report(void *user_data, double done) {
  double *shares = user_data;
  shares[0] += 1.0;
  shares[1] = done;
  return shares[2] > 0.0 && shares[0] >= shares[2];
}

static void a_search_tells_how_far_it_is_and_can_be_ended(void) {
  vg_key_t *key = key_from(TEST_KEY);
  size_t frames = (size_t)8000 * 130;
  float *silence = calloc(frames, sizeof *silence);
  double shares[3] = {0.0, 0.0, 0.0};
  vg_progress_t progress = {.struct_size = sizeof progress, .user_data = shares, .report = report};
  vg_detector_options_t options = {.struct_size = sizeof options, .effort = VG_EFFORT_FAST};
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  CHECK(silence);
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, &options, &detector, &error));
  WORKS(vg_detector_detect_progress_f32(detector, silence, frames, 8000, 1, &progress, &detection, &error));
  CHECK(shares[0] == 3.0 && shares[1] == 1.0); /* three minutes were begun */
  vg_detection_free(detection);
  shares[0] = 0.0;
  shares[2] = 1.0;
  WORKS(vg_detector_detect_progress_f32(detector, silence, frames, 8000, 1, &progress, &detection, &error));
  CHECK(shares[0] == 1.0 && shares[1] < 1.0);
  vg_detection_free(detection);
  progress.report = NULL;
  WORKS(vg_detector_detect_progress_f32(detector, silence, 100, 8000, 1, &progress, &detection, &error));
  vg_detection_free(detection);
  progress.struct_size = 0;
  FAILS(VG_ERR_STRUCT_SIZE, NULL,
        vg_detector_detect_progress_f32(detector, silence, 100, 8000, 1, &progress, &detection, &error));
  vg_detector_free(detector);
  vg_key_free(key);
  free(silence);
}

static void a_listener_hears_a_mark_of_its_scheme_and_outlives_its_detector(void) {
  vg_key_t *key = key_from(TEST_KEY);
  int16_t *voice = voice_i16((size_t)8000 * 10, 8000, 1);
  vg_marker_options_t options = marker_options(8000, 1, TEST_MARK);
  vg_detector_options_t sought = {.struct_size = sizeof sought, .effort = VG_EFFORT_FAST, .scheme = VG_SCHEME_ID16};
  vg_detector_t *detector = NULL;
  vg_listener_t *listener = NULL;
  vg_detection_t *verdict = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  const float *bits = NULL;
  size_t count = 0, verdicts = 0;
  uint8_t chips = 0;
  options.scheme = VG_SCHEME_ID16;
  options.strength = 1.5f;
  WORKS(vg_embed_i16(key, &options, voice, 80000, voice, &error));
  WORKS(vg_detector_new((const vg_key_t *const *)&key, 1, &sought, &detector, &error));
  FAILS(VG_ERR_AUDIO_FORMAT, "9 channels", vg_listener_new(detector, 8000, 9, &listener, &error));
  WORKS(vg_listener_new(detector, 8000, 1, &listener, &error));
  vg_detector_free(detector);
  for (size_t at = 0; at < 80000; at += 1000) {
    WORKS(vg_listener_push_i16(listener, voice + at, 1000, &verdict, &error));
    if (verdict) ++verdicts;
    vg_detection_free(verdict);
  }
  CHECK(verdicts == 3); /* after 2, 4 and 8 seconds */
  WORKS(vg_listener_finish(listener, &verdict, &error));
  ANSWERS(VG_OK, vg_detection_info(verdict, &info));
  CHECK(info.found && info.has_mark && info.mark == (TEST_MARK & 0xffff));
  CHECK(info.speed == 1.0 && info.pitch == 1.0 && info.seconds == 10.0);
  ANSWERS(VG_OK, vg_detection_soft_bits(verdict, &bits, &count, &chips));
  CHECK(count > 0 && chips == (TEST_MARK & 0xff));
  for (size_t i = 0; i < count; ++i) CHECK(isfinite(bits[i]));
  vg_detection_free(verdict);
  options.scheme = 4;
  FAILS(VG_ERR_ARGUMENT, "scheme 4", vg_embed_i16(key, &options, voice, 80000, voice, &error));
  options.scheme = VG_SCHEME_ID32;
  options.strength = 2.5f;
  FAILS(VG_ERR_ARGUMENT, "0.25 to 2", vg_embed_i16(key, &options, voice, 80000, voice, &error));
  vg_listener_free(listener);
  vg_key_free(key);
  free(voice);
}

int main(void) {
  a_mark_is_found_under_its_key_alone();
  sixteen_bits_and_two_channels_are_found_too();
  audio_too_short_or_silent_is_simply_not_marked();
  what_cannot_be_looked_at_is_refused();
  a_search_tells_how_far_it_is_and_can_be_ended();
  a_listener_hears_a_mark_of_its_scheme_and_outlives_its_detector();
  return done();
}
