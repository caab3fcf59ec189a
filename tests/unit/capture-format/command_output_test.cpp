// Every capture that any command writes is read by stock tools: zstd checks it, protoc decodes it, cat joins
// it.
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <cstdlib>
#include <filesystem>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class CommandOutput : public ::testing::Test {
 protected:
  void SetUp() override {
    if (shell("command -v zstd >/dev/null && command -v protoc >/dev/null") != 0)
      GTEST_SKIP() << "zstd and protoc are not installed: the check with stock tools did not run";
    write_file(path("in.ucap.zst"), capture_of_samples(0, 60));
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  void run(const std::vector<std::string>& arguments) {
    const auto result = run_capture(arguments);
    ASSERT_EQ(result.code, ExitCode::ok) << arguments[0] << ": " << result.err << result.out;
  }

  /// How many exchanges protoc finds in what zstd gives.
  std::size_t decoded(const std::string& file) {
    const char* source = std::getenv("UNDERSTUDY_SOURCE");
    const auto proto = std::string(source != nullptr ? source : ".") + "/capture-format/proto";
    EXPECT_EQ(shell("zstd -q -t '" + file + "'"), 0) << file;
    EXPECT_EQ(shell("zstd -q -dc '" + file + "' | protoc --decode=understudy.capture.v1.CaptureStream -I '" +
                    proto + "' capture.proto > '" + path("text") + "'"),
              0)
        << file;
    const auto text = read_file(path("text"));
    constexpr std::string_view kExchange = "\n  exchange {";
    std::size_t found = 0;
    for (auto at = text.find(kExchange); at != std::string::npos; at = text.find(kExchange, at + 1)) ++found;
    return found;
  }

  void expect_stock_readable(const std::string& file, std::size_t exchanges) {
    EXPECT_EQ(decoded(file), exchanges) << file;
    ASSERT_EQ(shell("cat '" + file + "' '" + path("in.ucap.zst") + "' > '" + path("joined") + "'"), 0);
    EXPECT_EQ(read_back_file(path("joined")).exchanges.size(), exchanges + 60) << file;
    EXPECT_EQ(read_back_file(path("joined")).damage.incidents, 0u) << file;
  }

  TemporaryDirectory directory_;
};

TEST_F(CommandOutput, OfEveryImport) {
  write_file(path("a.har"), R"({"log":{"creator":{"name":"mitmproxy"},"entries":[{"request":{"method":"POST",
      "url":"http://a/b","postData":{"text":"\udcff"}},"response":{"status":200,"content":{"text":"hi"}}}]}})");
  write_file(path("a.gor"), "1 1f90c3500001020300000001 5 0\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  write_file(path("a.log"), "198.18.0.1 - - [10/Oct/2023:13:55:36 +0200] \"GET /a HTTP/1.1\" 200 1\n");
  for (const auto& [format, input] : {std::pair{"har", "a.har"}, std::pair{"mitmproxy-har", "a.har"},
                                      std::pair{"gor", "a.gor"}, std::pair{"access-log", "a.log"}}) {
    const auto out = path(std::string(format) + ".ucap.zst");
    run({"import", "--from", format, path(input), "-o", out});
    expect_stock_readable(out, 1);
  }
}

TEST_F(CommandOutput, OfMergeCompactRecoverAndIndex) {
  for (const auto* command : {"merge", "compact", "recover"}) {
    const auto out = path(std::string(command) + ".ucap.zst");
    run({command, path("in.ucap.zst"), "-o", out});
    expect_stock_readable(out, 60);
  }
  const auto bytes = read_file(path("in.ucap.zst"));
  write_file(path("torn.ucap.zst.part"), bytes.substr(0, chunk_places(bytes).back().end));
  run({"index", "--rebuild", path("torn.ucap.zst.part"), "-o", path("index.ucap.zst")});
  expect_stock_readable(path("index.ucap.zst"), 60);
}

TEST_F(CommandOutput, OfASplitByEachKey) {
  for (const auto* by : {"time", "connection", "endpoint", "shard"}) {
    const auto parts = path(std::string("by-") + by);
    run({"split", "--by", by, "--parts", "2", "--every", "1h", path("in.ucap.zst"), "-o", parts});
    std::size_t together = 0;
    for (const auto& file : files_in(parts)) together += decoded(file.string());
    EXPECT_EQ(together, 60u) << by;
    expect_stock_readable(files_in(parts).front().string(),
                          read_back_file(files_in(parts).front()).exchanges.size());
  }
}

/// Valid to zstd, and an empty message.
TEST_F(CommandOutput, OfEncryption) {
  const auto key = path("capture.key");
  run({"keygen", "--id", "first", "--output", key});
  run({"merge", "--encrypt", "--key-file", key, path("in.ucap.zst"), "-o", path("sealed.ucap.zst")});
  EXPECT_EQ(decoded(path("sealed.ucap.zst")), 0u);
  const auto first = run_capture({"cat", "--json", "--limit", "1", path("in.ucap.zst")}).out;
  const auto session = std::string(boost::json::parse(first).at("session_key").as_string());
  run({"purge", "--session", session, "--capture-key-file", key, path("sealed.ucap.zst")});
  EXPECT_EQ(decoded(path("sealed.ucap.zst")), 0u);
  EXPECT_EQ(run_capture({"cat", "--count", "--key-file", key, path("sealed.ucap.zst")}).out, "59\n");
  run({"keygen", "--rotate", "--id", "second", "--output", key});
  run({"rekey", "--key-file", key, path("sealed.ucap.zst")});
  EXPECT_EQ(decoded(path("sealed.ucap.zst")), 0u);
  for (const auto* command : {"compact", "recover"}) {
    const auto out = path(std::string("sealed-") + command);
    run({command, "--key-file", key, path("sealed.ucap.zst"), "-o", out});
    EXPECT_EQ(decoded(out), 0u) << command;
    EXPECT_EQ(run_capture({"cat", "--count", "--key-file", key, out}).out, "59\n") << command;
  }
}

TEST_F(CommandOutput, OfAPurge) {
  std::filesystem::copy_file(path("in.ucap.zst"), path("purged.ucap.zst"));
  const auto first = run_capture({"cat", "--json", "--limit", "1", path("in.ucap.zst")}).out;
  const auto key = std::string(boost::json::parse(first).at("session_key").as_string());
  run({"purge", "--session", key, path("purged.ucap.zst")});
  expect_stock_readable(path("purged.ucap.zst"), 59);
}

}  // namespace
}  // namespace understudy::capture::testing
