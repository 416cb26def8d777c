/* Ledger: what is appended is there after a reopening; what is not a ledger of ours is refused by its own status.
 *
 *   ledger FOLDER    an empty folder to write into */

#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "speak.h"

static const char *folder;

static const char *path_of(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static const char *url_of(const char *name) {
  static char url[4200];
  snprintf(url, sizeof url, "sqlite:///%s", path_of(name));
  return url;
}

static vg_ledger_t *open_ledger(const char *url, const vg_key_t *key) {
  vg_ledger_t *ledger = NULL;
  WORKS(vg_ledger_open(url, strlen(url), key, &ledger, &error));
  return ledger;
}

static void write_file(const char *path, const void *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  CHECK(file && fwrite(bytes, 1, length, file) == length);
  CHECK(fclose(file) == 0);
}

static void records_survive_a_reopening(const vg_key_t *key) {
  vg_ledger_t *ledger = open_ledger(url_of("kept.db"), key);
  uint64_t mark = speak(key, NULL, ledger, "one"), len = 77;
  vg_bytes_t json = {0}, note = {0}, public_key = {0};
  bool intact = false;
  speak(key, NULL, ledger, "two");
  WORKS(vg_ledger_checkpoint(ledger, &note, &error));
  CHECK(note.len > 0);
  vg_ledger_free(ledger);

  ledger = open_ledger(url_of("kept.db"), key);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 2);
  WORKS(vg_ledger_find_mark(ledger, mark, &json, &error));
  CHECK(contains(json, "\"generation\"") && json.data[0] == '[');
  vg_bytes_free(&json);
  WORKS(vg_ledger_find_mark(ledger, mark ^ 1, &json, &error));
  CHECK(json.len == 2 && memcmp(json.data, "[]", 2) == 0);
  vg_bytes_free(&json);
  WORKS(vg_ledger_find_subject(ledger, "user-1", 6, &json, &error));
  CHECK(json.data[0] == '[' && contains(json, "\"seq\""));
  vg_bytes_free(&json);
  WORKS(vg_ledger_get(ledger, 99, &json, &error));
  CHECK(json.len == 4 && memcmp(json.data, "null", 4) == 0);
  vg_bytes_free(&json);
  WORKS(vg_ledger_verify(ledger, NULL, 0, &intact, &json, &error));
  CHECK(intact);
  vg_bytes_free(&json);
  intact = false;
  WORKS(vg_ledger_verify(ledger, (const char *)note.data, note.len, &intact, &json, &error));
  CHECK(intact);
  vg_bytes_free(&json);
  WORKS(vg_ledger_verifying_key(ledger, &public_key, &error));
  CHECK(public_key.len > 40);
  vg_bytes_free(&public_key);
  vg_bytes_free(&note);
  vg_ledger_free(ledger);
}

static void another_keys_ledger_is_refused(const vg_key_t *other) {
  vg_ledger_t *ledger = NULL;
  const char *url = url_of("kept.db");
  FAILS(VG_ERR_STORE_KEY, NULL, vg_ledger_open(url, strlen(url), other, &ledger, &error));
  CHECK(ledger == NULL);
}

static void a_file_that_is_no_ledger_is_refused(const vg_key_t *key) {
  static const char prose[] = "This is a letter, not a ledger. It is long enough to be taken for a database header, though.";
  const char *url;
  vg_ledger_t *ledger = NULL;
  write_file(path_of("letter.db"), prose, sizeof prose);
  url = url_of("letter.db");
  FAILS(VG_ERR_STORE_NOT_LEDGER, NULL, vg_ledger_open(url, strlen(url), key, &ledger, &error));
  CHECK(ledger == NULL);
  CHECK(mkdir(path_of("folder.db"), 0777) == 0);
  url = url_of("folder.db");
  FAILS(VG_ERR_STORE_OPEN, NULL, vg_ledger_open(url, strlen(url), key, &ledger, &error));
  url = url_of("missing/folder/ledger.db");
  FAILS(VG_ERR_STORE_OPEN, NULL, vg_ledger_open(url, strlen(url), key, &ledger, &error));
  CHECK(ledger == NULL);
}

static void an_address_that_is_none_is_refused(const vg_key_t *key) {
  static const char *const urls[] = {"", "ledger.db", "sqlite:", "sqlite://", "mysql://localhost/x", "http://example.org"};
  vg_ledger_t *ledger = NULL;
  for (size_t i = 0; i < sizeof urls / sizeof *urls; ++i) {
    vg_error_t *error = NULL;
    vg_status_t status = vg_ledger_open(urls[i], strlen(urls[i]), key, &ledger, &error);
    CHECK(status == VG_ERR_STORE_OPEN || status == VG_ERR_CONFIG || status == VG_ERR_ARGUMENT);
    says(error, status, "sqlite", __FILE__, __LINE__); /* what would be accepted */
  }
  FAILS(VG_ERR_UTF8, NULL, vg_ledger_open("sqlite:///\xff", 11, key, &ledger, &error));
  CHECK(ledger == NULL);
}

