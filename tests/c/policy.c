/* Policy: a text that a rule forbids is blocked, with where and why; rules that cannot work are refused by name. */

#include "check.h"

static vg_policy_t *policy_from(const char *rules) {
  vg_policy_t *policy = NULL;
  WORKS(vg_policy_new(rules, strlen(rules), &policy, &error));
  return policy;
}

static uint32_t action_of(const vg_verdict_t *verdict) {
  uint32_t action = 77;
  ANSWERS(VG_OK, vg_verdict_action(verdict, &action));
  return action;
}

static void a_harmless_text_is_allowed_as_it_is(void) {
  static const char text[] = "Turn left after the bridge.";
  vg_policy_t *policy = policy_from(RULES);
  vg_verdict_t *verdict = NULL;
  vg_str_t spoken = {0}, reason = {0};
  uint32_t markup = 77;
  size_t hits = 77;
  WORKS(vg_policy_check(policy, text, strlen(text), VG_MARKUP_AUTO, &verdict, &error));
  CHECK(action_of(verdict) == VG_ACTION_ALLOW);
  ANSWERS(VG_OK, vg_verdict_text(verdict, &spoken));
  CHECK(spoken.len == strlen(text) && memcmp(spoken.data, text, spoken.len) == 0);
  ANSWERS(VG_OK, vg_verdict_reason(verdict, &reason));
  ANSWERS(VG_OK, vg_verdict_markup(verdict, &markup));
  CHECK(markup == VG_MARKUP_PLAIN);
  ANSWERS(VG_OK, vg_verdict_hit_count(verdict, &hits));
  CHECK(hits == 0);
  vg_verdict_free(verdict);
  vg_policy_free(policy);
}

static void a_forbidden_word_is_blocked_where_it_stands(void) {
  /* Two bytes for the e with an accent: characters and bytes are counted apart. */
  static const char text[] = "Caf\xc3\xa9 and grenade, please";
  vg_policy_t *policy = policy_from(RULES);
  vg_verdict_t *verdict = NULL;
  vg_str_t spoken = {0}, reason = {0};
  vg_hit_t hit = {.struct_size = sizeof hit};
  vg_bytes_t json = {0};
  size_t hits = 0;
  WORKS(vg_policy_check(policy, text, strlen(text), VG_MARKUP_PLAIN, &verdict, &error));
  CHECK(action_of(verdict) == VG_ACTION_BLOCK);
  ANSWERS(VG_OK, vg_verdict_text(verdict, &spoken));
  CHECK(spoken.len == 0);
  ANSWERS(VG_OK, vg_verdict_reason(verdict, &reason));
  CHECK(reason.len > 0);
  ANSWERS(VG_OK, vg_verdict_hit_count(verdict, &hits));
  CHECK(hits >= 1);
  ANSWERS(VG_OK, vg_verdict_hit(verdict, 0, &hit));
  CHECK(hit.rule.len == 6 && memcmp(hit.rule.data, "weapon", 6) == 0);
  CHECK(hit.category.len == 7 && memcmp(hit.category.data, "weapons", 7) == 0);
  CHECK(hit.severity == VG_SEVERITY_CRITICAL && hit.action == VG_ACTION_BLOCK);
  CHECK(hit.start == 9 && hit.end == 16);
  CHECK(hit.start_byte == 10 && hit.end_byte == 17);
  CHECK(hit.view.len > 0);
  ANSWERS(VG_ERR_ARGUMENT, vg_verdict_hit(verdict, hits, &hit));
  ANSWERS(VG_ERR_ARGUMENT, vg_verdict_hit(verdict, SIZE_MAX, &hit));
  CHECK(hit.start == 9);
  hit.struct_size = sizeof hit - 1;
  ANSWERS(VG_ERR_STRUCT_SIZE, vg_verdict_hit(verdict, 0, &hit));
  hit.struct_size = 1000000;
  ANSWERS(VG_ERR_STRUCT_SIZE, vg_verdict_hit(verdict, 0, &hit));
  WORKS(vg_verdict_json(verdict, &json, &error));
  CHECK(contains(json, "\"block\"") && contains(json, "weapons"));
  vg_bytes_free(&json);
  /* A verdict does not need its policy any more. */
  vg_policy_free(policy);
  CHECK(action_of(verdict) == VG_ACTION_BLOCK);
  vg_verdict_free(verdict);
}

static void what_markup_hides_is_heard(void) {
  static const char text[] = "<speak>gre<!-- -->na<emphasis>de</emphasis></speak>";
  vg_policy_t *policy = policy_from(RULES);
  vg_verdict_t *verdict = NULL;
  uint32_t markup = 77;
  WORKS(vg_policy_check(policy, text, strlen(text), VG_MARKUP_AUTO, &verdict, &error));
  CHECK(action_of(verdict) == VG_ACTION_BLOCK);
  ANSWERS(VG_OK, vg_verdict_markup(verdict, &markup));
  CHECK(markup == VG_MARKUP_SSML);
  vg_verdict_free(verdict);
  vg_policy_free(policy);
}

