#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class Commands : public ::testing::Test {
 protected:
  void SetUp() override {
    bytes_ = capture_of_samples(0, 60);
    write_file(file_, bytes_);
  }

  TemporaryDirectory directory_;
  std::string file_ = (directory_.path() / "sample.ucap.zst").string();
  std::string bytes_;
};

TEST_F(Commands, InfoTellsCountsForPeopleAndForPrograms) {
  const auto text = run_capture({"info", file_});
  EXPECT_EQ(text.code, ExitCode::ok) << text.err;
  EXPECT_NE(text.out.find("60 on 20 connections"), std::string::npos) << text.out;
  const auto json = run_capture({"info", "--json", file_});
  const auto file = boost::json::parse(json.out).at("files").at(0);
  EXPECT_EQ(file.at("exchanges").to_number<int>(), 60);
  EXPECT_EQ(file.at("connections").to_number<int>(), 20);
  EXPECT_EQ(file.at("methods").at("GET").to_number<int>(), 30);
  EXPECT_EQ(file.at("status").at("none").to_number<int>(), 4);
  EXPECT_TRUE(file.at("sealed").as_bool());
  EXPECT_EQ(file.at("endpoints").at(0).at("endpoint").as_string(), "GET /orders/{}");
}

TEST_F(Commands, VerifyIsQuietAboutIntactFilesAndNamesEachDamage) {
  for (const auto* depth : {"--deep", "--json"}) {
    const auto good = run_capture({"verify", depth, file_});
    EXPECT_EQ(good.code, ExitCode::ok) << good.out << good.err;
  }
  auto damaged = bytes_;
  for (const std::size_t chunk : {1, 3}) damaged[chunk_places(bytes_)[chunk].data + 9] ^= 1;
  write_file(file_, damaged);
  const auto bad = run_capture({"verify", file_});
  EXPECT_EQ(bad.code, ExitCode::failed);
  EXPECT_NE(bad.out.find("chunk 1 at offset"), std::string::npos) << bad.out;
  EXPECT_NE(bad.out.find("chunk 3 at offset"), std::string::npos) << bad.out;
  EXPECT_NE(bad.out.find("2 chunks lost"), std::string::npos) << bad.out;
  EXPECT_EQ(run_capture({"verify", "--deep", file_}).code, ExitCode::failed);
  EXPECT_EQ(run_capture({"info", file_}).code, ExitCode::failed);
  EXPECT_EQ(run_capture({"cat", file_}).code, ExitCode::failed);
}

TEST_F(Commands, CatPrintsOneLineOrOneJsonObjectForEachExchange) {
  const auto text = run_capture({"cat", file_});
  EXPECT_EQ(text.code, ExitCode::ok);
  EXPECT_EQ(std::count(text.out.begin(), text.out.end(), '\n'), 60);
  const auto json = run_capture({"cat", "--json", "--limit", "7", file_});
  std::istringstream lines(json.out);
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    const auto exchange = boost::json::parse(line);
    EXPECT_EQ(exchange.at("id").to_number<int>(), ++count);
    EXPECT_TRUE(exchange.at("request").at("headers").is_array());
  }
  EXPECT_EQ(count, 7);
}

TEST_F(Commands, MissingFilesAndOtherFilesAreOneLineAndExitTwo) {
  write_file(directory_.path() / "noise", std::string(5000, 'n'));
  std::filesystem::create_directory(directory_.path() / "empty");
  for (const auto* name : {"absent", "noise", "empty"}) {
    const auto path = directory_.path() / name;
    for (const auto* command : {"info", "verify", "cat"}) {
      const auto result = run_capture({command, path.string()});
      EXPECT_EQ(result.code, ExitCode::usage) << command << path;
      EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
      EXPECT_NE(result.err.find(path.string()), std::string::npos) << result.err;
    }
  }
}

