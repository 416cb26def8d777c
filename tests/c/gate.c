/* One access decides about roles, commands and tokens, and tells of alerts when they are raised. */

#include "speak.h"

#define TEXT(text) (text), strlen(text)

static const char CONFIG[] =
    "{\"version\":1,\"commands\":{\"stop\":{}},\"tokens\":{\"ttl_seconds\":60},"
    "\"rate\":{\"kinds\":{\"detect\":{\"per_minute\":1,\"burst\":1}}}}";

typedef struct {
  const vg_access_t *access;
  int told, dropped;
  bool panics;
} host_t;

static void tell(void *user_data, const char *json, size_t len) {
  host_t *host = user_data;
  const vg_bytes_t alert = {.data = (uint8_t *)json, .len = len};
  ++host->told;
  CHECK(contains(alert, "\"source\":\"10.0.0.9\""));
  if (host->panics) WORKS(vg_access_panic(host->access, TEXT("too much of it"), &error));
}

static void let_go(void *user_data) { ++((host_t *)user_data)->dropped; }

static bool role_may(const vg_access_t *access, const char *permission) {
  bool allowed = false;
  vg_bytes_t decision = {0};
  WORKS(vg_access_check_role(access, TEXT("guest"), TEXT(permission), TEXT("voice/heart"), &allowed, &decision, &error));
  CHECK(contains(decision, allowed ? "\"allowed\":true" : "\"allowed\":false"));
  vg_bytes_free(&decision);
  return allowed;
}

static bool command_may(const vg_access_t *access, const char *name) {
  bool allowed = false;
  WORKS(vg_access_check_command(access, TEXT(name), TEXT("{}"), TEXT("10.0.0.9"), 1.0, &allowed, NULL, &error));
  return allowed;
}

static bool believed(const vg_access_t *access, const vg_tokens_t *tokens, vg_bytes_t token, uint64_t now, const char *why) {
  bool accepted = true;
  vg_bytes_t claims = {0};
  WORKS(vg_access_verify_token(access, tokens, (const char *)token.data, token.len, TEXT("10.0.0.9"), now, &accepted, &claims,
                               &error));
  CHECK(contains(claims, why));
  vg_bytes_free(&claims);
  return accepted;
}

static void policies_decide_where_the_library_has_them(const vg_access_t *access) {
  const char *question = "{\"role\":\"guest\",\"permission\":\"detect\",\"resource\":\"voice/heart\"}";
  bool allowed = false;
  WORKS(vg_access_check(access, TEXT(question), &allowed, NULL, &error));
  CHECK(allowed);
  FAILS(VG_ERR_ARGUMENT, "permission", vg_access_check(access, TEXT("{}"), &allowed, NULL, &error));

  vg_cedar_t *cedar = NULL;
  vg_error_t *why = NULL;
  const vg_status_t made = vg_cedar_new(TEXT("{\"policies\":\"permit(principal, action, resource);\"}"), &cedar, &why);
  if (made == VG_OK) {
    vg_bytes_t decision = {0};
    WORKS(vg_cedar_check(cedar, TEXT(question), &allowed, &decision, &error));
    CHECK(allowed && contains(decision, "policy0"));
    vg_bytes_free(&decision);
  } else {
    CHECK(made == VG_ERR_FEATURE && cedar == NULL);
    CHECK(strstr(vg_error_message(why), "feature `cedar`") != NULL);
  }
  vg_error_free(why);
  vg_cedar_free(cedar);
  vg_cedar_free(NULL);
}

static void roles_and_commands_are_those_of_the_configuration(const vg_access_t *access) {
  bool allowed = true;
  CHECK(role_may(access, "detect"));
  CHECK(!role_may(access, "clone_voice"));
  CHECK(command_may(access, "stop"));
  CHECK(!command_may(access, "rm"));
  FAILS(VG_ERR_ARGUMENT, "time",
        vg_access_check_command(access, TEXT("stop"), TEXT("{}"), NULL, 0, -1.0, &allowed, NULL, &error));
  FAILS(VG_ERR_NULL, NULL, vg_access_check_role(access, NULL, 3, TEXT("detect"), TEXT("a"), &allowed, NULL, &error));
  ANSWERS(VG_ERR_NULL, vg_access_check_role(access, TEXT("guest"), TEXT("detect"), TEXT("a"), NULL, NULL, NULL));
}

static void tokens_last_as_long_as_the_configuration_says_and_are_revoked_together(const vg_access_t *access) {
  static const uint8_t secret[32] = {7};
  vg_tokens_t *tokens = NULL;
  vg_bytes_t token = {0};
  WORKS(vg_access_tokens_new(access, VG_TOKEN_HS256, secret, sizeof secret, TEXT("{\"issuer\":\"tts\",\"audience\":\"api\"}"),
                             &tokens, &error));
  WORKS(vg_tokens_issue(tokens, TEXT("{\"subject\":\"user-1\",\"now\":1000}"), &token, &error));
  CHECK(believed(access, tokens, token, 1059, "user-1"));
  CHECK(!believed(access, tokens, token, 1060, "expired"));
  ANSWERS(VG_OK, vg_access_revoke_all(access, 1001));
  ANSWERS(VG_OK, vg_access_revoke_all(access, 5));
  CHECK(!believed(access, tokens, token, 1010, "revoked"));
  vg_bytes_free(&token);
  vg_tokens_free(tokens);
}

static void alerts_are_told_at_once_to_one_sink_which_may_use_the_access(void) {
  vg_access_t *access = NULL;
  host_t host = {0}, other = {0};
  vg_alert_sink_t sink = {.struct_size = sizeof sink, .user_data = &host, .tell = tell, .drop = let_go};
  vg_alert_sink_t next = {.struct_size = sizeof next, .user_data = &other, .tell = tell, .drop = let_go};
  WORKS(vg_access_new(TEXT(CONFIG), &access, &error));
  host.access = access;
  host.panics = true;
  WORKS(vg_access_on_alert(access, &sink, &error));
  for (int i = 0; i < 2; ++i) CHECK(!command_may(access, "rm"));
  CHECK(host.told == 0);
  CHECK(!command_may(access, "rm"));
  CHECK(host.told == 1);
  bool was_set = false;
  ANSWERS(VG_OK, vg_access_lift(access, &was_set));
  CHECK(was_set);

  WORKS(vg_access_on_alert(access, &next, &error));
  CHECK(host.dropped == 1 && other.dropped == 0);
  for (int i = 0; i < 5; ++i) {
    vg_bytes_t alerts = {0};
    WORKS(vg_access_record(access, TEXT("auth_failure"), TEXT("10.0.0.9"), 1.0, &alerts, &error));
    vg_bytes_free(&alerts);
  }
  CHECK(other.told == 1 && host.told == 1);
  next.struct_size = 3;
  FAILS(VG_ERR_STRUCT_SIZE, NULL, vg_access_on_alert(access, &next, &error));
  CHECK(other.dropped == 0);
  vg_access_free(access);
  CHECK(other.dropped == 1);
  FAILS(VG_ERR_HANDLE, NULL, vg_access_on_alert(access, &sink, &error));
  CHECK(host.dropped == 1);
}

int main(void) {
  vg_access_t *access = NULL;
  WORKS(vg_access_new(TEXT(CONFIG), &access, &error));
  roles_and_commands_are_those_of_the_configuration(access);
  policies_decide_where_the_library_has_them(access);
  tokens_last_as_long_as_the_configuration_says_and_are_revoked_together(access);
  vg_access_free(access);
  alerts_are_told_at_once_to_one_sink_which_may_use_the_access();
  return done();
}
