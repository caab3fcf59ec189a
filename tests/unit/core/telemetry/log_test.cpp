#include "core/telemetry/log.hpp"

#include "core/telemetry/log_rate.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace understudy::telemetry {
namespace {

/// What logging writes to stderr between start and stop.
template <class Body>
std::string written(Level level, LogFormat format, Body body) {
  testing::internal::CaptureStderr();
  start_logging(level, format);
  body();
  stop_logging();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, TextLinesAreLogfmtWithUtcTime) {
  const auto text = written(Level::info, LogFormat::text, [] {
    log(Level::warning, "shadow_breaker_opened",
        {{"shadow", "staging"},
         {"failures", std::uint64_t{5}},
         {"note", "no answer"},
         {"ratio", 0.5},
         {"new", true}});
  });
  EXPECT_NE(
      text.find("Z level=warning event=shadow_breaker_opened shadow=staging failures=5 note=\"no answer\" "
                "ratio=0.5 new=true\n"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.rfind("time=20", 0), 0u);
}

TEST(Log, JsonLinesHoldTheSameFields) {
  const auto text = written(Level::info, LogFormat::json, [] {
    log(Level::error, "failed", {{"why", "a \"quoted\"\nword"}, {"count", std::int64_t{-3}}});
  });
  EXPECT_NE(text.find(R"("level":"error","event":"failed","why":"a \"quoted\"\nword","count":-3})"),
            std::string::npos)
      << text;
}

TEST(Log, ForeignTextCannotForgeALine) {
  const auto text = written(Level::info, LogFormat::text, [] {
    log(Level::info, "request", {{"target", "/x\nlevel=error event=forged \x1b[2J"}});
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  const auto text = written(Level::warning, LogFormat::text, [] { log(Level::info, "quiet"); });
  EXPECT_TRUE(text.empty()) << text;
}

TEST(Log, NoColourWhenStderrIsNoTerminal) {
  const auto text = written(Level::info, LogFormat::text, [] { log(Level::error, "red"); });
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Log, AnEndlessValueIsCut) {
  const std::string endless(1 << 20, 'a');
  const auto text = written(Level::info, LogFormat::json, [&] {
    log(Level::info, "long", {{"a", endless}, {"b", endless}, {"c", endless}});
  });
  EXPECT_LT(text.size(), 10'000u);
  EXPECT_NE(text.find("\"cut\":true}"), std::string::npos);
}

TEST(Log, EveryLineIsWrittenOrCountedAsDropped) {
  constexpr std::size_t kLines = 50'000;
  const auto text = written(Level::info, LogFormat::text, [] {
    for (std::size_t i = 0; i < kLines; ++i) log(Level::info, "line");
  });
  std::size_t dropped = 0;
  if (const auto at = text.find("event=log_lines_dropped lines="); at != std::string::npos)
    dropped = std::stoul(text.substr(at + 30));
  const auto lines =
      static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) - (dropped > 0 ? 1 : 0);
  EXPECT_LE(lines + dropped, kLines);
  EXPECT_GE(lines + dropped + 2, kLines) << "the last notices themselves may push out two more";
}

TEST(Log, ARateLetsOneLineASecondThroughAndCountsTheOthers) {
  LogRate rate;
  const Monotonic::time_point start(std::chrono::hours(1));
  EXPECT_EQ(rate.admits(start), 0U);
  EXPECT_EQ(rate.admits(start + std::chrono::milliseconds(1)), std::nullopt);
  EXPECT_EQ(rate.admits(start + std::chrono::milliseconds(999)), std::nullopt);
  EXPECT_EQ(rate.admits(start + std::chrono::seconds(1)), 2U);
  EXPECT_EQ(rate.admits(start + std::chrono::seconds(3)), 0U);
}

TEST(Log, BeforeTheStartOnlyTroubleIsSaid) {
  testing::internal::CaptureStderr();
  log(Level::info, "quiet");
  log(Level::error, "loud", {{"why", "x y"}});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "level=error event=loud why=\"x y\"\n");
}

}  // namespace
}  // namespace understudy::telemetry
