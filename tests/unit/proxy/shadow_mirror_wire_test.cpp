#include "core/guard/guard.hpp"
#include "core/scrub/scrubber.hpp"
#include "proxy/shadow/mirror_wire.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

http::Request request(std::string_view method, std::string_view target,
                      std::initializer_list<std::pair<std::string_view, std::string_view>> fields,
                      std::string_view body = {}) {
  http::Request made;
  made.head.method = method;
  made.head.target = target;
  for (const auto& [name, value] : fields) made.head.fields.add(name, value);
  made.body = body;
  return made;
}

std::string wire(http::Request raw, HostMode host = HostMode::keep) {
  guard::Options policy;
  policy.rules.push_back({guard::Rule::Action::allow, {}, {"/**"}, "all"});
  const guard::Guard guard(policy);
  const scrub::Scrubber scrubber(scrub::Options{});
  auto scrubbed = scrubber.scrub(std::move(raw));
  const auto admitted = guard.admit(std::move(scrubbed.message));
  if (!admitted) return "denied";
  std::string out;
  append_mirror_request(out, *admitted, {host, "staging:9000"}, 42);
  return out;
}

TEST(MirrorWire, KeepsTheHostAndAddsTheMarker) {
  EXPECT_EQ(wire(request("GET", "/products?page=2", {{"Host", "shop.example"}, {"Accept", "*/*"}})),
            "GET /products?page=2 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\nX-Shadow: "
            "v1;id=42;hop=1\r\n\r\n");
}

TEST(MirrorWire, CanUseTheShadowsOwnHost) {
  EXPECT_EQ(wire(request("GET", "/", {{"Host", "shop.example"}}), HostMode::target),
            "GET / HTTP/1.1\r\nHost: staging:9000\r\nX-Shadow: v1;id=42;hop=1\r\n\r\n");
}

TEST(MirrorWire, ARequestWithoutHostGetsTheShadowsOwn) {
  EXPECT_NE(wire(request("GET", "/", {})).find("\r\nHost: staging:9000\r\n"), std::string::npos);
}

TEST(MirrorWire, HopByHopFieldsStayBehind) {
  const auto text = wire(request("GET", "/",
                                 {{"Host", "a.example"},
                                  {"Connection", "keep-alive, X-Hop"},
                                  {"X-Hop", "1"},
                                  {"Keep-Alive", "timeout=5"},
                                  {"TE", "trailers"},
                                  {"Expect", "100-continue"},
                                  {"Trailer", "X-Sum"},
                                  {"X-End", "2"}}));
  EXPECT_EQ(text, "GET / HTTP/1.1\r\nHost: a.example\r\nX-End: 2\r\nX-Shadow: v1;id=42;hop=1\r\n\r\n");
}

TEST(MirrorWire, AChunkedBodyGoesWithContentLength) {
  const auto text = wire(
      request("POST", "/quote",
              {{"Host", "a.example"}, {"Content-Type", "application/json"}, {"Transfer-Encoding", "chunked"}},
              R"({"n":1})"));
  EXPECT_EQ(
      text,
      "POST /quote HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: 7\r\n"
      "X-Shadow: v1;id=42;hop=1\r\n\r\n{\"n\":1}");
}

TEST(MirrorWire, AnEmptyPostSaysSo) {
  EXPECT_NE(wire(request("POST", "/quote", {{"Host", "a.example"}})).find("\r\nContent-Length: 0\r\n"),
            std::string::npos);
}

TEST(MirrorWire, AnAbsoluteTargetBecomesOriginFormAndItsAuthorityTheHost) {
  EXPECT_EQ(wire(request("GET", "http://shop.example/a?b=1", {{"Host", "other.example"}})),
            "GET /a?b=1 HTTP/1.1\r\nHost: shop.example\r\nX-Shadow: v1;id=42;hop=1\r\n\r\n");
  EXPECT_NE(wire(request("GET", "http://shop.example", {{"Host", "a.example"}})).find("GET / HTTP/1.1"),
            std::string::npos);
  EXPECT_NE(
      wire(request("GET", "http://shop.example?x=1", {{"Host", "a.example"}})).find("GET /?x=1 HTTP/1.1"),
      std::string::npos);
}

TEST(MirrorWire, AMarkedRequestIsNotAdmittedAgain) {
  EXPECT_EQ(wire(request("GET", "/", {{"Host", "a.example"}, {"x-shadow", "v1;id=1;hop=1"}})), "denied");
}

}  // namespace
}  // namespace understudy::proxy
