#include "core/http/serializer.hpp"
#include "tests/unit/core/http/feed.hpp"
#include "tests/unit/core/http/request_cases.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace understudy::http {
namespace {

constexpr std::string_view kTokenChars = "abcXYZ019-_!#$%&'*+.^`|~";

rc::Gen<std::string> token() {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string(kTokenChars))));
}

// A value as it comes out of a parser: no control bytes, no space at the ends.
rc::Gen<std::string> value() {
  return rc::gen::map(rc::gen::arbitrary<std::string>(), [](std::string text) {
    for (char& c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f) c = 'v';
    }
    return std::string(trim(text));
  });
}

rc::Gen<Fields> fields() {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  return rc::gen::map(rc::gen::container<Pairs>(rc::gen::pair(token(), value())), [](const Pairs& pairs) {
    Fields made;
    for (const auto& [name, text] : pairs) made.add("X-" + name, text);
    return made;
  });
}

rc::Gen<std::string> target() {
  return rc::gen::map(rc::gen::container<std::string>(rc::gen::suchThat(rc::gen::inRange<char>('!', '~'),
                                                                        [](char c) { return c != '#'; })),
                      [](const std::string& text) { return "/" + text; });
}

Pieces some_pieces(std::size_t size) {
  std::mt19937 random(*rc::gen::arbitrary<unsigned>());
  return random_pieces(size, random);
}

TEST(WirePropertyTest, RequestsComeBackAsTheyWereSent) {
  EXPECT_TRUE(rc::check([] {
    Request sent;
    sent.head.method = "X" + *token();
    sent.head.target = *target();
    sent.head.fields = *fields();
    sent.body = *rc::gen::arbitrary<std::string>();
    sent.trailers = *fields();
    const auto wire = to_wire(sent, "a");
    const auto seen = feed_request(wire, some_pieces(wire.size()));
    RC_ASSERT(seen.end == Seen::End::complete);
    RC_ASSERT(seen.start_line == sent.head.method + " " + sent.head.target + " 1.1");
    RC_ASSERT(seen.fields.starts_with("Host: a\n" + text_of(sent.head.fields)));
    RC_ASSERT(seen.body == sent.body);
    RC_ASSERT(seen.trailers == text_of(sent.trailers));
    RC_ASSERT(seen.rest.empty());
  }));
}

TEST(WirePropertyTest, ResponsesComeBackAsTheyWereSent) {
  EXPECT_TRUE(rc::check([] {
    Response sent;
    sent.head.status = *rc::gen::inRange(200u, 600u);
    sent.head.reason = *value();
    sent.head.fields = *fields();
    sent.body = *rc::gen::arbitrary<std::string>();
    const bool keep_alive = *rc::gen::arbitrary<bool>();
    const auto wire = to_wire(sent, false, keep_alive);
    const auto seen = feed_response(wire, some_pieces(wire.size()));
    const bool without_body = sent.head.status == 204 || sent.head.status == 304;
    RC_ASSERT(seen.end == Seen::End::complete);
    RC_ASSERT(seen.start_line == std::to_string(sent.head.status) + " " + sent.head.reason + " 1.1");
    RC_ASSERT(seen.fields.starts_with(text_of(sent.head.fields)));
    RC_ASSERT(seen.body == (without_body ? "" : sent.body));
    RC_ASSERT(seen.keep_alive == keep_alive);
    RC_ASSERT(seen.rest.empty());
  }));
}

// Any bytes at all, made of the pieces that matter to a parser.
rc::Gen<std::string> hostile_bytes() {
  static const std::vector<std::string> kFragments = {"GET ",
                                                      "POST ",
                                                      "/",
                                                      "*",
                                                      " HTTP/1.1",
                                                      " HTTP/1.0",
                                                      "\r\n",
                                                      "\r",
                                                      "\n",
                                                      "Host: a",
                                                      "Host:",
                                                      "X: y",
                                                      " ",
                                                      "\t",
                                                      ":",
                                                      ",",
                                                      ";",
                                                      "0",
                                                      "5",
                                                      "a",
                                                      "\r\n\r\n",
                                                      "=",
                                                      "\"",
                                                      "chunked",
                                                      "gzip",
                                                      "\x01",
                                                      "\xff",
                                                      "Transfer-Encoding: chunked",
                                                      "Content-Length: 5",
                                                      "Content-Length: ",
                                                      "HTTP/1.1 200 OK",
                                                      "hello"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kFragments)),
                      [](const std::vector<std::string>& parts) {
                        std::string all;
                        for (const auto& part : parts) all += part;
                        return all;
                      });
}

TEST(SplitPropertyTest, HostileRequestBytesGiveTheSameResultInAnySplit) {
  static const std::vector<std::string> kStarts = {
      "", "GET / HTTP/1.1\r\nHost: a\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"};
  EXPECT_TRUE(rc::check([] {
    const auto raw = *rc::gen::elementOf(kStarts) + *hostile_bytes();
    RC_ASSERT(feed_request(raw, some_pieces(raw.size())) == feed_request(raw, whole()));
    RC_ASSERT(feed_request(raw, byte_by_byte(raw.size())) == feed_request(raw, whole()));
  }));
}

TEST(SplitPropertyTest, HostileResponseBytesGiveTheSameResultInAnySplit) {
  static const std::vector<std::string> kStarts = {"", "HTTP/1.1 200 OK\r\n",
                                                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"};
  EXPECT_TRUE(rc::check([] {
    const auto raw = *rc::gen::elementOf(kStarts) + *hostile_bytes();
    RC_ASSERT(feed_response(raw, some_pieces(raw.size())) == feed_response(raw, whole()));
    RC_ASSERT(feed_response(raw, byte_by_byte(raw.size())) == feed_response(raw, whole()));
  }));
}

// One byte of a good request changed: whatever comes of it, it does not depend on the split.
TEST(SplitPropertyTest, DamagedRequestsGiveTheSameResultInAnySplit) {
  const auto accepted = accepted_requests();
  EXPECT_TRUE(rc::check([&accepted] {
    auto raw = (*rc::gen::elementOf(accepted)).raw;
    if (raw.size() > 2000) raw.resize(2000);
    raw[*rc::gen::inRange<std::size_t>(0, raw.size())] = *rc::gen::arbitrary<char>();
    RC_ASSERT(feed_request(raw, some_pieces(raw.size())) == feed_request(raw, whole()));
  }));
}

}  // namespace
}  // namespace understudy::http
