#include "proxy/access_log/access_field.hpp"
#include "proxy/exchange/reason.hpp"
#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

fs::path source_tree() {
  const char* const given = std::getenv("UNDERSTUDY_SOURCE");
  return given != nullptr ? fs::path(given) : fs::path(__FILE__).parent_path() / "../../..";
}

std::string page() { return read_file(source_tree() / "docs/operations.md"); }

bool is_word(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// All words of `text` that begin with `prefix`.
Names words(const std::string& text, std::string_view prefix) {
  Names found;
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    if (at > 0 && is_word(text[at - 1])) continue;
    auto end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    found.insert(text.substr(at, end - at));
  }
  return found;
}

Names metrics_in(const std::string& text) {
  auto found = words(text, "understudy_");
  found.merge(words(text, "process_"));
  return found;
}

/// `name` in backticks anywhere on the page.
bool is_on(const std::string& text, std::string_view name) {
  return text.find("`" + std::string(name) + "`") != std::string::npos;
}

/// What `code` expects in the first column of the page's tables: | `metric` |
Names documented_metrics(const std::string& text) {
  Names found;
  for (auto at = text.find("\n| `"); at != std::string::npos; at = text.find("\n| `", at + 1)) {
    const auto begin = at + 4;
    const auto name = text.substr(begin, text.find('`', begin) - begin);
    if (name.starts_with("understudy_") || name.starts_with("process_")) found.insert(name);
  }
  return found;
}