/* Runs `what` as a user for whom file permissions mean something: root may write anything. */
static void as_nobody(void (*what)(const vg_key_t *), const vg_key_t *key) {
  int made = 0, pipes[2];
  pid_t child;
  CHECK(pipe(pipes) == 0);
  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    checks_made = 0;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(3);
    what(key);
    if (write(pipes[1], &checks_made, sizeof checks_made) != (ssize_t)sizeof checks_made) _exit(4);
    _exit(0);
  }
  close(pipes[1]);
  CHECK(read(pipes[0], &made, sizeof made) == (ssize_t)sizeof made); /* it got to its end */
  CHECK(waitpid(child, NULL, 0) == child);
  checks_made += made;
  close(pipes[0]);
}

static void a_read_only_ledger_is_refused(const vg_key_t *key) {
  vg_ledger_t *ledger = NULL;
  const char *url = url_of("locked/kept.db");
  FAILS(VG_ERR_STORE_READ_ONLY, NULL, vg_ledger_open(url, strlen(url), key, &ledger, &error));
  CHECK(ledger == NULL);
}

static void make_read_only_ledger(const vg_key_t *key) {
  CHECK(mkdir(path_of("locked"), 0777) == 0);
  vg_ledger_free(open_ledger(url_of("locked/kept.db"), key));
  CHECK(chmod(path_of("locked/kept.db"), 0444) == 0);
  CHECK(chmod(path_of("locked"), 0555) == 0);
  CHECK(chmod(folder, 0755) == 0);
}

/* Another process that holds a lock of SQLite's (its file format document names the bytes) until it is told to let go. */
typedef struct {
  pid_t process;
  int let_go;
} holder_t;

static holder_t hold(const char *path, off_t from, off_t length) {
  int ready[2], over[2];
  char byte = 0;
  holder_t holder;
  CHECK(pipe(ready) == 0 && pipe(over) == 0);
  holder.process = fork();
  CHECK(holder.process >= 0);
  if (holder.process == 0) {
    struct flock lock;
    int file = open(path, O_RDWR);
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = from;
    lock.l_len = length;
    if (file < 0 || fcntl(file, F_SETLK, &lock) != 0) _exit(3);
    if (write(ready[1], "r", 1) != 1 || read(over[0], &byte, 1) != 1) _exit(4);
    _exit(0);
  }
  CHECK(read(ready[0], &byte, 1) == 1);
  close(ready[0]);
  close(ready[1]);
  close(over[0]);
  holder.let_go = over[1];
  return holder;
}

static void release(holder_t holder) {
  CHECK(write(holder.let_go, "o", 1) == 1);
  CHECK(waitpid(holder.process, NULL, 0) == holder.process);
  close(holder.let_go);
}

static void a_ledger_that_is_locked_elsewhere_is_refused(const vg_key_t *key) {
  char url[4300];
  vg_ledger_t *ledger = NULL;
  holder_t holder;
  snprintf(url, sizeof url, "%s?busy_timeout_ms=100", url_of("held.db"));
  vg_ledger_free(open_ledger(url, key));
  holder = hold(path_of("held.db"), 0x40000000, 512);
  FAILS(VG_ERR_STORE_LOCKED, "locked", vg_ledger_open(url, strlen(url), key, &ledger, &error));
  CHECK(ledger == NULL);
  release(holder);
  vg_ledger_free(open_ledger(url, key)); /* once the other has left, it opens */
}

static void finish_waits_for_a_lock_fails_and_can_be_called_again(const vg_key_t *key) {
  char url[4300];
  vg_ledger_t *ledger;
  vg_guard_t *guard;
  vg_utterance_t *utterance;
  holder_t holder;
  float samples[SPEAK_FRAMES] = {0}, tail[SPEAK_FRAMES] = {0};
  size_t got = 0, last = 77;
  uint64_t len = 0;
  vg_bytes_t record = {0};
  snprintf(url, sizeof url, "%s?busy_timeout_ms=100", url_of("written.db"));
  ledger = open_ledger(url, key);
  speak(key, NULL, ledger, "before");
  guard = guard_with(key, NULL, ledger);
  utterance = begin(guard, "Turn left.");
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  holder = hold(path_of("written.db-shm"), 120, 1); /* WAL_WRITE_LOCK */
  FAILS(VG_ERR_STORE_LOCKED, NULL, vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));
  CHECK(last == 77 && record.data == NULL);
  release(holder);
  WORKS(vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));
  CHECK(got + last == SPEAK_FRAMES);
  vg_bytes_free(&record);
  WORKS(vg_ledger_len(ledger, &len, &error));
  CHECK(len == 2);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  vg_ledger_free(ledger);
}

