/* Marks a WAV file as it would stream, and finds the mark again.
 *
 *   mark_wav KEYHEX MARKHEX IN.wav OUT.wav
 *
 * Prints one line of JSON. Exit status: 0 the mark was found, 1 it was not, 2 something failed. */

#include <inttypes.h>
#include <voxguard.h>

#include "files.h"

enum { CHUNK = 480 }; /* frames: what a TTS engine might hand over at a time */

static int failed(const char *what, vg_status_t status, vg_error_t *error) {
  fprintf(stderr, "%s: %s\n", what, error ? vg_error_message(error) : vg_status_name(status));
  vg_error_free(error);
  return 2;
}

/* Marks `in` in chunks. `out` has room for as many samples. */
static vg_status_t mark(vg_marker_t *marker, const wav_t *in, wav_t *out) {
  size_t done = 0, got = 0;
  vg_status_t status = VG_OK;
  out->frames = 0;
  for (; done < in->frames && status == VG_OK; done += CHUNK) {
    size_t frames = in->frames - done < CHUNK ? in->frames - done : CHUNK;
    status = vg_marker_process_i16(marker, in->samples + done * in->channels, frames,
                                   out->samples + out->frames * in->channels, in->frames - out->frames, &got);
    if (status == VG_OK) out->frames += got;
  }
  if (status != VG_OK) return status;
  status = vg_marker_flush_i16(marker, out->samples + out->frames * in->channels, in->frames - out->frames, &got);
  if (status == VG_OK) out->frames += got;
  return status;
}

/* Looks for the mark in `wav` and says what was found. */
static int report(const vg_key_t *key, const wav_t *wav) {
  vg_detector_t *detector = NULL;
  vg_detection_t *detection = NULL;
  vg_detection_info_t info = {.struct_size = sizeof info};
  vg_error_t *error = NULL;
  vg_status_t status = vg_detector_new(&key, 1, NULL, &detector, &error);
  if (status == VG_OK) {
    status = vg_detector_detect_i16(detector, wav->samples, wav->frames, wav->rate, wav->channels, &detection, &error);
  }
  if (status == VG_OK) status = vg_detection_info(detection, &info);
  vg_detection_free(detection);
  vg_detector_free(detector);
  if (status != VG_OK) return failed("detect", status, error);

  printf("{\"language\":\"c\",\"frames\":%zu,\"found\":%s,", wav->frames, info.found ? "true" : "false");
  if (info.has_mark) {
    printf("\"mark\":\"%08" PRIx64 "\",", info.mark);
  } else {
    printf("\"mark\":null,");
  }
  printf("\"p_value\":%.6e,", info.p_value);
  if (info.has_key) {
    printf("\"key_id\":\"%s\"}\n", info.key_id);
  } else {
    printf("\"key_id\":null}\n");
  }
  return info.found ? 0 : 1;
}

int main(int argc, char **argv) {
  vg_key_t *key = NULL;
  vg_marker_t *marker = NULL;
  vg_marker_options_t options = {.struct_size = sizeof options};
  vg_error_t *error = NULL;
  vg_status_t status;
  wav_t in = {0}, out = {0};
  const char *wrong;
  char *end;
  int result = 2;
  if (argc != 5) {
    fprintf(stderr, "usage: mark_wav KEYHEX MARKHEX IN.wav OUT.wav\n");
    return 2;
  }
  options.mark = strtoull(argv[2], &end, 16);
  if (argv[2][0] == '\0' || *end != '\0') {
    fprintf(stderr, "%s: not a hexadecimal number\n", argv[2]);
    return 2;
  }
  if ((wrong = wav_read(argv[3], &in))) {
    fprintf(stderr, "%s: %s\n", argv[3], wrong);
    return 2;
  }
  options.rate = in.rate;
  options.channels = in.channels;
  out = in;
  out.samples = malloc(in.frames * in.channels * sizeof *out.samples + 1);

  status = out.samples ? vg_key_from_hex(argv[1], strlen(argv[1]), &key, &error) : VG_ERR_INTERNAL;
  if (status == VG_OK) status = vg_marker_new(key, &options, &marker, &error);
  if (status == VG_OK) status = mark(marker, &in, &out);
  if (status != VG_OK) {
    result = failed("mark", status, error);
  } else if ((wrong = wav_write(argv[4], &out))) {
    fprintf(stderr, "%s: %s\n", argv[4], wrong);
  } else {
    result = report(key, &out);
  }
  vg_marker_free(marker);
  vg_key_free(key);
  free(in.samples);
  free(out.samples);
  return result;
}
