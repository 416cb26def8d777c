/* A full disk: finish fails with VG_ERR_STORE_FULL, nothing is written to the output, and once there is room again
 * the same call succeeds. This program stands between the library and the system's write calls (Linux).
 *
 *   disk FOLDER    an empty folder to write into */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "speak.h"

static volatile int disk_is_full;

static bool refused(int fd) {
  if (!disk_is_full || fd <= 2) return false;
  errno = ENOSPC;
  return true;
}

ssize_t write(int fd, const void *data, size_t count) {
  return refused(fd) ? -1 : (ssize_t)syscall(SYS_write, fd, data, count);
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) {
  return refused(fd) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, data, count, at);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at) { return pwrite64(fd, data, count, at); }

int ftruncate64(int fd, off64_t length) { return refused(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length); }

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int main(int argc, char **argv) {
  vg_key_t *key = key_from(TEST_KEY);
  vg_ledger_t *ledger = NULL;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  float *samples = voice_f32(SPEAK_FRAMES, SPEAK_RATE, 1), tail[SPEAK_FRAMES], untouched[SPEAK_FRAMES];
  size_t got = 0, last = 77;
  uint64_t mark = 0, len = 0;
  vg_bytes_t record = {0}, json = {0};
  bool intact = false;
  char url[4200];
  CHECK(argc == 2);
  snprintf(url, sizeof url, "sqlite:///%s/full.db", argv[1]);
  memset(tail, 0xa5, sizeof tail);
  memset(untouched, 0xa5, sizeof untouched);

  WORKS(vg_ledger_open(url, strlen(url), key, &ledger, &error));
  speak(key, NULL, ledger, "before");
  guard = guard_with(key, NULL, ledger);
  utterance = begin(guard, "Turn left.");
  ANSWERS(VG_OK, vg_utterance_mark_id(utterance, &mark));
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));

  disk_is_full = 1;
  FAILS(VG_ERR_STORE_FULL, NULL, vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));
  CHECK(last == 77 && record.data == NULL && memcmp(tail, untouched, sizeof tail) == 0);
  FAILS(VG_ERR_STORE_FULL, NULL, vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));

  disk_is_full = 0;
  WORKS(vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));
  CHECK(got + last == SPEAK_FRAMES);
  vg_bytes_free(&record);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 2); /* once, however often it was tried */
  WORKS(vg_ledger_find_mark(ledger, mark, &json, &error));
  CHECK(contains(json, "\"complete\""));
  vg_bytes_free(&json);
  WORKS(vg_ledger_verify(ledger, NULL, 0, &intact, &json, &error));
  CHECK(intact);
  vg_bytes_free(&json);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  vg_ledger_free(ledger);

  /* A new ledger where there is no room cannot be opened. */
  disk_is_full = 1;
  snprintf(url, sizeof url, "sqlite:///%s/none.db", argv[1]);
  FAILS(VG_ERR_STORE_FULL, NULL, vg_ledger_open(url, strlen(url), key, &ledger, &error));
  disk_is_full = 0;
  vg_key_free(key);
  free(samples);
  return done();
}