TEST_F(Commands, ExportRefusesUnscrubbedFilesAndFilesOfUnknownProvenance) {
  const auto har = (directory_.path() / "in.har").string();
  const auto capture = (directory_.path() / "raw.ucap.zst").string();
  const auto output = (directory_.path() / "out.har").string();
  write_file(
      har,
      R"({"log":{"entries":[{"request":{"method":"GET","url":"http://a/b"},"response":{"status":200}}]}})");
  ASSERT_EQ(run_capture({"import", "--from", "har", har, "-o", capture, "--allow-unscrubbed"}).code,
            ExitCode::ok);
  const auto refused = run_capture({"export", "--to", "har", capture, "--output", output});
  EXPECT_EQ(refused.code, ExitCode::usage);
  EXPECT_NE(refused.err.find("--allow-unscrubbed"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(output));
  EXPECT_EQ(run_capture({"export", "--to", "har", capture, "--output", output, "--allow-unscrubbed"}).code,
            ExitCode::ok);
  EXPECT_TRUE(std::filesystem::exists(output));

  auto header_damaged = bytes_;
  header_damaged[100] ^= 1;
  write_file(file_, header_damaged);
  EXPECT_EQ(run_capture({"export", "--to", "har", file_}).code, ExitCode::usage);
}

TEST_F(Commands, MalformedHarsLeaveNothingBehind) {
  const auto har = (directory_.path() / "in.har").string();
  const auto before = files_in(directory_.path()).size() + 1;
  for (const auto* text :
       {"", "{", "[]", "{\"log\":{}}", "{\"log\":{\"entries\":{}}}", "{\"log\":{\"entries\":[{]}}",
        "{\"log\":{\"entries\":[{\"a\":}]}}", "{\"log\":{\"entries\":[]}} tail", "{\"log\":{\"entries\":[{}",
        "{\"log\":{\"entries\":[{},{\"request\":\"\xff\"}]}}"}) {
    write_file(har, text);
    const auto result =
        run_capture({"import", "--from", "har", har, "-o", (directory_.path() / "o.ucap.zst").string()});
    EXPECT_EQ(result.code, ExitCode::usage) << text;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << text << '\n' << result.err;
    EXPECT_EQ(files_in(directory_.path()).size(), before) << text;
  }
}

TEST_F(Commands, TheKeyFileMakesTokensStableAndABadOneIsRefused) {
  const auto har = (directory_.path() / "in.har").string();
  const auto key = (directory_.path() / "key").string();
  write_file(har, R"({"log":{"entries":[{"request":{"method":"GET","url":"http://a/b?mail=jo%40example.org",
    "headers":[{"name":"Authorization","value":"Bearer abcdefghijklmnop"}]},"response":{"status":200}}]}})");
  write_file(key, std::string(64, 'a') + "\n");
  const auto text_of = [&](const std::string& name) {
    const auto capture = (directory_.path() / name).string();
    const auto imported = run_capture({"import", "--from", "har", "--key-file", key, har, "-o", capture});
    EXPECT_EQ(imported.code, ExitCode::ok) << imported.err;
    return run_capture({"cat", "--json", capture}).out;
  };
  const auto first = text_of("1.ucap.zst");
  EXPECT_EQ(first, text_of("2.ucap.zst"));
  EXPECT_EQ(first.find("abcdefghijklmnop"), std::string::npos) << first;
  EXPECT_EQ(first.find("example.org"), std::string::npos) << first;
  write_file(key, "short");
  EXPECT_EQ(run_capture({"import", "--from", "har", "--key-file", key, har, "-o", "x"}).code,
            ExitCode::usage);
}

TEST_F(Commands, AnImportOfWhichNothingIsLeftFailsAndLeavesNoFile) {
  const auto har = (directory_.path() / "bad.har").string();
  const auto capture = (directory_.path() / "bad.ucap.zst").string();
  write_file(har, R"({"log":{"entries":[{}]}})");
  const auto refused = run_capture({"import", "--from", "har", har, "-o", capture});
  EXPECT_EQ(refused.code, ExitCode::usage);
  EXPECT_NE(refused.err.find("none of the 1 entries"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(capture));
}

TEST_F(Commands, ForceNeverReplacesAnInput) {
  const auto other_name = (directory_.path() / "link.ucap.zst").string();
  std::filesystem::create_hard_link(file_, other_name);
  EXPECT_EQ(run_capture({"export", "--to", "har", "--force", "-o", other_name, file_}).code, ExitCode::usage);
  EXPECT_EQ(run_capture({"import", "--from", "har", "--force", "-o", file_, file_}).code, ExitCode::usage);
  EXPECT_EQ(run_capture({"verify", file_}).code, ExitCode::ok);
}

TEST_F(Commands, AFileCutInsideItsHeaderIsDamagedNotForeign) {
  for (const std::size_t length : {20, 60, 200}) {
    write_file(file_, bytes_.substr(0, length));
    EXPECT_EQ(run_capture({"info", file_}).code, ExitCode::failed) << length;
    EXPECT_EQ(run_capture({"verify", file_}).code, ExitCode::failed) << length;
  }
}

TEST_F(Commands, InfoPrintsNoHalfOfAJsonObject) {
  const auto result = run_capture({"info", "--json", file_, (directory_.path() / "absent").string()});
  EXPECT_EQ(result.code, ExitCode::usage);
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace understudy::capture::testing
