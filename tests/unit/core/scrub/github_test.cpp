// The scrubber on recorded traffic of a public API: what is found, what is left alone.
#include "core/scrub/json/lexer.hpp"
#include "core/scrub/json/unescape.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>

#include <gtest/gtest.h>
#include <zstd.h>

namespace understudy::scrub {
namespace {

std::filesystem::path data_folder() {
  if (const char* folder = std::getenv("UNDERSTUDY_DATA")) return folder;
  const char* source = std::getenv("UNDERSTUDY_SOURCE");
  return std::filesystem::path(source ? source : ".") / "../shared/data";
}

/// The decompressed bytes of a file there; nothing when it is absent.
std::optional<std::string> read_data(const std::string& name) {
  std::ifstream file(data_folder() / name, std::ios::binary);
  if (!file) return std::nullopt;
  std::stringstream packed;
  packed << file.rdbuf();
  const auto bytes = packed.str();
  std::string out(64 * 1024 * 1024, '\0');
  const auto size = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) return std::nullopt;
  out.resize(size);
  return out;
}

/// What stands under the keys "text" (bodies), "url", and "name" with "value" (header fields) in a HAR.
class BodyTexts {
 public:
  explicit BodyTexts(std::string_view har) : har_(har) {}
  std::vector<std::string> bodies;
  std::vector<std::string> urls;
  std::vector<std::pair<std::string, std::string>> fields;

  void key(const JsonString& key) { last_key_ = har_.substr(key.span.begin, key.span.size()); }
  void string(const JsonString& value) {
    const std::string text(
        unescape_json(MappedText::plain(har_.substr(value.span.begin, value.span.size()), 0)).text());
    if (last_key_ == "text") bodies.push_back(text);
    if (last_key_ == "url") urls.push_back(text);
    if (last_key_ == "name") last_name_ = text;
    if (last_key_ == "value") fields.emplace_back(last_name_, text);
    last_key_ = {};
  }
  void number(const JsonNumber&) {}
  void literal() {}
  void open(std::size_t) {}
  void close(std::size_t) {}

 private:
  std::string_view har_;
  std::string_view last_key_;
  std::string last_name_;
};

struct Totals {
  std::size_t bodies = 0;
  std::size_t bytes = 0;
  std::size_t redacted = 0;
  std::size_t removed = 0;
  std::map<std::string, std::size_t> hits;
};

Totals scrub_all(const std::vector<std::string>& bodies, const char* type, bool json_only) {
  Totals totals;
  for (const auto& body : bodies) {
    if (json_only && !body.starts_with('{') && !body.starts_with('[')) continue;
    const auto report = scrub_body_of(type, body);
    ++totals.bodies;
    totals.bytes += body.size();
    totals.redacted += report.body == BodyState::redacted ? 1 : 0;
    totals.removed += report.body_kept() ? 0 : 1;
    for (const auto& hit : report.hits) totals.hits[hit.detector] += hit.count;
    // Not EXPECT_EQ: nobody wants to read a megabyte.
    EXPECT_TRUE(scrub_body_of(type, report.message->body).message->body == report.message->body)
        << body.substr(0, 80);
  }
  return totals;
}

void print(const Totals& totals) {
  std::cout << totals.bodies << " bodies, " << totals.bytes << " bytes, " << totals.redacted << " redacted, "
            << totals.removed << " removed\n";
  for (const auto& [detector, count] : totals.hits) std::cout << "  " << detector << ": " << count << '\n';
}

TEST(RecordedTraffic, OfTheGithubApiLosesItsAddressesAndNothingElse) {
  const auto har = read_data("github-api.har.zst");
  if (!har) GTEST_SKIP() << "no github-api.har.zst in " << data_folder();
  BodyTexts texts(*har);
  ASSERT_TRUE(JsonLexer<BodyTexts>(*har, 128, texts).run());
  ASSERT_GT(texts.bodies.size(), 100u);
  const auto totals = scrub_all(texts.bodies, "application/json; charset=utf-8", true);
  print(totals);
  EXPECT_EQ(totals.removed, 0u);
  EXPECT_GT(totals.hits.at("email"), 0u);
  EXPECT_EQ(totals.hits.count("card"), 0u);
}

TEST(RecordedTraffic, OfTheGithubApiLosesItsTokensInHeads) {
  const auto har = read_data("github-api.har.zst");
  if (!har) GTEST_SKIP() << "no github-api.har.zst in " << data_folder();
  BodyTexts texts(*har);
  ASSERT_TRUE(JsonLexer<BodyTexts>(*har, 128, texts).run());
  std::map<std::string, std::size_t> changed;
  for (const auto& [name, value] : texts.fields) {
    const auto scrubbed = scrubbed_field(name, value);
    if (scrubbed != value) ++changed[name];
    EXPECT_EQ(scrubbed.find(std::string(40, 'x')), std::string::npos) << name;
    EXPECT_EQ(scrubbed_field(name, scrubbed), scrubbed);
  }
  std::size_t urls_changed = 0;
  for (const auto& url : texts.urls) urls_changed += scrubbed_target(url) != url ? 1 : 0;
  EXPECT_GT(changed["Authorization"], 1000u);
  for (const auto& [name, count] : changed) std::cout << "  " << name << ": " << count << '\n';
  std::cout << "  urls: " << urls_changed << " of " << texts.urls.size() << '\n';
}

TEST(RecordedTraffic, OfWebPagesIsUnderstoodAsText) {
  const auto har = read_data("web-pages.har.zst");
  if (!har) GTEST_SKIP() << "no web-pages.har.zst in " << data_folder();
  BodyTexts texts(*har);
  ASSERT_TRUE(JsonLexer<BodyTexts>(*har, 128, texts).run());
  const auto totals = scrub_all(texts.bodies, "text/html; charset=utf-8", false);
  print(totals);
  EXPECT_EQ(totals.hits.count("card"), 0u);
}

}  // namespace
}  // namespace understudy::scrub
