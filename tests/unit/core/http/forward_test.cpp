#include "core/http/forward.hpp"

#include "tests/unit/core/http/feed.hpp"

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

RequestHead request_head(std::string target, std::initializer_list<Field> fields) {
  RequestHead head;
  head.method = "GET";
  head.target = std::move(target);
  for (const auto& field : fields) head.fields.add(field.name, field.value);
  return head;
}

ResponseHead response_head(unsigned status, std::initializer_list<Field> fields) {
  ResponseHead head;
  head.status = status;
  head.reason = "R";
  for (const auto& field : fields) head.fields.add(field.name, field.value);
  return head;
}

// No additions, so that a test sees only what it is about.
constexpr ForwardRequest kBare{.scheme = "", .via = ""};

std::string forwarded(const RequestHead& head, const ForwardRequest& options = kBare,
                      const BodyFraming& framing = {}) {
  std::string out;
  append_forwarded_head(out, head, framing, options);
  return out;
}

std::string forwarded(const ResponseHead& head, const ForwardResponse& options,
                      const BodyFraming& framing = {}) {
  std::string out;
  append_forwarded_head(out, head, framing, options);
  return out;
}

TEST(ForwardRequestTest, UntouchedFieldsKeepBytesAndOrder) {
  const auto head =
      request_head("/a%2f?b", {{"hOST", "a"}, {"X", "1"}, {"x", ""}, {"Authorization", "q  q"}});
  EXPECT_TRUE(forwarded(head).starts_with(
      "GET /a%2f?b HTTP/1.1\r\nhOST: a\r\nX: 1\r\nx: \r\nAuthorization: q  q\r\n"));
}

TEST(ForwardRequestTest, HopByHopFieldsAreRemoved) {
  const auto head = request_head("/", {{"Host", "a"},
                                       {"Connection", "keep-alive, X-Gone"},
                                       {"Keep-Alive", "timeout=5"},
                                       {"Proxy-Connection", "close"},
                                       {"TE", "gzip"},
                                       {"Transfer-Encoding", "chunked"},
                                       {"Upgrade", "h2c"},
                                       {"Content-Length", "5"},
                                       {"x-gone", "1"},
                                       {"X-Stays", "1"},
                                       {"X-Forwarded-Host", "z"}});
  EXPECT_EQ(forwarded(head), "GET / HTTP/1.1\r\nHost: a\r\nX-Stays: 1\r\nX-Forwarded-Host: z\r\n\r\n");
}

TEST(ForwardRequestTest, ConnectionCannotStripWhatSecurityRestsOn) {
  const auto head =
      request_head("/", {{"Connection", "host, Authorization, cookie, X-Forwarded-For, Content-Type"},
                         {"Host", "a"},
                         {"Authorization", "s"},
                         {"Cookie", "c=1"},
                         {"Content-Type", "t"},
                         {"X-Forwarded-For", "1.2.3.4"},
                         {"X-Forwarded-Host", "z"}});
  EXPECT_EQ(forwarded(head),
            "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: s\r\nCookie: c=1\r\nContent-Type: t\r\n"
            "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: z\r\n\r\n");
}

TEST(ForwardRequestTest, AddsViaAndForwardedFields) {
  const auto head = request_head("/", {{"Host", "shop"}});
  EXPECT_EQ(forwarded(head, {.client_address = "192.0.2.1", .scheme = "https"}),
            "GET / HTTP/1.1\r\nHost: shop\r\nVia: 1.1 understudy\r\nX-Forwarded-For: 192.0.2.1\r\n"
            "X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\n\r\n");
}

TEST(ForwardRequestTest, ExtendsTheLastLineOfViaAndForwardedFor) {
  const auto head = request_head("/", {{"X-Forwarded-For", "1.1.1.1"},
                                       {"Host", "shop"},
                                       {"via", "1.0 edge"},
                                       {"X-Forwarded-For", "2.2.2.2"},
                                       {"X-Forwarded-Proto", "https"},
                                       {"X-Forwarded-Host", "front"}});
  EXPECT_EQ(
      forwarded(head, {.client_address = "3.3.3.3"}),
      "GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1\r\nHost: shop\r\nvia: 1.0 edge, 1.1 understudy\r\n"
      "X-Forwarded-For: 2.2.2.2, 3.3.3.3\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: front\r\n\r\n");
}

