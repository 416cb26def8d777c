/* Many utterances at once through one guard, each fed in real time by a thread of its own.
 *
 *   crowd FOLDER SECONDS [STREAMS]    100 streams unless said otherwise; FOLDER is empty, the ledger goes there
 *
 * Each stream speaks utterances of some seconds, a chunk of 20 ms whenever its clock says so, until the time is up; one
 * in eight is abandoned midway. What went in must come out, to the sample; whoever comes when all places are taken is
 * told so; every utterance must be in the ledger, the abandoned ones as aborted. How late chunks were is printed, and
 * judges nothing. Past a minute it is a soak: memory is printed each minute and must not have grown by more than 2 MiB
 * after the first fifth of the time. A soak begins with short utterances as fast as they go, until the ledger is larger
 * than what SQLite keeps of it in memory (32 MiB), since that fills up as it should. */

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "speak.h"

enum { RATE = 16000, CHUNK = RATE / 50, MOST_STREAMS = 1000, LARGEST_GROWTH_KIB = 2048, FILLED = 80000 };

static const vg_guard_t *guard;
static const float *voice;
/* Set between two barriers that all threads pass. */
static double ends_at;
static int streams = 100, chunks_of_round, to_fill;
static pthread_barrier_t filled, all_begun, refused_was_asked;

typedef struct {
  int number;
  pthread_t thread;
  long chunks, late, finished, abandoned;
  double worst, lateness;
} stream_t;

