#include "core/scrub/tokens.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

const std::string kCard = tokens().card("4111111111111111");

TEST(JsonScrub, OnlyTheFoundSpansChange) {
  EXPECT_EQ(scrubbed_json("{ \"a\" : \"mail ann@example.com now\" ,\n\t\"b\": [ 1.50, \"x\" ] }"),
            "{ \"a\" : \"mail " + kEmail + " now\" ,\n\t\"b\": [ 1.50, \"x\" ] }");
}

TEST(JsonScrub, EscapedSpellingsAreTheSameValue) {
  EXPECT_EQ(scrubbed_json(R"(["ann\u0040example.com"])"), "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrubbed_json(R"(["\u0061nn@example\u002ecom\n"])"), "[\"" + kEmail + "\\n\"]");
  EXPECT_EQ(scrubbed_json(R"(["4111\u00201111\u00201111\u00201111"])"),
            "[\"" + kCard.substr(0, 4) + "\\u0020" + kCard.substr(4, 4) + "\\u0020" + kCard.substr(8, 4) +
                "\\u0020" + kCard.substr(12) + "\"]");
  EXPECT_EQ(scrubbed_json(R"(["ann%40example.com"])"), "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrubbed_json(R"(["ann&#64;example.com"])"), "[\"" + kEmail + "\"]");
}

TEST(JsonScrub, SecretKeysGoInEverySpellingAndAtEveryOccurrence) {
  const auto token = tokens().opaque("hunter2");
  EXPECT_EQ(scrubbed_json(R"({"password":"hunter2"})"), "{\"password\":\"" + token + "\"}");
  EXPECT_EQ(scrubbed_json(R"({"p\u0061ssword":"hunter2"})"), "{\"p\\u0061ssword\":\"" + token + "\"}");
  EXPECT_EQ(scrubbed_json(R"({"password":"hunter2","password":"x"})"),
            "{\"password\":\"" + token + "\",\"password\":\"" + tokens().opaque("x") + "\"}");
  EXPECT_EQ(scrubbed_json(R"({"password":"hunter\u0032"})"), "{\"password\":\"" + token + "\"}");
}

TEST(JsonScrub, SecretsKeepTheirTypeAndTheirSurroundings) {
  EXPECT_EQ(scrubbed_json(R"({"pin":1234,"cvv":-1.5e3,"secret":null,"token":true,"password":""})"),
            R"({"pin":0,"cvv":0,"secret":null,"token":true,"password":""})");
  EXPECT_EQ(scrubbed_json(R"({"credentials":{"user":"x","deep":["y",{"z":"w"}]},"after":"x"})"),
            R"({"credentials":{"user":")" + tokens().opaque("x") + R"(","deep":[")" + tokens().opaque("y") +
                R"(",{"z":")" + tokens().opaque("w") + R"("}]},"after":"x"})");
  EXPECT_EQ(scrubbed_json(R"({"usage":{"total_tokens":57},"tokens":["abc"]})"),
            R"({"usage":{"total_tokens":57},"tokens":[")" + tokens().opaque("abc") + R"("]})");
  EXPECT_EQ(scrubbed_json(R"({"authorization":"Bearer abc"})"),
            R"({"authorization":"Bearer )" + tokens().opaque("abc") + R"("})");
}

TEST(JsonScrub, CardsAsNumbersStayNumbers) {
  EXPECT_EQ(scrubbed_json("[4111111111111111,1]"), "[" + kCard + ",1]");
  EXPECT_EQ(scrubbed_json("4111111111111111"), kCard);
  EXPECT_EQ(scrubbed_json("[-4111111111111111]"), "[-" + kCard + "]");
  EXPECT_EQ(scrubbed_json("{\"n\":4.111111111111111e15}"), "{\"n\":" + kCard + "}");
  EXPECT_EQ(scrubbed_json("[4111111111111112,52.37021570000001]"), "[4111111111111112,52.37021570000001]");
  EXPECT_EQ(scrubbed_json("{\"card_number\":1111111111111117}"),
            "{\"card_number\":" + tokens().card("1111111111111117") + "}");
}

TEST(JsonScrub, KeysAreSearchedAsWell) {
  EXPECT_EQ(scrubbed_json(R"({"ann@example.com":1})"), "{\"" + kEmail + "\":1}");
  EXPECT_EQ(scrubbed_json(R"({"4111111111111111":{"a":2}})"), "{\"" + kCard + "\":{\"a\":2}}");
}