static void texts_that_cannot_be_scanned_are_refused(void) {
  vg_policy_t *policy = policy_from(RULES);
  vg_verdict_t *verdict = NULL;
  size_t length = 10u << 20;
  char *text = malloc(length);
  CHECK(text);
  memset(text, 'a', length);
  FAILS(VG_ERR_TEXT, "10485760", vg_policy_check(policy, text, length, VG_MARKUP_AUTO, &verdict, &error));
  FAILS(VG_ERR_UTF8, NULL, vg_policy_check(policy, "abc\xff", 4, VG_MARKUP_AUTO, &verdict, &error));
  FAILS(VG_ERR_UTF8, NULL, vg_policy_check(policy, "\xed\xa0\x80", 3, VG_MARKUP_PLAIN, &verdict, &error));
  FAILS(VG_ERR_TEXT, NULL, vg_policy_check(policy, "<speak>a", 8, VG_MARKUP_SSML, &verdict, &error));
  FAILS(VG_ERR_ARGUMENT, "3", vg_policy_check(policy, "a", 1, 3, &verdict, &error));
  CHECK(verdict == NULL);
  ANSWERS(VG_ERR_UTF8, vg_policy_check(policy, "\xff", 1, VG_MARKUP_AUTO, &verdict, NULL));
  /* Still usable; an empty text, and a NUL within one, are texts too. */
  WORKS(vg_policy_check(policy, "", 0, VG_MARKUP_AUTO, &verdict, &error));
  CHECK(action_of(verdict) == VG_ACTION_ALLOW);
  vg_verdict_free(verdict);
  WORKS(vg_policy_check(policy, "a \0 grenade", 11, VG_MARKUP_PLAIN, &verdict, &error));
  CHECK(action_of(verdict) == VG_ACTION_BLOCK);
  vg_verdict_free(verdict);
  vg_policy_free(policy);
  free(text);
}

static void rules_that_cannot_work_are_refused_and_named(void) {
  static const struct {
    vg_status_t status;
    const char *rules, *says;
  } wrong[] = {
      {VG_ERR_POLICY, "", NULL},
      {VG_ERR_POLICY, "not json", "line 1"},
      {VG_ERR_POLICY, "[1, 2", NULL},
      {VG_ERR_POLICY, "42", NULL},
      {VG_ERR_POLICY, "{\"version\":2,\"rules\":[]}", "version is 2"},
      {VG_ERR_POLICY, "{\"version\":1,\"rules\":[{\"id\":\"typo\",\"categori\":\"x\"}]}", "categori"},
      {VG_ERR_POLICY, RULE("lost", "hide", TERM("a")), "hide"},
      {VG_ERR_POLICY, RULE("unclosed", "block", REGEX("a(b")), "unclosed"},
      {VG_ERR_POLICY, RULE("unclosed", "block", REGEX("a(b")), "character 2"},
      {VG_ERR_POLICY, RULE("backward", "block", REGEX("(a)\\\\1")), "backward"},
      {VG_ERR_POLICY, RULE("enormous", "block", REGEX("((a{1000}){1000}){1000}")), "enormous"},
      {VG_ERR_POLICY, RULE("empty", "block", "\"match\":\"term\",\"terms\":[]"), "empty"},
  };
  vg_policy_t *policy = NULL;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    FAILS(wrong[i].status, wrong[i].says, vg_policy_new(wrong[i].rules, strlen(wrong[i].rules), &policy, &error));
    CHECK(policy == NULL);
  }
  FAILS(VG_ERR_UTF8, NULL, vg_policy_new("{\"\xff\":1}", 7, &policy, &error));
  CHECK(policy == NULL);
}

static void the_hash_is_of_the_rules(void) {
  vg_policy_t *one = policy_from(RULES), *same = policy_from("\n" RULES " "), *none = policy_from(NO_RULES);
  uint8_t first[32], second[32], third[32];
  ANSWERS(VG_OK, vg_policy_hash(one, first));
  ANSWERS(VG_OK, vg_policy_hash(same, second));
  ANSWERS(VG_OK, vg_policy_hash(none, third));
  CHECK(memcmp(first, second, 32) == 0);
  CHECK(memcmp(first, third, 32) != 0);
  vg_policy_free(one);
  vg_policy_free(same);
  vg_policy_free(none);
}

int main(void) {
  a_harmless_text_is_allowed_as_it_is();
  a_forbidden_word_is_blocked_where_it_stands();
  what_markup_hides_is_heard();
  texts_that_cannot_be_scanned_are_refused();
  rules_that_cannot_work_are_refused_and_named();
  the_hash_is_of_the_rules();
  return done();
}
