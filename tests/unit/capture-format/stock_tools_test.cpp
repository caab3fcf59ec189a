// What FORMAT.md promises to people without our program: zstd and protoc read every file that we write.
#include "capture-format/recorder.hpp"
#include "capture.pb.h"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <regex>
#include <stdlib.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

bool has_tools() { return shell("command -v zstd >/dev/null && command -v protoc >/dev/null") == 0; }

std::string proto_directory() {
  const char* source = getenv("UNDERSTUDY_SOURCE");
  return std::string(source != nullptr ? source : ".") + "/capture-format/proto";
}

class StockTools : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_tools())
      GTEST_SKIP() << "zstd and protoc are not installed: the check with stock tools did not run";
  }

  void expect_readable(const std::filesystem::path& path, std::size_t exchanges) {
    EXPECT_EQ(shell("zstd -q -t '" + path.string() + "'"), 0);
    const auto text = (directory_.path() / "decoded.txt").string();
    EXPECT_EQ(shell("zstd -q -dc '" + path.string() +
                    "' | protoc --decode=understudy.capture.v1.CaptureStream -I '" + proto_directory() +
                    "' capture.proto > '" + text + "'"),
              0);
    const auto decoded = read_file(text);
    constexpr std::string_view kExchange = "\n  exchange {";
    std::size_t found = 0;
    for (auto at = decoded.find(kExchange); at != std::string::npos; at = decoded.find(kExchange, at + 1))
      ++found;
    EXPECT_EQ(found, exchanges);
  }

  TemporaryDirectory directory_;
};

TEST_F(StockTools, ReadAFileOfTheFileWriterAndTwoConcatenated) {
  const auto first = capture_of_samples(0, 60);
  const auto second = capture_of_samples(100, 20);
  write_file(directory_.path() / "a", first);
  write_file(directory_.path() / "b", second);
  expect_readable(directory_.path() / "a", 60);
  EXPECT_EQ(shell("cd '" + directory_.path().string() + "' && cat a b > c"), 0);
  expect_readable(directory_.path() / "c", 80);
  EXPECT_EQ(read_back_file(directory_.path() / "c").exchanges.size(), 80u);
}

TEST_F(StockTools, ReadAFileOfTheRecorderWithAGap) {
  RecorderOptions options;
  options.directory = directory_.path() / "captures";
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    (*recorder)->count_gap(3, 30);
    for (std::uint64_t i = 0; i < 30; ++i) ASSERT_TRUE((*recorder)->append(sample_exchange(i).view));
    (*recorder)->count_gap(4, 40);
  }
  const auto files = files_in(options.directory);
  ASSERT_EQ(files.size(), 1u);
  expect_readable(files[0], 30);
  EXPECT_EQ(read_back_file(files[0]).gaps.exchanges, 7u);
}

TEST_F(StockTools, TheGeneratedCodeSeesTheSameFields) {
  write_file(directory_.path() / "a", capture_of_samples(5, 1));
  ASSERT_EQ(shell("zstd -q -dc '" + (directory_.path() / "a").string() + "' > '" +
                  (directory_.path() / "raw").string() + "'"),
            0);
  v1::CaptureStream stream;
  ASSERT_TRUE(stream.ParseFromString(read_file(directory_.path() / "raw")));
  ASSERT_EQ(stream.record_size(), 2);  // its connection, then it
  const auto sample = sample_exchange(5);
  const auto& exchange = stream.record(1).exchange();
  EXPECT_EQ(stream.record(0).connection().id(), sample.view.connection_id);
  EXPECT_EQ(exchange.start_ns(), sample.view.start_ns);
  EXPECT_EQ(exchange.session_key(), sample.view.session_key);
  EXPECT_EQ(exchange.request().target(), sample.view.request.target);
  EXPECT_EQ(exchange.response().body(), sample.view.response.body);
  EXPECT_EQ(exchange.response().body_xxh64(), sample.view.response.body_hash);
  EXPECT_EQ(exchange.mirror(0).outcome(), v1::OUTCOME_WRITE_BLOCKED);
  EXPECT_EQ(exchange.scrub().policy(), 77u);
  EXPECT_EQ(exchange.ext(0).key(), "scheme");
}

}  // namespace
}  // namespace understudy::capture::testing
