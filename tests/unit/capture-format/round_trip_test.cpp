#include "capture-format/file_writer.hpp"
#include "capture-format/layout/limits.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace understudy::capture::testing {
namespace {

TEST(RoundTrip, EveryFieldComesBackInFileOrder) {
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < 200; ++i) samples.push_back(sample_exchange(i));
  const auto back = read_back_bytes(capture_of(samples));
  ASSERT_EQ(back.exchanges.size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(back.exchanges[i], describe(samples[i].view));
  EXPECT_TRUE(back.sealed);
  EXPECT_TRUE(back.damage.notes.empty());
  EXPECT_GT(back.totals.chunks, 10u);
}

TEST(RoundTrip, ArbitraryBytesInEveryTextFieldComeBack) {
  const auto holds = rc::check("arbitrary messages", [](const std::string& target, const std::string& value,
                                                        const std::string& body, std::uint32_t status) {
    SampleExchange sample = sample_exchange(1);
    sample.view.request.target = target;
    sample.view.request.headers = {{value, target}, {"", value}, {target, ""}};
    sample.view.request.body = body;
    sample.view.response.status = status;
    sample.view.response.content_decoded = status % 2 == 0;
    sample.view.response.truncation = Truncation::memory;
    sample.view.extensions = {{"har.url", value}};
    const auto expected = describe(sample.view);
    std::vector<SampleExchange> samples;
    samples.push_back(std::move(sample));
    const auto back = read_back_bytes(capture_of(samples));
    RC_ASSERT(back.exchanges.size() == 1u);
    RC_ASSERT(back.exchanges[0] == expected);
  });
  EXPECT_TRUE(holds);
}

TEST(RoundTrip, ARecordLargerThanAChunkGetsAChunkOfItsOwn) {
  std::vector<SampleExchange> samples;
  for (const std::uint64_t number : {1, 2, 3}) samples.push_back(sample_exchange(number));
  samples[1].view.request.body = samples[1].keep(std::string(300'000, 'x'));
  const auto bytes = capture_of(samples);
  EXPECT_EQ(chunk_places(bytes).size(), 3u);
  EXPECT_EQ(read_back_bytes(bytes).exchanges.size(), 3u);
}

TEST(RoundTrip, ARecordOverTheCapIsRefusedAndTheFileStaysGood) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "large.ucap.zst";
  auto writer = FileWriter::open(options);
  ASSERT_TRUE(writer.has_value());
  auto large = sample_exchange(1);
  large.view.request.body = large.keep(std::string(kRawBytesMax, 'x'));
  EXPECT_FALSE((*writer)->append(large.view).has_value());
  EXPECT_TRUE((*writer)->append(sample_exchange(2).view).has_value());
  ASSERT_TRUE((*writer)->finish().has_value());
  EXPECT_EQ(read_back_file(options.output).exchanges.size(), 1u);
}

TEST(RoundTrip, ConcatenatedFilesReadAsOneAfterTheOther) {
  const auto back = read_back_bytes(capture_of_samples(0, 40) + capture_of_samples(100, 30));
  ASSERT_EQ(back.exchanges.size(), 70u);
  EXPECT_EQ(back.exchanges[40], describe(sample_exchange(100).view));
  EXPECT_TRUE(back.damage.notes.empty());
  EXPECT_TRUE(back.sealed);
}

TEST(RoundTrip, AFileConcatenatedWithItselfReadsTwice) {
  const auto bytes = capture_of_samples(0, 40);
  const auto back = read_back_bytes(bytes + bytes);
  EXPECT_EQ(back.exchanges.size(), 80u);
  EXPECT_TRUE(back.damage.notes.empty());
}

TEST(FileWriter, LeavesNothingBehindUnlessFinished) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "out.ucap.zst";
  {
    auto writer = FileWriter::open(options);
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE((*writer)->append(sample_exchange(1).view).has_value());
    EXPECT_EQ(files_in(directory.path()).size(), 1u);
    EXPECT_FALSE(std::filesystem::exists(options.output));
  }
  EXPECT_TRUE(files_in(directory.path()).empty());
}

TEST(FileWriter, RefusesToReplaceAFileUnlessToldTo) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "out.ucap.zst";
  write_file(options.output, "precious");
  const auto refused = FileWriter::open(options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("--force"), std::string::npos);
  EXPECT_EQ(read_file(options.output), "precious");
  options.overwrite = true;
  auto writer = FileWriter::open(options);
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->append(sample_exchange(1).view).has_value());
  EXPECT_EQ(read_file(options.output), "precious");
  ASSERT_TRUE((*writer)->finish().has_value());
  EXPECT_EQ(read_back_file(options.output).exchanges.size(), 1u);
  EXPECT_EQ(files_in(directory.path()).size(), 1u);
}

TEST(FileWriter, AFileThatAppearsMeanwhileIsNotReplaced) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "out.ucap.zst";
  auto writer = FileWriter::open(options);
  ASSERT_TRUE(writer.has_value());
  write_file(options.output, "precious");
  EXPECT_FALSE((*writer)->finish().has_value());
  writer->reset();
  EXPECT_EQ(read_file(options.output), "precious");
  EXPECT_EQ(files_in(directory.path()).size(), 1u);
}

}  // namespace
}  // namespace understudy::capture::testing
