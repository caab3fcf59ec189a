// A file writer with threads writes what one without writes.
#include "capture-format/file_writer.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

ReadBack written_with(unsigned threads, bool with_gap) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "sample.ucap.zst";
  options.chunk_bytes = 4096;
  options.threads = threads;
  auto writer = FileWriter::open(options);
  EXPECT_TRUE(writer.has_value());
  for (std::uint64_t i = 0; i < 300; ++i)
    EXPECT_TRUE((*writer)->append(sample_exchange(i, i == 100 ? 20'000 : 300).view).has_value());
  Gap gap;
  gap.add(GapReason::upstream, 3, 500, 1'000);
  if (with_gap) (*writer)->add_gap(gap);
  EXPECT_TRUE((*writer)->finish().has_value());
  return read_back_file(options.output);
}

TEST(ParallelWriter, WritesTheSameChunksAsASequentialOne) {
  for (const bool with_gap : {false, true}) {
    const auto expected = written_with(1, with_gap);
    const auto back = written_with(4, with_gap);
    EXPECT_EQ(back.exchanges, expected.exchanges);
    EXPECT_EQ(back.totals.chunks, expected.totals.chunks);
    EXPECT_EQ(back.totals.stored_bytes, expected.totals.stored_bytes);
    EXPECT_EQ(back.gaps.exchanges, with_gap ? 3U : 0U);
    EXPECT_EQ(back.damage.incidents, 0U);
    EXPECT_TRUE(back.sealed);
  }
}

TEST(ParallelWriter, WhatIsNotFinishedLeavesNothing) {
  const TemporaryDirectory directory;
  {
    FileWriterOptions options;
    options.output = directory.path() / "sample.ucap.zst";
    options.chunk_bytes = 4096;
    options.threads = 3;
    auto writer = FileWriter::open(options);
    for (std::uint64_t i = 0; i < 100; ++i) ASSERT_TRUE((*writer)->append(sample_exchange(i).view));
  }
  EXPECT_TRUE(files_in(directory.path()).empty());
}

}  // namespace
}  // namespace understudy::capture::testing