/* Open elsewhere, but not locked: two handles, as two processes would, write one ledger. */
static void two_may_write_one_ledger(const vg_key_t *key) {
  vg_ledger_t *one = open_ledger(url_of("shared.db"), key), *two = open_ledger(url_of("shared.db"), key);
  vg_bytes_t report = {0};
  uint64_t len = 0;
  bool intact = false;
  for (int i = 0; i < 3; ++i) {
    speak(key, NULL, one, "one");
    speak(key, NULL, two, "two");
  }
  WORKS(vg_ledger_len(one, &len, &error));
  CHECK(len == 6);
  WORKS(vg_ledger_verify(two, NULL, 0, &intact, &report, &error));
  CHECK(intact);
  vg_bytes_free(&report);
  vg_ledger_free(one);
  vg_ledger_free(two);
}

static void a_changed_byte_is_noticed(const vg_key_t *key) {
  vg_ledger_t *ledger = open_ledger(url_of("changed.db"), key);
  vg_error_t *error = NULL;
  bool intact = true;
  uint8_t *bytes;
  size_t length = 0, at = 0;
  FILE *file;
  speak(key, NULL, ledger, "voice-to-be-changed");
  vg_ledger_free(ledger);

  file = fopen(path_of("changed.db"), "rb");
  bytes = malloc(1 << 20);
  CHECK(file && bytes);
  length = fread(bytes, 1, 1 << 20, file);
  fclose(file);
  for (size_t i = 0; i + 19 <= length; ++i) {
    if (memcmp(bytes + i, "voice-to-be-changed", 19) == 0) {
      bytes[i] = 'V';
      ++at;
    }
  }
  CHECK(at > 0); /* the record is in the main file: closing checkpoints the WAL */
  write_file(path_of("changed.db"), bytes, length);
  free(bytes);

  /* It may be refused at once as corrupt, or opened and found out by verify: never taken for intact. */
  {
    const char *url = url_of("changed.db");
    vg_bytes_t report = {0};
    vg_status_t status = vg_ledger_open(url, strlen(url), key, &ledger, &error);
    if (status == VG_OK) {
      WORKS(vg_ledger_verify(ledger, NULL, 0, &intact, &report, &error));
      CHECK(!intact && report.len > 0);
      vg_bytes_free(&report);
      vg_ledger_free(ledger);
    } else {
      ANSWERS(VG_ERR_STORE_CORRUPT, status);
      vg_error_free(error);
    }
  }
}

static void a_checkpoint_that_is_none_is_refused(const vg_key_t *key) {
  vg_ledger_t *ledger = open_ledger("sqlite::memory:", key);
  vg_bytes_t report = {0};
  bool intact = true;
  speak(key, NULL, ledger, "one");
  FAILS(VG_ERR_CHECKPOINT, NULL, vg_ledger_verify(ledger, "", 0, &intact, &report, &error));
  FAILS(VG_ERR_CHECKPOINT, NULL, vg_ledger_verify(ledger, "not a note", 10, &intact, &report, &error));
  FAILS(VG_ERR_UTF8, NULL, vg_ledger_verify(ledger, "\xff", 1, &intact, &report, &error));
  FAILS(VG_ERR_UTF8, NULL, vg_ledger_find_subject(ledger, "\xff", 1, &report, &error));
  FAILS(VG_ERR_ARGUMENT, NULL, vg_ledger_find_subject(ledger, "no spaces", 9, &report, &error));
  CHECK(intact && report.data == NULL && report.len == 0);
  vg_ledger_free(ledger);
}

typedef struct {
  int told, fails, dropped;
} keeper_t;

static int32_t keep(void *user_data, const char *note, size_t length) {
  keeper_t *keeper = user_data;
  CHECK(length > 60 && memcmp(note, "voxguard.ledger/", 16) == 0);
  ++keeper->told;
  return keeper->fails;
}

static void let_go(void *user_data) { ++((keeper_t *)user_data)->dropped; }

