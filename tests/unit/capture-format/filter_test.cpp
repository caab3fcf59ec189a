#include "capture-format/filter.hpp"

#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <thread>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

Filter filter(const std::string& text) {
  const std::vector<std::string> expressions{text};
  auto parsed = Filter::parse(expressions);
  EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
  return *parsed;
}

ExchangeView exchange_of(std::string_view method, std::string_view target, std::uint32_t status) {
  ExchangeView exchange;
  exchange.start_ns = 1'767'607'200'000'000'000;  // 2026-01-05T10:00:00Z
  exchange.request.method = method;
  exchange.request.target = target;
  exchange.request.authority = "shop.example";
  exchange.request.headers = {{"X-Tenant", "blue"}};
  exchange.has_response = status != 0;
  exchange.response.status = status;
  exchange.response.headers = {{"Content-Type", "application/json"}};
  exchange.timings.response_done_ns = 600'000'000;
  return exchange;
}

TEST(Filter, EveryFieldAndOperatorMeansWhatItSays) {
  const auto order = exchange_of("POST", "/orders/17?x=1", 503);
  for (const auto* yes : {"",
                          "status=5xx",
                          "status=404|5xx",
                          "status>=500",
                          "status<504",
                          "status!=404",
                          "method=GET|POST",
                          "method!=GET",
                          "endpoint=/orders/{}",
                          "endpoint~orders",
                          "target~x=1",
                          "target=/orders/17?x=1",
                          "host=shop.example",
                          "latency>500ms",
                          "latency<=600ms",
                          "header:x-tenant=blue",
                          "header:content-type~json",
                          "header:x-tenant!=red",
                          "time>=2026-01-05T10:00:00Z",
                          "time<2026-01-05T10:00:01Z",
                          "outcome=not_sampled",
                          "fate=ok",
                          "fate!=reset",
                          "status=5xx method=POST   latency>1ms"})
    EXPECT_TRUE(filter(yes).matches(order)) << yes;
  for (const auto* no : {"status=4xx", "status<500", "status=none", "method=GET", "endpoint=/orders",
                         "target~/x", "host=other", "latency>600ms", "header:x-tenant=red", "header:absent~a",
                         "time<2026-01-05T10:00:00Z", "outcome=sent", "fate=reset", "status=5xx method=GET"})
    EXPECT_FALSE(filter(no).matches(order)) << no;
  const auto lost = exchange_of("GET", "/", 0);
  EXPECT_TRUE(filter("status=none").matches(lost));
  EXPECT_FALSE(filter("status<500").matches(lost));
  EXPECT_FALSE(filter("status>=100").matches(lost));
}

TEST(Filter, WhatIsNoTermIsNamedInOneSentence) {
  for (const auto* bad : {"status", "=5xx", "colour=blue", "status=6", "status=abc", "latency>5",
                          "latency=5ms", "time>yesterday", "method<GET", "header=a", "header:=a", "fate~ok",
                          "outcome=maybe", "status>400|500", "target=", "status=5xx junk"}) {
    const std::vector<std::string> expressions{bad};
    const auto parsed = Filter::parse(expressions);
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_NE(parsed.error().message.find("filter '"), std::string::npos) << parsed.error().message;
  }
}

class FilteredFile : public ::testing::Test {
 protected:
  /// What `cat` with the filter must print: what it prints without, judged one by one.
  void expect_same_as_one_by_one(const std::string& terms) {
    auto all = Reader::open(file_);
    ASSERT_TRUE(all.has_value());
    const auto wanted = filter(terms);
    std::uint64_t expected = 0;
    while (const auto* exchange = all->next()) expected += wanted.matches(*exchange) ? 1 : 0;
    const auto result = run_capture({"cat", "--count", "--where", terms, file_});
    EXPECT_EQ(result.code, ExitCode::ok) << result.err;
    EXPECT_EQ(result.out, std::to_string(expected) + "\n") << terms;
  }

  TemporaryDirectory directory_;
  std::string file_ = (directory_.path() / "sample.ucap.zst").string();
};

TEST_F(FilteredFile, SkippingChunksByTheirHeadersLosesNoExchange) {
  write_file(file_, capture_of_samples(0, 500, 4096));
  for (const auto* terms :
       {"status=5xx", "status=none", "status>=400", "status<300", "method=DELETE", "method=GET|PUT",
        "endpoint=/orders/{}", "latency>1ms", "latency<1ms", "latency>=3ms", "outcome=sent",
        "outcome=not_sampled", "outcome=write_blocked|timeout", "time>=1970-01-01T00:00:00Z",
        "time<2026-06-01T00:00:00Z", "status!=200", "fate=reset", "status=404 method=GET"})
    expect_same_as_one_by_one(terms);
}

TEST_F(FilteredFile, ChunksWithoutWantedExchangesAreNotRead) {
  std::vector<SampleExchange> exchanges;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    auto each = sample_exchange(i);
    each.view.has_response = true;
    each.view.response.status = i == 1500 ? 500 : 200;
    exchanges.push_back(std::move(each));
  }
  const auto bytes = capture_of(exchanges, 16 * 1024);
  write_file(file_, bytes);
  auto reader = Reader::open(file_, filter("status=5xx"));
  ASSERT_TRUE(reader.has_value());
  std::size_t found = 0;
  while (reader->next() != nullptr) ++found;
  EXPECT_EQ(found, 1u);
  EXPECT_EQ(reader->totals().chunks, 1u);
  EXPECT_EQ(reader->damage().incidents, 0u);
  EXPECT_TRUE(reader->sealed());
}

TEST_F(FilteredFile, FollowPrintsWhatIsAppendedUntilTheFileIsSealed) {
  const auto bytes = capture_of_samples(0, 60);
  const auto places = chunk_places(bytes);
  ASSERT_GT(places.size(), 3u);
  // In the middle of the third chunk: what is torn now is whole later.
  const auto cut = (places[2].data + places[2].end) / 2;
  write_file(file_, bytes.substr(0, cut));
  std::atomic<bool> done{false};
  CommandResult result;
  std::thread following([&] {
    result = run_capture({"cat", "--follow", "--count", file_});
    done = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  EXPECT_FALSE(done);
  {
    auto* file = std::fopen(file_.c_str(), "ab");
    std::fwrite(bytes.data() + cut, 1, bytes.size() - cut, file);
    std::fclose(file);
  }
  following.join();
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(result.out, "60\n");
}

TEST_F(FilteredFile, ACaptureIsReadFromAPipe) {
  write_file(file_, capture_of_samples(0, 60));
  const auto pipe = (directory_.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writing([&] { write_file(pipe, read_file(file_)); });
  const auto result = run_capture({"cat", "--count", pipe});
  writing.join();
  EXPECT_EQ(result.out, "60\n") << result.err;
}

}  // namespace
}  // namespace understudy::capture::testing