/* What the sink has heard. The guard calls it once at a time; the lock is for who reads. */
static struct {
  pthread_mutex_t lock;
  long complete, aborted, other;
} told = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int hear(void *user_data, const char *json, size_t len) {
  const vg_bytes_t record = {.data = (uint8_t *)json, .len = len};
  (void)user_data;
  pthread_mutex_lock(&told.lock);
  if (contains(record, "\"outcome\":\"complete\"")) ++told.complete;
  else if (contains(record, "\"outcome\":\"aborted\"")) ++told.aborted;
  else ++told.other;
  pthread_mutex_unlock(&told.lock);
  return 0;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void sleep_until(double moment) {
  struct timespec time;
  time.tv_sec = (time_t)moment;
  time.tv_nsec = (long)((moment - (double)time.tv_sec) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {
  }
}

static long resident_kib(void) {
  long pages = 0, ignored;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (fscanf(file, "%ld %ld", &ignored, &pages) != 2) pages = 0;
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static vg_utterance_t *begin_as(const char *subject) {
  vg_request_t request = request_for("Turn left after the bridge.");
  vg_utterance_t *utterance = NULL;
  request.subject = subject;
  request.subject_len = strlen(subject);
  request.rate = RATE;
  WORKS(vg_guard_begin(guard, &request, &utterance, &error));
  return utterance;
}

/* One utterance of so many chunks, each when it is due; abandoned where nobody finishes it. */
static void speak_one(stream_t *stream, vg_utterance_t *utterance, int chunks, bool finish) {
  float out[2 * CHUNK];
  const double begun = now();
  size_t came = 0, got = 0;
  for (int i = 0; i < chunks; ++i) {
    const double due = begun + (double)(i + 1) * 0.02;
    sleep_until(due);
    ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, voice + (size_t)(i % 50) * CHUNK, CHUNK, out, 2 * CHUNK, &got));
    came += got;
    const double late = now() - due;
    ++stream->chunks;
    stream->lateness += late;
    if (late > stream->worst) stream->worst = late;
    if (late > 0.02) ++stream->late;
  }
  if (finish) {
    float *tail = malloc(RATE * sizeof *tail);
    vg_bytes_t record = {0};
    CHECK(tail != NULL);
    WORKS(vg_utterance_finish_f32(utterance, tail, RATE, &got, &record, &error));
    CHECK(came + got == (size_t)chunks * CHUNK);
    vg_bytes_free(&record);
    free(tail);
    ++stream->finished;
  } else {
    ++stream->abandoned;
  }
  vg_utterance_free(utterance);
}

/* Short utterances, as fast as they go. */
static void fill(stream_t *stream, const char *subject) {
  float out[2 * CHUNK], tail[8 * CHUNK];
  for (int i = stream->number; i < to_fill; i += streams) {
    vg_utterance_t *utterance = begin_as(subject);
    vg_bytes_t record = {0};
    size_t got = 0;
    ANSWERS(VG_OK, vg_utterance_mark_f32(utterance, voice, CHUNK, out, 2 * CHUNK, &got));
    WORKS(vg_utterance_finish_f32(utterance, tail, 8 * CHUNK, &got, &record, &error));
    vg_bytes_free(&record);
    vg_utterance_free(utterance);
    ++stream->finished;
  }
}

static void *run(void *argument) {
  stream_t *stream = argument;
  char subject[32];
  snprintf(subject, sizeof subject, "user-%d", stream->number);
  fill(stream, subject);
  pthread_barrier_wait(&filled);
  for (int turn = 0; turn == 0 || now() < ends_at; ++turn) {
    vg_utterance_t *utterance = begin_as(subject);
    bool allowed = false;
    ANSWERS(VG_OK, vg_utterance_allowed(utterance, &allowed));
    CHECK(allowed);
    if (turn == 0) {
      pthread_barrier_wait(&all_begun);
      pthread_barrier_wait(&refused_was_asked);
    }
    /* Of different lengths, so that streams begin and end at any time; the first is whole in a short run. */
    const int chunks = turn == 0 ? chunks_of_round : chunks_of_round / 2 + (stream->number * 7 + turn * 13) % chunks_of_round;
    const bool finish = (stream->number + turn) % 8 != 7;
    speak_one(stream, utterance, finish ? chunks : chunks / 2, finish);
  }
  return NULL;
}

/* All places are taken: one more is told when to come back. */
static void one_more_is_refused_politely(void) {
  vg_utterance_t *late = begin_as("one-more");
  vg_bytes_t answer = {0};
  bool allowed = true;
  ANSWERS(VG_OK, vg_utterance_allowed(late, &allowed));
  CHECK(!allowed);
  WORKS(vg_utterance_answer(late, &answer, &error));
  CHECK(contains(answer, "\"reason\":\"overload\""));
  CHECK(contains(answer, "\"http_status\":503"));
  CHECK(contains(answer, "\"retry_after\":") && !contains(answer, "\"retry_after\":null"));
  printf("one more: %.*s\n", (int)answer.len, (const char *)answer.data);
  vg_bytes_free(&answer);
  vg_utterance_free(late);
}

static void watch(double begun, double seconds) {
  long settled = 0, last = 0;
  for (int minute = 1; now() < ends_at; ++minute) {
    const double next = begun + 60.0 * minute;
    sleep_until(next < ends_at ? next : ends_at);
    last = resident_kib();
    if (settled == 0 && now() - begun >= seconds / 5) settled = last;
    pthread_mutex_lock(&told.lock);
    printf("%5.1f min: %ld KiB resident, %ld finished, %ld aborted\n", (now() - begun) / 60.0, last, told.complete,
           told.aborted);
    pthread_mutex_unlock(&told.lock);
    fflush(stdout);
  }
  if (seconds > 60.0) {
    printf("grown by %ld KiB after the first fifth\n", last - settled);
    CHECK(last - settled <= LARGEST_GROWTH_KIB);
  }
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "crowd FOLDER SECONDS [STREAMS]\n");
    return 2;
  }
  const double seconds = atof(arguments[2]);
  if (count > 3) streams = atoi(arguments[3]);
  CHECK(seconds > 0 && streams > 0 && streams <= MOST_STREAMS);
  /* About five seconds an utterance, or the whole of a short run. */
  chunks_of_round = seconds < 5 ? (int)(seconds * 50) : 250;
  CHECK(chunks_of_round >= 2);

  char text[512];
  vg_key_t *key = key_from(TEST_KEY);
  vg_ledger_t *ledger = NULL;
  vg_access_t *access = NULL;
  vg_guard_t *made = NULL;
  snprintf(text, sizeof text, "sqlite:///%s/crowd.db", arguments[1]);
  WORKS(vg_ledger_open(text, strlen(text), key, &ledger, &error));
  snprintf(text, sizeof text, "{\"version\":1,\"admission\":{\"utterances\":%d,\"share\":1.0},\"rate\":{\"per_minute\":0}}", streams);
  WORKS(vg_access_new(text, strlen(text), &access, &error));
  const vg_record_sink_t sink = {.struct_size = sizeof sink, .write = hear};
  vg_guard_options_t options = {.struct_size = sizeof options};
  options.key = key;
  options.ledger = ledger;
  options.access = access;
  options.sink = &sink;
  WORKS(vg_guard_new(&options, &made, &error));
  guard = made;
  float *samples = voice_f32(50 * CHUNK, RATE, 1);
  voice = samples;

  stream_t *all = calloc((size_t)streams, sizeof *all);
  CHECK(all != NULL);
  to_fill = seconds > 60.0 ? FILLED : 0;
  pthread_barrier_init(&filled, NULL, (unsigned)streams + 1);
  pthread_barrier_init(&all_begun, NULL, (unsigned)streams + 1);
  pthread_barrier_init(&refused_was_asked, NULL, (unsigned)streams + 1);
  for (int i = 0; i < streams; ++i) {
    all[i].number = i;
    CHECK(pthread_create(&all[i].thread, NULL, run, &all[i]) == 0);
  }
  pthread_barrier_wait(&filled);
  pthread_barrier_wait(&all_begun);
  const double begun = now();
  ends_at = begun + seconds;
  one_more_is_refused_politely();
  pthread_barrier_wait(&refused_was_asked);
  watch(begun, seconds);

  long chunks = 0, late = 0, finished = 0, abandoned = 0, least = -1, most = 0;
  double worst = 0, lateness = 0;
  for (int i = 0; i < streams; ++i) {
    pthread_join(all[i].thread, NULL);
    chunks += all[i].chunks;
    late += all[i].late;
    lateness += all[i].lateness;
    finished += all[i].finished;
    abandoned += all[i].abandoned;
    if (all[i].worst > worst) worst = all[i].worst;
    if (least < 0 || all[i].chunks < least) least = all[i].chunks;
    if (all[i].chunks > most) most = all[i].chunks;
  }
  printf("%d streams, %ld utterances finished, %ld abandoned, %ld chunks of 20 ms\n", streams, finished, abandoned, chunks);
  printf("late on average %.2f ms, at worst %.1f ms; later than the next chunk: %ld (%.4f%%)\n", 1e3 * lateness / (double)chunks,
         1e3 * worst, late, 100.0 * (double)late / (double)chunks);
  printf("a stream was given %ld to %ld chunks\n", least, most);

  /* All is in the ledger, and all places are free again. */
  uint64_t entries = 0;
  vg_bytes_t metrics = {0};
  CHECK(told.complete == finished && told.aborted == abandoned && told.other == 0);
  WORKS(vg_ledger_len(ledger, &entries, &error));
  CHECK(entries == (uint64_t)(finished + abandoned));
  WORKS(vg_access_metrics(access, VG_METRICS_JSON, &metrics, &error));
  CHECK(contains(metrics, "\"utterances\":0"));
  vg_bytes_free(&metrics);
  vg_utterance_free(begin_as("one-more"));

  vg_guard_free(made);
  vg_access_free(access);
  vg_ledger_free(ledger);
  vg_key_free(key);
  free(samples);
  free(all);
  pthread_barrier_destroy(&filled);
  pthread_barrier_destroy(&all_begun);
  pthread_barrier_destroy(&refused_was_asked);
  return done();
}