static void a_checkpoint_sink_is_told_and_let_go_of_once(const vg_key_t *key) {
  vg_ledger_t *ledger = open_ledger("sqlite::memory:", key);
  keeper_t keeper = {0}, failing = {.fails = 7};
  vg_checkpoint_sink_t sink = {.struct_size = sizeof sink};
  sink.user_data = &keeper;
  sink.write = keep;
  sink.drop = let_go;
  WORKS(vg_ledger_on_checkpoint(ledger, 2, &sink, &error));
  CHECK(keeper.told == 1);
  sink.user_data = &failing;
  FAILS(VG_ERR_CALLBACK, "7", vg_ledger_on_checkpoint(ledger, 2, &sink, &error));
  CHECK(keeper.dropped == 1 && failing.told == 1 && failing.dropped == 0);
  failing.fails = 0;
  speak(key, NULL, ledger, "one");
  speak(key, NULL, ledger, "two");
  WORKS(vg_ledger_on_checkpoint(ledger, 0, NULL, &error));
  CHECK(failing.told >= 2 && failing.dropped == 1);
  vg_ledger_free(ledger);
  CHECK(keeper.dropped == 1 && failing.dropped == 1);
}

static void a_ledger_goes_on_under_another_key(const vg_key_t *key, const vg_key_t *other) {
  vg_ledger_t *ledger = open_ledger("sqlite::memory:", key), *next = open_ledger("sqlite::memory:", other);
  vg_bytes_t last = {0}, report = {0};
  bool intact = false;
  FAILS(VG_ERR_ARGUMENT, "another key", vg_ledger_rotate(ledger, ledger, &last, &error));
  WORKS(vg_ledger_rotate(ledger, next, &last, &error));
  WORKS(vg_ledger_verify(ledger, (const char *)last.data, last.len, &intact, &report, &error));
  CHECK(intact);
  vg_bytes_free(&last);
  vg_bytes_free(&report);
  vg_ledger_free(ledger);
  vg_ledger_free(next);
}

static void a_text_is_kept_sealed_where_it_is_asked_for(const vg_key_t *key) {
  static const char question[] = "{\"operation\":\"attachment\",\"seq\":1}";
  vg_ledger_t *ledger = open_ledger("sqlite::memory:", key);
  vg_guard_t *guard = guard_with(key, NULL, ledger), *without = guard_with(key, NULL, NULL);
  vg_request_t request = request_for("Turn left after the bridge.");
  vg_utterance_t *utterance = NULL;
  float samples[SPEAK_FRAMES] = {0}, tail[SPEAK_FRAMES] = {0};
  size_t got = 0, last = 0;
  vg_bytes_t record = {0}, kept = {0};
  request.model = "hibari-tts";
  request.model_len = 10;
  request.parameters = "speed=1.1";
  request.parameters_len = 9;
  request.keep_text = 1;
  FAILS(VG_ERR_ARGUMENT, "keep_text", vg_guard_begin(without, &request, &utterance, &error));
  WORKS(vg_guard_begin(guard, &request, &utterance, &error));
  ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, samples, SPEAK_FRAMES, samples, SPEAK_FRAMES, &got));
  WORKS(vg_utterance_finish_f32(utterance, tail, SPEAK_FRAMES, &last, &record, &error));
  CHECK(contains(record, "hibari-tts") && !contains(record, "speed") && !contains(record, "bridge"));
  WORKS(vg_ledger_ask(ledger, question, sizeof question - 1, &kept, &error));
  CHECK(contains(kept, "Turn left after the bridge."));
  vg_bytes_free(&record);
  vg_bytes_free(&kept);
  vg_utterance_free(utterance);
  vg_guard_free(guard);
  vg_guard_free(without);
  vg_ledger_free(ledger);
}

int main(int argc, char **argv) {
  vg_key_t *key = key_from(TEST_KEY), *other = key_from(OTHER_KEY);
  CHECK(argc == 2);
  folder = argv[1];
  records_survive_a_reopening(key);
  another_keys_ledger_is_refused(other);
  a_file_that_is_no_ledger_is_refused(key);
  an_address_that_is_none_is_refused(key);
  a_ledger_that_is_locked_elsewhere_is_refused(key);
  finish_waits_for_a_lock_fails_and_can_be_called_again(key);
  two_may_write_one_ledger(key);
  make_read_only_ledger(key);
  as_nobody(a_read_only_ledger_is_refused, key);
  CHECK(chmod(path_of("locked"), 0755) == 0);
  a_changed_byte_is_noticed(key);
  a_checkpoint_that_is_none_is_refused(key);
  a_checkpoint_sink_is_told_and_let_go_of_once(key);
  a_ledger_goes_on_under_another_key(key, other);
  a_text_is_kept_sealed_where_it_is_asked_for(key);
  vg_key_free(key);
  vg_key_free(other);
  return done();
}