TEST(ForwardRequestTest, AbsoluteFormReplacesHost) {
  const auto head =
      request_head("http://real:81/p?q", {{"A", "1"}, {"Host", "other"}, {"X-Forwarded-Host", "z"}});
  EXPECT_EQ(forwarded(head), "GET /p?q HTTP/1.1\r\nA: 1\r\nHost: real:81\r\nX-Forwarded-Host: z\r\n\r\n");
}

TEST(ForwardRequestTest, AbsoluteFormWithoutPathGetsOne) {
  EXPECT_TRUE(forwarded(request_head("http://h", {})).starts_with("GET / HTTP/1.1\r\nHost: h\r\n"));
  EXPECT_TRUE(forwarded(request_head("http://h?q", {})).starts_with("GET /?q HTTP/1.1\r\n"));
  auto options = request_head("http://h", {});
  options.method = "OPTIONS";
  EXPECT_TRUE(forwarded(options).starts_with("OPTIONS * HTTP/1.1\r\n"));
}

TEST(ForwardRequestTest, Http10RequestGetsHostAndOurVersion) {
  auto head = request_head("/", {});
  head.version = Version::http_1_0;
  EXPECT_EQ(
      forwarded(head, {.scheme = "", .default_host = "primary:80"}),
      "GET / HTTP/1.1\r\nHost: primary:80\r\nVia: 1.0 understudy\r\nX-Forwarded-Host: primary:80\r\n\r\n");
}

