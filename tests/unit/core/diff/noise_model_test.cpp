#include "core/diff/noise_model.hpp"

#include "core/diff/fingerprint.hpp"
#include "core/diff/response_diff.hpp"
#include "tests/unit/core/diff/responses.hpp"

#include <gtest/gtest.h>

namespace understudy::diff {
namespace {

constexpr const char* kUuidA = "11111111-1111-4111-8111-111111111111";
constexpr const char* kUuidB = "22222222-2222-4222-8222-222222222222";
constexpr const char* kUuidC = "33333333-3333-4333-8333-333333333333";
constexpr const char* kUuidD = "44444444-4444-4444-8444-444444444444";

std::string with_id(std::string_view id) { return "{\"id\":\"" + std::string(id) + "\",\"price\":1}"; }

/// The evidence for the only difference of two bodies, or nothing.
std::optional<Evidence> explained(const NoiseModel& noise, const RequestIdentity& identity,
                                  std::string_view recorded, std::string_view replayed) {
  const auto comparison = compare(json_response(recorded), json_response(replayed));
  EXPECT_EQ(comparison.differences.size(), 1U);
  return noise.explain(identity, comparison.differences.at(0));
}

TEST(NoiseModel, KnowsNothingWithoutEvidence) {
  const NoiseModel noise;
  EXPECT_FALSE(explained(noise, {1, 1, "GET /a"}, with_id(kUuidA), with_id(kUuidB)));
}

TEST(NoiseModel, WhatARepeatedRequestVariedIsNoiseForThatRequestOnly) {
  NoiseModel noise;
  noise.learn({1, 1, "GET /a"}, json_response(R"({"hits":1})"), 0);
  noise.learn({1, 1, "GET /a"}, json_response(R"({"hits":2})"), 0);
  EXPECT_EQ(explained(noise, {1, 1, "GET /a"}, R"({"hits":1})", R"({"hits":9})"), Evidence::repeated_request);
  EXPECT_FALSE(explained(noise, {2, 2, "GET /a"}, R"({"hits":1})", R"({"hits":9})"));
}

TEST(NoiseModel, WordsAreNoiseOnlyAmongThoseThatTheRecordingShowed) {
  NoiseModel noise;
  noise.learn({1, 1, "GET /a"}, json_response(R"({"state":"open"})"), 0);
  noise.learn({1, 1, "GET /a"}, json_response(R"({"state":"closed"})"), 0);
  EXPECT_EQ(explained(noise, {1, 1, "GET /a"}, R"({"state":"open"})", R"({"state":"closed"})"),
            Evidence::repeated_request);
  EXPECT_FALSE(explained(noise, {1, 1, "GET /a"}, R"({"state":"open"})", R"({"state":"gone"})"));
}

TEST(NoiseModel, OneVaryingPathSilencesNoOther) {
  NoiseModel noise;
  noise.learn({1, 1, "GET /a"}, json_response(R"({"hits":1,"price":5})"), 0);
  noise.learn({1, 1, "GET /a"}, json_response(R"({"hits":2,"price":5})"), 0);
  EXPECT_FALSE(explained(noise, {1, 1, "GET /a"}, R"({"hits":1,"price":5})", R"({"hits":1,"price":6})"));
  EXPECT_FALSE(explained(noise, {1, 1, "GET /a"}, R"({"hits":1,"price":5})", R"({"hits":"1","price":5})"))
      << "another kind";
}

TEST(NoiseModel, AnEndpointNeedsTwoVaryingRequestsAndAVolatileClass) {
  NoiseModel noise;
  const auto vary = [&](std::uint64_t fingerprint) {
    noise.learn({fingerprint, fingerprint, "GET /a/{id}"}, json_response(with_id(kUuidA)), 0);
    noise.learn({fingerprint, fingerprint, "GET /a/{id}"}, json_response(with_id(kUuidB)), 0);
  };
  vary(1);
  EXPECT_FALSE(explained(noise, {9, 9, "GET /a/{id}"}, with_id(kUuidC), with_id(kUuidD)));
  vary(2);
  EXPECT_EQ(explained(noise, {9, 9, "GET /a/{id}"}, with_id(kUuidC), with_id(kUuidD)),
            Evidence::endpoint_variation);
  EXPECT_FALSE(explained(noise, {9, 9, "GET /b"}, with_id(kUuidC), with_id(kUuidD))) << "another endpoint";
  EXPECT_FALSE(explained(noise, {9, 9, "GET /a/{id}"}, with_id(kUuidC), with_id("not found")))
      << "another class";
}

TEST(NoiseModel, OrdersThatVaryOnAnEndpointAreNoise) {
  NoiseModel noise;
  for (std::uint64_t fingerprint = 1; fingerprint <= 2; ++fingerprint) {
    noise.learn({fingerprint, fingerprint, "GET /tags"}, json_response(R"(["a","b"])"), 0);
    noise.learn({fingerprint, fingerprint, "GET /tags"}, json_response(R"(["b","a"])"), 0);
  }
  EXPECT_EQ(explained(noise, {9, 9, "GET /tags"}, R"(["x","y"])", R"(["y","x"])"),
            Evidence::endpoint_variation);
}

TEST(NoiseModel, IdsThatEveryWriteMakesAnewAreNoiseOnWritesOnly) {
  NoiseModel noise;
  std::uint64_t fingerprint = 0;
  for (const auto* id : {kUuidA, kUuidB, kUuidC}) {
    ++fingerprint;
    noise.learn({fingerprint, fingerprint, "POST /orders", false}, json_response(with_id(id)), 0);
  }
  EXPECT_EQ(explained(noise, {9, 9, "POST /orders", false}, with_id(kUuidA), with_id(kUuidD)),
            Evidence::fresh_identifier);
  EXPECT_FALSE(explained(noise, {9, 9, "POST /orders", true}, with_id(kUuidA), with_id(kUuidD)));
  EXPECT_FALSE(explained(noise, {9, 9, "POST /orders", false}, with_id(kUuidA), R"({"id":7,"price":1})"));
}

TEST(NoiseModel, AnIdThatRepeatsInTheRecordingIsNotFresh) {
  NoiseModel noise;
  std::uint64_t fingerprint = 0;
  for (const auto* id : {kUuidA, kUuidB, kUuidA, kUuidC}) {
    ++fingerprint;
    noise.learn({fingerprint, fingerprint, "POST /orders", false}, json_response(with_id(id)), 0);
  }
  EXPECT_FALSE(explained(noise, {9, 9, "POST /orders", false}, with_id(kUuidA), with_id(kUuidD)));
}

TEST(NoiseModel, DifferentAskersTeachOnlyWhatIsVolatile) {
  NoiseModel noise;
  const auto body = [](std::string_view id, int price) {
    return json_response("{\"id\":\"" + std::string(id) + "\",\"price\":" + std::to_string(price) + "}");
  };
  for (const std::uint64_t question : {1, 2}) {
    noise.learn({question * 10, question, "GET /a"}, body(kUuidA, 1), 0);
    noise.learn({question * 10 + 1, question, "GET /a"}, body(kUuidB, 2), 0);
  }
  EXPECT_EQ(explained(noise, {99, 9, "GET /a"}, with_id(kUuidC), with_id(kUuidD)),
            Evidence::endpoint_variation);
  EXPECT_FALSE(explained(noise, {10, 1, "GET /a"}, R"({"price":1})", R"({"price":2})"));
}

TEST(NoiseModel, AnIdThatStaysForOneAskerDependsOnTheAsker) {
  NoiseModel noise;
  std::uint64_t asker = 0;
  for (const auto* id : {kUuidA, kUuidB, kUuidC}) {
    ++asker;
    for (int repetition = 0; repetition < 2; ++repetition)
      noise.learn({asker, 1, "GET /me"}, json_response(with_id(id)), 0);
  }
  EXPECT_FALSE(explained(noise, {1, 1, "GET /me"}, with_id(kUuidA), with_id(kUuidB)));
}

TEST(NoiseModel, WhatVariesOnOtherEndpointsIsNoiseWhereNothingSpeaksAgainstIt) {
  NoiseModel noise;
  for (const auto* endpoint : {"GET /a", "GET /b"})
    for (const std::uint64_t question : {1, 2})
      for (const auto* id : {kUuidA, kUuidB})
        noise.learn({question, question, endpoint}, json_response(with_id(id)), 0);
  noise.learn({3, 3, "GET /c"}, json_response(with_id(kUuidC)), 0);
  noise.learn({4, 4, "GET /d"}, json_response(with_id(kUuidC)), 0);
  noise.learn({5, 5, "GET /d"}, json_response(with_id(kUuidC)), 0);
  EXPECT_EQ(explained(noise, {3, 3, "GET /c"}, with_id(kUuidC), with_id(kUuidD)),
            Evidence::service_variation);
  EXPECT_FALSE(explained(noise, {4, 4, "GET /d"}, with_id(kUuidC), with_id(kUuidD))) << "there it repeats";
  EXPECT_FALSE(explained(noise, {6, 6, "GET /e"}, with_id(kUuidC), with_id(kUuidD))) << "never seen there";
}

TEST(NoiseModel, BeyondItsMemoryItLearnsNoMoreAndSaysSo) {
  NoiseModel noise(NoiseLimits{.exemplar_bytes = 1'000});
  const auto big = json_response("\"" + std::string(2'000, 'x') + "\"");
  noise.learn({1, 1, "GET /a"}, big, 0);
  noise.learn({1, 1, "GET /a"}, big, 0);
  EXPECT_EQ(noise.stats().not_learned, 2U);
  EXPECT_EQ(noise.stats().repeated, 0U);
}

TEST(Fingerprint, TellsApartWhoAsksAndAfterWhichWrites) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = "/cart";
  const auto plain = request_fingerprint(request, "shop", 0);
  EXPECT_EQ(plain, request_fingerprint(request, "shop", 0));
  EXPECT_NE(plain, request_fingerprint(request, "other", 0));
  EXPECT_EQ(history_after(request, 0), 0U);
  http::Request write = request;
  write.head.method = "POST";
  EXPECT_NE(plain, request_fingerprint(request, "shop", history_after(write, 0)));
  request.head.fields.add("X-Trace", "1");
  EXPECT_EQ(plain, request_fingerprint(request, "shop", 0));
  request.head.fields.add("Cookie", "sid=1");
  EXPECT_NE(plain, request_fingerprint(request, "shop", 0));
}

}  // namespace
}  // namespace understudy::diff
