#include "core/base/units.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace understudy {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""us;

TEST(ParseSize, BinaryAndDecimalUnits) {
  EXPECT_EQ(parse_size_bytes("512").value(), 512U);
  EXPECT_EQ(parse_size_bytes("512B").value(), 512U);
  EXPECT_EQ(parse_size_bytes("64KiB").value(), 65536U);
  EXPECT_EQ(parse_size_bytes("1.5MiB").value(), 1572864U);
  EXPECT_EQ(parse_size_bytes("256MiB").value(), 268435456U);
  EXPECT_EQ(parse_size_bytes("2GiB").value(), 2147483648U);
  EXPECT_EQ(parse_size_bytes("10kB").value(), 10000U);
  EXPECT_EQ(parse_size_bytes("10MB").value(), 10000000U);
  EXPECT_EQ(parse_size_bytes("0").value(), 0U);
}

TEST(ParseSize, NonsenseAndOverflowFailWithTheText) {
  for (const std::string text :
       {"", "MiB", "-1MiB", "+1", "1 MiB", "1mib", "1XB", "1e3", "0x10", "nan", "inf", "1.2.3", ".",
        "99999999TiB", "9999999999999999999999", " 1", "1MiB "}) {
    const auto parsed = parse_size_bytes(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("'" + text + "'"), std::string::npos);
  }
}

TEST(ParseDuration, EveryUnit) {
  EXPECT_EQ(parse_duration("1ns").value(), 1ns);
  EXPECT_EQ(parse_duration("250us").value(), 250us);
  EXPECT_EQ(parse_duration("100ms").value(), 100ms);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("10m").value(), 10min);
  EXPECT_EQ(parse_duration("2h").value(), 2h);
  EXPECT_EQ(parse_duration("7d").value(), 168h);
  EXPECT_EQ(parse_duration("0s").value(), 0ns);
}

TEST(ParseDuration, AUnitIsRequired) {
  for (const std::string text :
       {"", "5", "s", "-5s", "5 s", "5S", "5sec", "1e9s", "1000000d", "5s5s", "five"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(ParsePercent, IsAFraction) {
  EXPECT_DOUBLE_EQ(parse_percent("10").value(), 0.1);
  EXPECT_DOUBLE_EQ(parse_percent("10%").value(), 0.1);
  EXPECT_DOUBLE_EQ(parse_percent("0.5%").value(), 0.005);
  EXPECT_DOUBLE_EQ(parse_percent("0").value(), 0.0);
  EXPECT_DOUBLE_EQ(parse_percent("100%").value(), 1.0);
}

TEST(ParsePercent, OutsideZeroToHundredFails) {
  for (const std::string text : {"", "%", "-1%", "100.1%", "101", "10 %", "10%%", "ten"})
    EXPECT_FALSE(parse_percent(text)) << text;
}

TEST(ParseCount, TakesTheWholeRangeAndNothingElse) {
  EXPECT_EQ(parse_count("0").value(), 0U);
  EXPECT_EQ(parse_count("18446744073709551615").value(), std::numeric_limits<std::uint64_t>::max());
  for (const std::string text : {"", "18446744073709551616", "-1", "+1", "1.0", "1k", " 1", "1 ", "0x1"})
    EXPECT_FALSE(parse_count(text)) << text;
}

TEST(ParseNumber, TakesPlainDecimals) {
  EXPECT_DOUBLE_EQ(parse_number("0.25").value(), 0.25);
  EXPECT_DOUBLE_EQ(parse_number("500").value(), 500.0);
  for (const std::string text : {"", "-1", "1x", "inf", "nan", "1e5", "."})
    EXPECT_FALSE(parse_number(text)) << text;
  EXPECT_FALSE(parse_number(std::string(400, '9')));
}

TEST(Format, Sizes) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(12 * 1024), "12.0 KiB");
  EXPECT_EQ(format_size(1536ULL * 1024 * 1024), "1.5 GiB");
  EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "16777216.0 TiB");
}

TEST(Format, Durations) {
  EXPECT_EQ(format_duration(312ns), "312 ns");
  EXPECT_EQ(format_duration(1500us), "1.5 ms");
  EXPECT_EQ(format_duration(125s), "2 min 05 s");
  EXPECT_EQ(format_duration(3h + 7min), "3 h 07 min");
}

TEST(Format, CountsInGroupsOfThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(12345678), "12,345,678");
}

TEST(Format, WallTimeIsUtcWithMilliseconds) {
  EXPECT_EQ(format_wall_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_wall_time(1767607200123999999), "2026-01-05T10:00:00.123Z");
}

}  // namespace
}  // namespace understudy