TEST(JsonScrub, BareScalarsAndTheLastByteAreSearched) {
  EXPECT_EQ(scrubbed_json("\"ann@example.com\""), "\"" + kEmail + "\"");
  EXPECT_EQ(scrubbed_json("  [\"ann@example.com\"]"), "  [\"" + kEmail + "\"]");
}

TEST(JsonScrub, NestedDocumentsAreEntered) {
  EXPECT_EQ(
      scrubbed_json(R"({"payload":"{\"password\":\"hunter2\",\"n\":4111111111111111}"})"),
      R"({"payload":"{\"password\":\")" + tokens().opaque("hunter2") + R"(\",\"n\":)" + kCard + R"(}"})");
  EXPECT_EQ(scrubbed_json(R"(["[\"{\\\"token\\\":\\\"abc\\\"}\"]"])"),
            R"(["[\"{\\\"token\\\":\\\")" + tokens().opaque("abc") + R"(\\\"}\"]"])");
  EXPECT_EQ(scrubbed_json(R"({"url":"https://h/?token=abc&x=1"})"),
            R"({"url":"https://h/?token=)" + tokens().opaque("abc") + R"(&x=1"})");
}

TEST(JsonScrub, FormsInsideStringsAreEntered) {
  EXPECT_EQ(scrubbed_json(R"({"body":"a=1&password=hunter2&b=2"})"),
            R"({"body":"a=1&password=)" + tokens().opaque("hunter2") + R"(&b=2"})");
}

TEST(JsonScrub, CardsBrokenOverLinesAreFound) {
  EXPECT_EQ(scrubbed_json(R"(["4111\r\n1111\t1111\u00a01111"])"),
            "[\"" + kCard.substr(0, 4) + "\\r\\n" + kCard.substr(4, 4) + "\\t" + kCard.substr(8, 4) +
                "\\u00a0" + kCard.substr(12) + "\"]");
}

TEST(JsonScrub, ABodyFullOfHitsIsStillLinear) {
  std::string body = "[\"";
  for (int i = 0; i < 40'000; ++i) body += "4111111111111111 x token=ann@example.com, ";
  const auto scrubbed = scrubbed_json(body + "\"]");
  EXPECT_EQ(scrubbed.find("ann@"), std::string::npos);
  EXPECT_EQ(scrubbed.find("4111111111111111"), std::string::npos);
}

TEST(JsonScrub, LookAlikesAreRead) {
  EXPECT_EQ(scrubbed_json("[\"ann\xef\xbc\xa0"
                          "example.com\"]"),
            "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrubbed_json("[\"\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91"
                          "111111111111\"]"),
            "[\"" + kCard + "\"]");
  EXPECT_EQ(scrubbed_json("[\"4111\xe2\x80\x8b"
                          "111111111111\"]"),
            "[\"" + kCard + "\"]");
}

TEST(JsonScrub, WhatIsNotSoundJsonIsRemoved) {
  for (const std::string body : {"{\"a\":1", "{'a':1}", "[1,]", "{\"a\":NaN}", "not json", "\xef\xbb\xbf",
                                 "[\"\xff\"]", "{\"email\":\"ann\xff@example.com\"}"}) {
    const auto report = scrub_body_of("application/json", body);
    EXPECT_EQ(report.body, BodyState::failed) << body;
    EXPECT_TRUE(report.message->body.empty());
    EXPECT_FALSE(report.body_kept());
  }
  const auto deep = scrub_body_of("application/json", std::string(100'000, '[') + std::string(100'000, ']'));
  EXPECT_EQ(deep.body, BodyState::failed);
}

TEST(JsonScrub, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(scrubbed_json("\xef\xbb\xbf[\"ann@example.com\"]"), "\xef\xbb\xbf[\"" + kEmail + "\"]");
}

TEST(JsonScrub, HitsAreCountedByDetector) {
  const auto report =
      scrub_body_of("application/json", R"({"a":"a@b.de c@d.fr","n":4111111111111111,"pin":1})");
  EXPECT_EQ(hits(report.hits, "email"), 2u);
  EXPECT_EQ(hits(report.hits, "card"), 1u);
  EXPECT_EQ(hits(report.hits, "credential_field"), 1u);
  EXPECT_EQ(report.redactions, 4u);
  EXPECT_EQ(report.body, BodyState::redacted);
}

}  // namespace
}  // namespace understudy::scrub
