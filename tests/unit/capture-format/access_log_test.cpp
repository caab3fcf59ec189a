#include "capture-format/convert/access_log_line.hpp"
#include "capture-format/layout/wall_time.hpp"

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

AccessLogLine line(const std::string& text) {
  auto parsed = parse_access_log_line(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message;
  return parsed ? *std::move(parsed) : AccessLogLine{};
}

std::string reason(const std::string& text) {
  const auto parsed = parse_access_log_line(text);
  return parsed ? "accepted" : parsed.error().message;
}

const std::string kRest = R"([10/Oct/2023:13:55:36 +0200] "GET /a HTTP/1.1" 200 5)";

TEST(AccessLog, VirtualHostsUsersAndAddressesOfBothKindsAreToldApart) {
  EXPECT_EQ(line("198.18.0.1 - - " + kRest).address, "198.18.0.1");
  EXPECT_EQ(line("2001:db8::1 - - " + kRest).address, "2001:db8::1");
  EXPECT_EQ(line("[2001:db8::1] - - " + kRest).address, "2001:db8::1");
  const auto vhost = line("shop.example:443 198.18.0.1 - - " + kRest);
  EXPECT_EQ(vhost.address, "198.18.0.1");
  EXPECT_EQ(vhost.host, "shop.example:443");
  const auto user = line("client.example - John Doe " + kRest);
  EXPECT_EQ(user.address, "client.example");
  EXPECT_EQ(user.host, "");
}

TEST(AccessLog, TimesMayHaveFractionsOrBeRfc3339) {
  const auto clf = line(R"(h - - [10/Oct/2023:13:55:36.250 -0330] "GET / HTTP/1.1" 200 5)");
  EXPECT_EQ(clf.time_ns, parse_wall_time("2023-10-10T17:25:36.250Z"));
  EXPECT_TRUE(clf.exact_time);
  const auto iso = line(R"(h - - [2023-10-10T13:55:36+02:00] "GET / HTTP/1.1" 200 5)");
  EXPECT_EQ(iso.time_ns, parse_wall_time("2023-10-10T11:55:36Z"));
  EXPECT_FALSE(iso.exact_time);
}

TEST(AccessLog, ADurationIsFoundWhereverServersWriteIt) {
  const std::string start = "h - - " + kRest;
  EXPECT_EQ(line(start + R"( "-" "UA" 0.123)").duration_ns, 123'000'000u);
  EXPECT_EQ(line(start + R"( 1.500 "-" "UA")").duration_ns, 1'500'000'000u);
  EXPECT_EQ(line(start + R"( "-" "UA" "198.18.0.9" rt=0.007 uct="0.000")").duration_ns, 7'000'000u);
  EXPECT_EQ(line(start + R"( "-" "UA" 17 "router@file" "http://10.0.0.1" 12ms)").duration_ns, 12'000'000u);
  EXPECT_EQ(line(start + R"( "-" "UA" "2.54")").duration_ns, 0u) << "a compression ratio";
  EXPECT_EQ(line(start + R"( "http://r/" "UA \"x\"" 0.001)").user_agent, "UA \"x\"");
}

TEST(AccessLog, TargetsThatCannotBeSentAreEscaped) {
  const auto raw = line(R"(h - - [10/Oct/2023:13:55:36 +0200] "GET /\xD0\xBA b?q=\" HTTP/2.0" 200 5)");
  EXPECT_EQ(raw.target, "/%D0%BA%20b?q=\"");
  EXPECT_TRUE(raw.target_escaped);
  EXPECT_EQ(raw.protocol, "HTTP/2.0");
  EXPECT_EQ(line(R"(h - - [10/Oct/2023:13:55:36 +0200] "CONNECT a:443 HTTP/1.1" 200 5)").target, "a:443");
  EXPECT_EQ(line(R"(h - - [10/Oct/2023:13:55:36 +0200] "OPTIONS * HTTP/1.0" 200 5)").target, "*");
}

TEST(AccessLog, JsonOfTheUsualServersIsRead) {
  const auto nginx = line(
      R"({"time_iso8601":"2023-10-10T13:55:36+02:00","msec":"1696938936.250","remote_addr":"198.18.0.1","request":"POST /a?b=1 HTTP/1.1","status":"201","body_bytes_sent":"12","request_time":"0.250","http_referer":"-","http_user_agent":"UA","host":"shop.example"})");
  EXPECT_EQ(nginx.method, "POST");
  EXPECT_EQ(nginx.target, "/a?b=1");
  EXPECT_EQ(nginx.status, 201u);
  EXPECT_EQ(nginx.duration_ns, 250'000'000u);
  EXPECT_EQ(nginx.host, "shop.example");
  EXPECT_EQ(nginx.referer, "");
  const auto caddy = line(
      R"({"level":"info","ts":1646861401.5241024,"logger":"http.log.access","request":{"remote_ip":"198.18.0.1","proto":"HTTP/2.0","method":"GET","host":"localhost","uri":"/x?y=1","headers":{}},"duration":0.000929675,"size":10900,"status":200})");
  EXPECT_EQ(caddy.time_ns / 1'000'000, 1'646'861'401'524u);
  EXPECT_EQ(caddy.target, "/x?y=1");
  EXPECT_EQ(caddy.duration_ns, 929'675u);
  EXPECT_EQ(caddy.address, "198.18.0.1");
  const auto traefik = line(
      R"({"ClientHost":"198.18.0.1","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":1250000,"RequestHost":"a.example","RequestMethod":"GET","RequestPath":"/t","RequestProtocol":"HTTP/1.1","StartUTC":"2023-10-10T11:55:36.123456789Z"})");
  EXPECT_EQ(traefik.time_ns, parse_wall_time("2023-10-10T11:55:36.123456789Z"));
  EXPECT_FALSE(traefik.time_is_end);
  EXPECT_EQ(traefik.duration_ns, 1'250'000u);
  const auto own = line(
      R"({"time":"2026-01-05T10:00:00.123Z","client":"198.18.0.1","connection_id":7,"method":"GET","path":"/orders/7","protocol":"HTTP/1.1","status":200,"bytes_out":345,"duration_seconds":0.012345,"first_byte_seconds":0.011})");
  EXPECT_EQ(own.target, "/orders/7");
  EXPECT_EQ(own.first_byte_ns, 11'000'000u);
  EXPECT_EQ(own.response_bytes, 345u);
}

TEST(AccessLog, WhatIsNoRequestIsRefusedWithItsReason) {
  EXPECT_EQ(reason("nothing of the kind"), "no_log_line");
  EXPECT_EQ(reason("{\"a\":"), "no_log_line");
  EXPECT_EQ(reason("{\"a\":1}"), "bad_time");
  EXPECT_EQ(reason(R"({"ts":1646861401.5,"status":200})"), "bad_request");
  EXPECT_EQ(reason(R"({"ts":1646861401.5,"request":"GET / HTTP/1.1"})"), "bad_status");
  for (const auto* request :
       {"-", "", R"(\x16\x03\x01\x02)", "GET /", "GET  HTTP/1.1", "G@T / HTTP/1.1", "GET a b"})
    EXPECT_EQ(reason("h - - [10/Oct/2023:13:55:36 +0200] \"" + std::string(request) + "\" 400 0"),
              "bad_request")
        << request;
  EXPECT_EQ(reason(R"(h - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1" - 0)"), "bad_status");
  EXPECT_EQ(reason(R"(h - - [31/Feb/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 0)"), "bad_time");
}

}  // namespace
}  // namespace understudy::capture::testing
