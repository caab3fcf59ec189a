#include "core/http/forwarded_element.hpp"

#include "core/http/forward.hpp"

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

using Mode = ForwardedPolicy::Mode;

std::string element(std::string_view address, std::string_view scheme, std::string_view host) {
  std::string out;
  append_forwarded_element(out, {address, scheme, host});
  return out;
}

TEST(ForwardedElement, ValuesThatAreNoTokenAreQuoted) {
  EXPECT_EQ(element("192.0.2.1", "https", "shop"), "for=192.0.2.1;proto=https;host=shop");
  EXPECT_EQ(element("2001:db8::1", "http", "shop:8080"),
            "for=\"[2001:db8::1]\";proto=http;host=\"shop:8080\"");
  EXPECT_EQ(element("", "", ""), "for=unknown");
}

std::string forwarded(std::initializer_list<Field> fields, ForwardedPolicy policy) {
  RequestHead head;
  head.method = "GET";
  head.target = "/";
  head.fields.add("Host", "s");
  for (const auto& field : fields) head.fields.add(field.name, field.value);
  ForwardRequest options;
  options.client_address = "10.0.0.1";
  options.scheme = "https";
  options.via = "";
  options.forwarded = policy;
  std::string out;
  append_forwarded_head(out, head, BodyFraming::none(), options);
  return out.substr(std::string_view("GET / HTTP/1.1\r\nHost: s\r\n").size());
}

TEST(ForwardedPolicy, AppendExtendsTheLastLineAndKeepsTheRest) {
  EXPECT_EQ(forwarded({{"X-Forwarded-For", "1.1.1.1"}, {"X-Forwarded-Proto", "http"}, {"Forwarded", "for=x"}},
                      {Mode::append, true, false}),
            "X-Forwarded-For: 1.1.1.1, 10.0.0.1\r\nX-Forwarded-Proto: http\r\nForwarded: for=x\r\n"
            "X-Forwarded-Host: s\r\n\r\n");
  EXPECT_EQ(forwarded({{"Forwarded", "for=x"}, {"Forwarded", "for=y"}}, {Mode::append, false, true}),
            "Forwarded: for=x\r\nForwarded: for=y, for=10.0.0.1;proto=https;host=s\r\n\r\n");
}

TEST(ForwardedPolicy, ReplaceDropsEveryClaim) {
  EXPECT_EQ(forwarded({{"X-Forwarded-For", "1.1.1.1"},
                       {"x-forwarded-port", "9"},
                       {"X-Real-IP", "1.1.1.1"},
                       {"forwarded", "for=x"},
                       {"Connection", "x-forwarded-for"}},
                      {Mode::replace, true, true}),
            "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: s\r\n"
            "Forwarded: for=10.0.0.1;proto=https;host=s\r\n\r\n");
}

TEST(ForwardedPolicy, OffTouchesNothing) {
  EXPECT_EQ(forwarded({{"X-Forwarded-For", "1.1.1.1"}}, {Mode::off, true, true}),
            "X-Forwarded-For: 1.1.1.1\r\n\r\n");
}

}  // namespace
}  // namespace understudy::http
