#include "proxy/config/config.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

constexpr const char* kStart =
    "listeners: [{address: \"127.0.0.1:0\"}]\nprimary: {url: \"http://127.0.0.1:9000\"}\n";

Outcome<ProxyConfig> load_log(const std::string& log) { return load_config_text(kStart + log, "proxy.yaml"); }

std::string refusal(const std::string& log) {
  const auto config = load_log(log);
  return config ? "" : config.error().message;
}

TEST(LogSection, WithoutAccessThereIsNoAccessLog) {
  EXPECT_FALSE(load_log("log: {level: debug}\n").value().access_log);
}

TEST(LogSection, AnAccessLogIsJsonOfEverythingUnlessToldOtherwise) {
  const auto config = load_log("log: {access: {path: /var/log/a}}\n").value();
  ASSERT_TRUE(config.access_log);
  EXPECT_EQ(config.access_log->path, "/var/log/a");
  EXPECT_EQ(config.access_log->format.style, LineFormat::Style::json);
  EXPECT_EQ(config.access_log->sample, 1.0);
  EXPECT_FALSE(config.access_log->format.has(AccessField::user_agent));
}

TEST(LogSection, TemplatesSharesAndFieldsAreRead) {
  const auto columns =
      load_log("log: {access: {path: '-', format: '{client} {status}', sample: 10%}}\n").value();
  EXPECT_EQ(columns.access_log->format.style, LineFormat::Style::columns);
  EXPECT_EQ(columns.access_log->sample, 0.1);
  const auto text =
      load_log("log: {access: {path: '-', format: text, fields: [user_agent, host]}}\n").value();
  EXPECT_TRUE(text.access_log->format.has(AccessField::user_agent));
  EXPECT_TRUE(text.access_log->format.has(AccessField::host));
  EXPECT_FALSE(text.access_log->format.has(AccessField::referer));
}

TEST(LogSection, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(refusal("log: {access: {path: '-', format: '{client} {stauts}'}}\n"),
            "proxy.yaml:3:35: unknown field 'stauts' at character 11: did you mean 'status'?");
  EXPECT_NE(refusal("log: {access: {format: json}}\n").find("proxy.yaml:3:15: needs a path"),
            std::string::npos);
  EXPECT_NE(refusal("log: {access: {path: ''}}\n").find("standard output"), std::string::npos);
  EXPECT_NE(refusal("log: {access: {path: '-', format: {client}}}\n").find("in quotes"), std::string::npos);
  EXPECT_NE(refusal("log: {access: {path: '-', fields: [cookie]}}\n").find("'cookie' is not one of"),
            std::string::npos);
  EXPECT_NE(refusal("log: {access: {path: '-', format: common, fields: [host]}}\n").find("names its fields"),
            std::string::npos);
  EXPECT_NE(refusal("log: {access: {path: '-', sample: 200%}}\n"), "");
  EXPECT_NE(refusal("log: {access: {pth: '-'}}\n"), "");
}

}  // namespace
}  // namespace understudy::proxy
