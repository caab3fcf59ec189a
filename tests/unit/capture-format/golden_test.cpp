// A file that each minor version of the format has written is kept and stays readable for ever.
#include "capture-format/file_writer.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

constexpr std::uint64_t kExchanges = 12;

std::filesystem::path golden(const std::string& name) {
  const char* source = std::getenv("UNDERSTUDY_SOURCE");
  return std::filesystem::path(source != nullptr ? source : ".") / "tests/unit/capture-format/golden" / name;
}

/// For the next minor version: run this test with UNDERSTUDY_WRITE_GOLDEN=vN.M.ucap.zst and keep what it
/// wrote.
void write_golden(const std::filesystem::path& path) {
  FileWriterOptions options;
  options.output = path;
  options.chunk_bytes = 2048;
  options.source = "golden";
  options.scrub_policy = 77;
  auto writer = FileWriter::open(options);
  ASSERT_TRUE(writer.has_value()) << writer.error().message;
  for (std::uint64_t i = 0; i < kExchanges; ++i) ASSERT_TRUE((*writer)->append(sample_exchange(i, 100).view));
  Gap gap;
  gap.add(GapReason::disk_full, 3, 30, 1'700'000'000'000'000'000);
  (*writer)->add_gap(gap);
  ASSERT_TRUE((*writer)->finish());
}

TEST(GoldenFiles, OfEveryMinorVersionAreReadAsTheyWereWritten) {
  if (const char* name = std::getenv("UNDERSTUDY_WRITE_GOLDEN")) write_golden(golden(name));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden(""))) {
    ++files;
    const auto read = read_back_file(entry.path());
    EXPECT_TRUE(read.sealed) << entry.path();
    EXPECT_EQ(read.damage.incidents, 0u) << entry.path();
    EXPECT_EQ(read.gaps.exchanges, 3u);
    EXPECT_EQ(read.gaps.bytes, 30u);
    EXPECT_TRUE(read.gaps.has(GapReason::disk_full));
    ASSERT_EQ(read.exchanges.size(), kExchanges) << entry.path();
    for (std::uint64_t i = 0; i < kExchanges; ++i)
      EXPECT_EQ(read.exchanges[i], describe(sample_exchange(i, 100).view)) << entry.path() << i;
  }
  EXPECT_GE(files, 1u);
}

}  // namespace
}  // namespace understudy::capture::testing
