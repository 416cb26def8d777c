/* Keys: 32 bytes or 64 digits, nothing else; the same secret has the same public id. */

#include "check.h"

static void a_key_survives_its_hex_form(void) {
  vg_key_t *key = NULL, *again = NULL;
  vg_bytes_t hex = {0};
  char id[17], id_again[17];
  WORKS(vg_key_generate(&key, &error));
  WORKS(vg_key_to_hex(key, &hex, &error));
  CHECK(hex.len == 64);
  WORKS(vg_key_from_hex((const char *)hex.data, hex.len, &again, &error));
  ANSWERS(VG_OK, vg_key_id(key, id));
  ANSWERS(VG_OK, vg_key_id(again, id_again));
  CHECK(strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16);
  CHECK(strcmp(id, id_again) == 0);
  vg_bytes_free(&hex);
  CHECK(hex.data == NULL && hex.len == 0);
  vg_bytes_free(&hex); /* twice is safe */
  vg_key_free(key);
  vg_key_free(again);
}

static void two_new_keys_differ(void) {
  vg_key_t *one = NULL, *two = NULL;
  char first[17], second[17];
  WORKS(vg_key_generate(&one, &error));
  WORKS(vg_key_generate(&two, &error));
  ANSWERS(VG_OK, vg_key_id(one, first));
  ANSWERS(VG_OK, vg_key_id(two, second));
  CHECK(strcmp(first, second) != 0);
  vg_key_free(one);
  vg_key_free(two);
}

static void bytes_and_digits_of_one_secret_are_one_key(void) {
  uint8_t bytes[32];
  vg_key_t *key = NULL, *hex = key_from(TEST_KEY);
  char id[17], id_hex[17];
  for (int i = 0; i < 32; ++i) bytes[i] = (uint8_t)i;
  WORKS(vg_key_from_bytes(bytes, sizeof bytes, &key, &error));
  ANSWERS(VG_OK, vg_key_id(key, id));
  ANSWERS(VG_OK, vg_key_id(hex, id_hex));
  CHECK(strcmp(id, id_hex) == 0);
  vg_key_free(key);
  vg_key_free(hex);
}

static void other_lengths_are_refused(void) {
  static const size_t lengths[] = {0, 1, 16, 31, 33, 64, 1000};
  uint8_t bytes[1000] = {0};
  vg_key_t *untouched = (vg_key_t *)bytes, *key = untouched;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; ++i) {
    char number[24];
    snprintf(number, sizeof number, "%zu", lengths[i]);
    FAILS(VG_ERR_KEY, number, vg_key_from_bytes(bytes, lengths[i], &key, &error));
    CHECK(key == untouched);
  }
  FAILS(VG_ERR_KEY, "63", vg_key_from_hex(TEST_KEY, 63, &key, &error));
  FAILS(VG_ERR_KEY, NULL, vg_key_from_hex("", 0, &key, &error));
  CHECK(key == untouched);
  /* Without a place for the error the status still tells. */
  ANSWERS(VG_ERR_KEY, vg_key_from_bytes(bytes, 31, &key, NULL));
}

static void what_is_not_a_digit_is_refused_and_not_repeated(void) {
  static const char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g";
  vg_key_t *key = NULL;
  vg_error_t *error = NULL;
  ANSWERS(VG_ERR_KEY, vg_key_from_hex(hex, 64, &key, &error));
  CHECK(key == NULL && error != NULL);
  CHECK(strstr(vg_error_message(error), "0102030405") == NULL); /* a key that is nearly right is nearly a secret */
  vg_error_free(error);
  FAILS(VG_ERR_UTF8, NULL, vg_key_from_hex("\xff\xfe", 2, &key, &error));
}

int main(void) {
  a_key_survives_its_hex_form();
  two_new_keys_differ();
  bytes_and_digits_of_one_secret_are_one_key();
  other_lengths_are_refused();
  what_is_not_a_digit_is_refused_and_not_repeated();
  vg_key_free(NULL);
  vg_error_free(NULL);
  return done();
}
