// Access and hardening, as C++ sees them.

#include <stdexcept>
#include <string>
#include <vector>

#include "check.hpp"

using namespace voxguard;

int main() {
  const RateLimiter limiter(60, 10);
  int passed = 0;
  for (int i = 0; i < 20; ++i) passed += limiter.check("key-1", 0.0).allowed ? 1 : 0;
  CHECK(passed == 10);
  CHECK(limiter.check("key-1", 0.0).retry_after == 1.0);

  const std::vector<std::uint8_t> secret(32, 7);
  const Tokens tokens(VG_TOKEN_HS256, secret.data(), secret.size(), R"({"issuer": "tts", "audience": "api"})");
  const auto token = tokens.issue(R"({"subject": "user-1", "now": 1000})");
  CHECK(tokens.verify(token, 1100).allowed);
  CHECK(tokens.verify(token, 1900).json.find("expired") != std::string::npos);

  const ApiKeys keys("sqlite::memory:");
  CHECK(keys.issue(R"({"subject": "user-1", "now": 100})").find("vg_") != std::string::npos);
  CHECK(!keys.verify("hunter2", 100).allowed);

  CHECK(Roles().check("guest", "synthesize", "voice/heart").allowed);
  CHECK(!Roles().check("guest", "clone_voice", "voice/heart").allowed);
  CHECK(!Commands(R"({"stop": {}})").check("rm", "{}").allowed);

  // A library that was built without Cedar says so, one that has it decides.
  try {
    const Cedar cedar(R"({"policies": "permit(principal in Role::\"guest\", action, resource);"})");
    CHECK(cedar.check(R"({"role": "guest", "permission": "detect", "resource": "voice/heart"})").allowed);
    CHECK(!cedar.check(R"({"permission": "detect", "resource": "voice/heart"})").allowed);
  } catch (const Error &error) {
    CHECK(error.status() == VG_ERR_FEATURE);
  }
  CHECK(Access().check(R"({"role": "guest", "permission": "detect", "resource": "voice/heart"})").allowed);
  CHECK(!Access().check(R"({"permission": "detect", "resource": "voice/heart"})").allowed);

  const auto seal_key = SealKey::generate();
  const Sealer sealer(seal_key);
  const auto sealed = sealer.seal("Good morning.", "id-7");
  CHECK(sealer.open(sealed, "id-7") == "Good morning.");
  try {
    sealer.open(sealed, "id-8");
    CHECK(false);
  } catch (const Error &error) {
    CHECK(error.status() == VG_ERR_SEAL);
  }

  const Monitor monitor;
  for (int i = 0; i < 4; ++i) CHECK(monitor.record("auth_failure", "10.0.0.9", i) == "[]");
  CHECK(monitor.record("auth_failure", "10.0.0.9", 4).find("10.0.0.9") != std::string::npos);
  CHECK(explain("baseline").find("text.max_characters") != std::string::npos);

  const auto key = Key::generate();
  const Access access(R"({"version": 1, "profile": "strict"})");
  GuardOptions parts;
  parts.access = &access;
  const Guard guard(key, parts);
  Request request{"Turn left.", "heart", "user-1"};
  CHECK(guard.begin(request).answer().find("unauthenticated") != std::string::npos);
  request.role = "guest";
  CHECK(guard.begin(request).allowed());
  access.panic("a key has leaked");
  CHECK(guard.begin(request).answer().find("panic") != std::string::npos);
  CHECK(access.lift() && guard.begin(request).allowed());

  // All of it from one configuration.
  const Access gate(R"({"version": 1, "commands": {"stop": {}}, "tokens": {"ttl_seconds": 60},
    "rate": {"kinds": {"detect": {"per_minute": 1, "burst": 1}}}, "requests": {"origins": ["https://a.example"]}})");
  std::vector<std::string> told;
  gate.on_alert([&told](std::string_view alert) {
    told.emplace_back(alert);
    throw std::runtime_error("of the host's own");
  });
  CHECK(gate.check_role("guest", "detect", "voice/heart").allowed);
  CHECK(!gate.check_role("guest", "clone_voice", "voice/heart").allowed);
  CHECK(gate.check_command("stop", "{}", "10.0.0.9", 1).allowed && told.empty());
  for (int i = 0; i < 3; ++i) CHECK(!gate.check_command("rm", "{}", "10.0.0.9", 1).allowed);
  CHECK(told.size() == 1 && told[0].find("suspicious_command") != std::string::npos);
  CHECK(gate.alerts().find("10.0.0.9") != std::string::npos && gate.alerts() == "[]");
  CHECK(gate.check_rate("detect", "a", 0).allowed && gate.check_rate("detect", "a", 0).retry_after == 60.0);
  CHECK(gate.check_request(R"({"origin": "https://evil.example"})").find("403") != std::string::npos);
  CHECK(gate.check_message(std::string(2 << 20, 'x'), true).find("1009") != std::string::npos);
  CHECK(gate.check_audio("#!/bin/sh").find("container") != std::string::npos);
  const float silence[8000] = {};
  CHECK(gate.check_samples(silence, 8000, 8000).find("silence") != std::string::npos);
  const auto short_tokens = gate.tokens(VG_TOKEN_HS256, secret.data(), secret.size(), R"({"issuer": "tts", "audience": "api"})");
  const auto short_token = short_tokens.issue(R"({"subject": "user-1", "now": 1000})");
  CHECK(gate.verify_token(short_tokens, short_token, "10.0.0.9", 1059).allowed);
  CHECK(gate.verify_token(short_tokens, short_token, "10.0.0.9", 1060).json.find("expired") != std::string::npos);
  gate.revoke_all(1001);
  CHECK(gate.verify_token(short_tokens, short_token, "10.0.0.9", 1010).json.find("revoked") != std::string::npos);
  gate.on_alert(nullptr);
  for (int i = 0; i < 9; ++i) gate.record("auth_failure", "10.0.0.7", 1);
  CHECK(told.size() == 1);
  return done();
}
