/* The library says which version it is, and every status has a name. */

#include "check.h"

int main(void) {
  static const struct {
    vg_status_t status;
    const char *name;
  } statuses[] = {
#define NAMED(status) {status, #status}
      NAMED(VG_OK),
      NAMED(VG_ERR_NULL),
      NAMED(VG_ERR_ARGUMENT),
      NAMED(VG_ERR_UTF8),
      NAMED(VG_ERR_BUSY),
      NAMED(VG_ERR_STATE),
      NAMED(VG_ERR_STRUCT_SIZE),
      NAMED(VG_ERR_HANDLE),
      NAMED(VG_ERR_KEY),
      NAMED(VG_ERR_POLICY),
      NAMED(VG_ERR_TEXT),
      NAMED(VG_ERR_CONFIG),
      NAMED(VG_ERR_CHECKPOINT),
      NAMED(VG_ERR_AUDIO_FORMAT),
      NAMED(VG_ERR_NON_FINITE),
      NAMED(VG_ERR_OUTPUT_SIZE),
      NAMED(VG_ERR_PARTIAL_FRAME),
      NAMED(VG_ERR_STORE_OPEN),
      NAMED(VG_ERR_STORE_NOT_LEDGER),
      NAMED(VG_ERR_STORE_READ_ONLY),
      NAMED(VG_ERR_STORE_FULL),
      NAMED(VG_ERR_STORE_LOCKED),
      NAMED(VG_ERR_STORE_CORRUPT),
      NAMED(VG_ERR_STORE_IO),
      NAMED(VG_ERR_STORE_KEY),
      NAMED(VG_ERR_INTERNAL),
      NAMED(VG_ERR_POISONED),
      NAMED(VG_ERR_CALLBACK),
  };
  CHECK(strcmp(vg_version(), "0.1.0") == 0);
  CHECK(vg_abi_version() == VG_ABI_VERSION);
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; ++i) {
    CHECK(strcmp(vg_status_name(statuses[i].status), statuses[i].name) == 0);
  }
  /* The set is open: a number from a later version has a name too, only not its own. */
  CHECK(vg_status_name(12345) != NULL);
  CHECK(vg_status_name(-1) != NULL);
  return done();
}