TEST(ForwardRequestTest, FramingIsWrittenAnew) {
  const auto head = request_head("/", {{"Host", "a"}, {"Content-Length", "5, 5"}, {"X-Forwarded-Host", "z"}});
  EXPECT_EQ(forwarded(head, kBare, BodyFraming::of_length(5)),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: z\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(forwarded(head, kBare, BodyFraming::chunked()),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: z\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(ForwardRequestTest, UpgradeIsPassedOnForATunnelOnly) {
  const auto head = request_head(
      "/", {{"Host", "a"}, {"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"X-Forwarded-Host", "z"}});
  EXPECT_TRUE(asks_upgrade(head));
  EXPECT_EQ(forwarded(head), "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: z\r\n\r\n");
  EXPECT_EQ(forwarded(head, {.scheme = "", .via = "", .tunnel = true}),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: z\r\nUpgrade: websocket\r\nConnection: "
            "upgrade\r\n\r\n");
}

TEST(ForwardRequestTest, UpgradeNeedsItsConnectionOptionAndHttp11) {
  EXPECT_FALSE(asks_upgrade(request_head("/", {{"Upgrade", "websocket"}})));
  EXPECT_FALSE(asks_upgrade(request_head("/", {{"Connection", "upgrade"}})));
  auto old = request_head("/", {{"Connection", "upgrade"}, {"Upgrade", "websocket"}});
  old.version = Version::http_1_0;
  EXPECT_FALSE(asks_upgrade(old));
  EXPECT_FALSE(asks_upgrade(request_head("/", {{"Connection", "upgrade"}, {"Upgrade", "websocket, h2c"}})));
}

TEST(ForwardRequestTest, WishForTrailersIsPassedOn) {
  const auto head =
      request_head("/", {{"Host", "a"}, {"TE", "gzip, trailers;q=1"}, {"X-Forwarded-Host", "z"}});
  EXPECT_TRUE(accepts_trailers(head.fields));
  EXPECT_EQ(forwarded(head),
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: z\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
}

TEST(ForwardRequestTest, MaxForwardsCountsDownForOptionsOnly) {
  auto head = request_head("*", {{"Host", "a"}, {"Max-Forwards", "3"}});
  EXPECT_NE(forwarded(head).find("Max-Forwards: 3\r\n"), std::string::npos);
  head.method = "OPTIONS";
  EXPECT_NE(forwarded(head).find("Max-Forwards: 2\r\n"), std::string::npos);
  EXPECT_FALSE(max_forwards_spent(head));
  head.fields.set("Max-Forwards", "0");
  EXPECT_TRUE(max_forwards_spent(head));
  head.method = "GET";
  EXPECT_FALSE(max_forwards_spent(head));
}

TEST(ForwardRequestTest, ExpectIsPassedOn) {
  const auto head = request_head("/", {{"Host", "a"}, {"Expect", "100-continue"}});
  EXPECT_NE(forwarded(head).find("Expect: 100-continue\r\n"), std::string::npos);
}

TEST(ForwardRequestTest, WhatIsForwardedParsesToTheSameMeaning) {
  const auto head = request_head("http://h/x", {{"Connection", "close, a"}, {"a", "1"}, {"b", "2"}});
  const auto seen =
      feed_request(forwarded(head, {.client_address = "::1"}, BodyFraming::of_length(0)), whole());
  EXPECT_EQ(seen.end, Seen::End::complete) << seen;
  EXPECT_EQ(seen.start_line, "GET /x 1.1");
  EXPECT_TRUE(seen.keep_alive);
}

TEST(ForwardResponseTest, FieldsFramingViaAndDate) {
  const auto head = response_head(200, {{"Server", "s"},
                                        {"Connection", "close, X-Gone"},
                                        {"X-Gone", "1"},
                                        {"Content-Length", "9"},
                                        {"Set-Cookie", "a"},
                                        {"Set-Cookie", "b"},
                                        {"Proxy-Authenticate", "p"}});
  EXPECT_EQ(forwarded(head, {.date = "D"}, BodyFraming::of_length(9)),
            "HTTP/1.1 200 R\r\nServer: s\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nProxy-Authenticate: p\r\n"
            "Via: 1.1 understudy\r\nDate: D\r\nContent-Length: 9\r\n\r\n");
}

TEST(ForwardResponseTest, DateOfTheOriginWins) {
  const auto head = response_head(200, {{"date", "origin"}});
  EXPECT_EQ(forwarded(head, {.via = "", .date = "D"}, BodyFraming::of_length(0)),
            "HTTP/1.1 200 R\r\ndate: origin\r\nContent-Length: 0\r\n\r\n");
}

TEST(ForwardResponseTest, InterimAndNoContentHaveNoFraming) {
  const auto interim = response_head(103, {{"Link", "x"}, {"Content-Length", "5"}});
  EXPECT_EQ(forwarded(interim, {.close = true, .via = "", .date = "D"}, BodyFraming::none()),
            "HTTP/1.1 103 R\r\nLink: x\r\n\r\n");
  const auto none = response_head(204, {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}});
  EXPECT_EQ(forwarded(none, {.via = ""}, BodyFraming::chunked()), "HTTP/1.1 204 R\r\n\r\n");
}

TEST(ForwardResponseTest, HeadAndNotModifiedKeepOneLength) {
  const auto head = response_head(200, {{"Content-Length", "5, 5"}});
  EXPECT_EQ(forwarded(head, {.head_request = true, .via = ""}),
            "HTTP/1.1 200 R\r\nContent-Length: 5\r\n\r\n");
  const auto not_modified = response_head(304, {{"Content-Length", "7"}});
  EXPECT_EQ(forwarded(not_modified, {.via = ""}), "HTTP/1.1 304 R\r\nContent-Length: 7\r\n\r\n");
}

TEST(ForwardResponseTest, ConnectionIsSaidWhereItMustBe) {
  const auto head = response_head(200, {});
  EXPECT_EQ(forwarded(head, {.via = ""}, BodyFraming::until_close()),
            "HTTP/1.1 200 R\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(forwarded(head, {.to_http_1_0 = true, .via = ""}, BodyFraming::chunked()),
            "HTTP/1.1 200 R\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(forwarded(head, {.keep_alive_1_0 = true, .via = ""}, BodyFraming::of_length(1)),
            "HTTP/1.1 200 R\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(forwarded(head, {.close = true, .via = ""}, BodyFraming::chunked()),
            "HTTP/1.1 200 R\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
}

TEST(ForwardResponseTest, SwitchingProtocolsCarriesItsUpgrade) {
  const auto head = response_head(101, {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-X", "1"}});
  EXPECT_EQ(forwarded(head, {.via = "", .tunnel = true}),
            "HTTP/1.1 101 R\r\nSec-X: 1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
}

TEST(HopByHopTest, RemovalKeepsEverythingElseInOrder) {
  Fields fields;
  for (const auto& [name, value] :
       {Field{"A", "1"}, {"Connection", "b, host"}, {"B", "2"}, {"Host", "h"}, {"TE", "x"}, {"a", "3"}})
    fields.add(name, value);
  remove_hop_by_hop(fields);
  Fields expected;
  expected.add("A", "1");
  expected.add("Host", "h");
  expected.add("a", "3");
  EXPECT_TRUE(fields == expected);
  EXPECT_TRUE(is_hop_by_hop("KEEP-ALIVE"));
  EXPECT_FALSE(is_hop_by_hop("Proxy-Authenticate"));
}

}  // namespace
}  // namespace understudy::http