/// A proxy with everything that has metrics without files of its own.
class Scraped {
 public:
  Scraped() : origin_(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")})) {
    auto config = proxy_config(origin_.port());
    proxy::ShadowTarget shadow;
    shadow.name = "staging";
    shadow.url = *net::parse_origin_url("http://127.0.0.1:" + std::to_string(unused_port()));
    config.shadows.push_back(shadow);
    config.capture.emplace().directory = directory_ / "captures";
    config.admin.emplace().address = *net::parse_listen_address("127.0.0.1:0");
    config.access_log =
        proxy::AccessLogOptions{(directory_ / "log").string(), *proxy::LineFormat::parse("json"), 1.0};
    RunningProxy proxy(config);
    RawClient client(proxy.port());
    client.send("GET /a HTTP/1.1\r\nHost: s\r\n\r\n");
    client.read_response();
    text_ = body_of(RawClient::exchange(proxy.server().admin_address()->port(),
                                        "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  }

  const std::string& text() const { return text_; }
  Names metrics() const {
    Names found;
    for (auto at = text_.find("# TYPE "); at != std::string::npos; at = text_.find("# TYPE ", at + 1))
      found.insert(text_.substr(at + 7, text_.find(' ', at + 7) - at - 7));
    return found;
  }

 private:
  TemporaryDirectory directory_;
  ScriptedOrigin origin_;
  std::string text_;
};

std::string missing(const Names& wanted, const Names& there) {
  std::string list;
  for (const auto& name : wanted)
    if (!there.contains(name)) list += name + "\n";
  return list;
}

std::string run(const std::string& command) {
  std::string said;
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) said += line.data();
  return ::pclose(pipe) == 0 ? said : "failed: " + said;
}

bool has_promtool() { return std::system("promtool --version >/dev/null 2>&1") == 0; }

TEST(OperationsPage, EveryExposedMetricIsDocumented) {
  EXPECT_EQ(missing(Scraped().metrics(), documented_metrics(page())), "");
}

TEST(OperationsPage, EveryDocumentedMetricIsExposed) {
  auto documented = documented_metrics(page());
  std::erase_if(documented, [](const std::string& name) { return name.starts_with("understudy_tls_"); });
  EXPECT_EQ(missing(documented, Scraped().metrics()), "");
}

/// The names in quotes that any part of the proxy gives to metrics.
Names metrics_in_sources() {
  Names found;
  for (const auto& entry : fs::recursive_directory_iterator(source_tree() / "proxy")) {
    if (entry.path().extension() != ".cpp") continue;
    for (const auto& name : words(read_file(entry.path()), "understudy_")) found.insert(name);
  }
  return found;
}

TEST(OperationsPage, MetricsThatNeedTlsAreDocumentedToo) {
  Names of_tls;
  for (const auto& name : metrics_in_sources())
    if (name.starts_with("understudy_tls_")) of_tls.insert(name);
  EXPECT_EQ(missing(of_tls, documented_metrics(page())), "");
}

/// The events in `text`, given to log() behind a level.
void add_events(const std::string& text, Names& found) {
  for (auto at = text.find("Level::"); at != std::string::npos; at = text.find("Level::", at + 1)) {
    auto end = at + 7;
    while (end < text.size() && is_word(text[end])) ++end;
    const auto quote = text.find_first_not_of(", \n", end);
    if (quote == std::string::npos || text[end] != ',' || text[quote] != '"') continue;
    found.insert(text.substr(quote + 1, text.find('"', quote + 1) - quote - 1));
  }
}

TEST(OperationsPage, EveryLogEventIsDocumented) {
  const auto text = page();
  Names events;
  for (const auto* folder : {"core", "proxy", "stub"})
    for (const auto& entry : fs::recursive_directory_iterator(source_tree() / folder))
      if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
        add_events(read_file(entry.path()), events);
  EXPECT_GT(events.size(), 20U);
  for (const auto& event : events) EXPECT_TRUE(is_on(text, event)) << event;
}

TEST(OperationsPage, EveryNameOfAClosedListIsDocumented) {
  const auto text = page();
  for (const auto name : proxy::kAccessFieldNames) EXPECT_TRUE(is_on(text, name)) << name;
  for (const auto name : proxy::kLocalReplyNames) EXPECT_TRUE(is_on(text, name)) << name;
  for (const auto name : proxy::kPrimaryErrorNames) EXPECT_TRUE(is_on(text, name)) << name;
  for (const auto name : proxy::kLimitHitNames) EXPECT_TRUE(is_on(text, name)) << name;
  for (const auto name : proxy::kTimeoutHitNames) EXPECT_TRUE(is_on(text, name)) << name;
  for (std::size_t i = 1; i < proxy::kReasonNames.size(); ++i)
    EXPECT_TRUE(is_on(text, proxy::kReasonNames[i])) << proxy::kReasonNames[i];
}

/// Histograms are asked for by their parts.
std::string family_of(std::string name) {
  for (const std::string_view part : {"_bucket", "_sum", "_count"})
    if (name.ends_with(part)) return name.substr(0, name.size() - part.size());
  return name;
}

TEST(OperationsPage, AlertsAndDashboardAskOnlyForMetricsThatExist) {
  const auto documented = documented_metrics(page());
  for (const auto* file : {"deploy/prometheus/understudy.rules.yaml",
                           "deploy/prometheus/understudy.rules.test.yaml", "deploy/grafana/understudy.json"})
    for (const auto& name : metrics_in(read_file(source_tree() / file)))
      EXPECT_TRUE(documented.contains(family_of(name))) << name << " in " << file;
}

TEST(OperationsPage, PromtoolFindsNothingToSayAboutAScrape) {
  if (!has_promtool()) GTEST_SKIP() << "promtool (package prometheus) is not here";
  const TemporaryDirectory directory;
  const auto file = directory.write("metrics", Scraped().text());
  EXPECT_EQ(run("promtool check metrics < " + file.string()), "");
}

TEST(OperationsPage, AlertsPassTheirTests) {
  if (!has_promtool()) GTEST_SKIP() << "promtool (package prometheus) is not here";
  const auto folder = (source_tree() / "deploy/prometheus").string();
  EXPECT_NE(run("promtool check rules " + folder + "/understudy.rules.yaml").find("SUCCESS"),
            std::string::npos);
  const auto said = run("promtool test rules " + folder + "/understudy.rules.test.yaml");
  EXPECT_NE(said.find("SUCCESS"), std::string::npos) << said;
}

}  // namespace
}  // namespace understudy::test
