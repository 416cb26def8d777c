// Access and hardening, as C++ sees them.

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
  return done();
}
