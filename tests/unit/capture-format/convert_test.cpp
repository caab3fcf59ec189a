#include "capture-format/convert/access_log_line.hpp"
#include "capture-format/convert/gor_document.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <cstdlib>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <zlib.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

const std::string kSeparator = "\n" + std::string(kGorSeparator) + "\n";

std::string request_record(const std::string& id, std::uint64_t time, const std::string& message) {
  return "1 " + id + " " + std::to_string(time) + " 0\n" + message + kSeparator;
}
std::string response_record(const std::string& id, std::uint64_t time, const std::string& message) {
  return "2 " + id + " " + std::to_string(time) + " 500\n" + message + kSeparator;
}
const std::string kConnectionA = "1f90c35000010203";
const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

class Convert : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  /// The report of an unscrubbed import, and the exchanges that it gave.
  json::object import(const std::string& format, const std::string& input) {
    const auto result = run_capture({"import", "--from", format, "--json", "--allow-unscrubbed", "--force",
                                     input, "-o", path("out.ucap.zst")});
    EXPECT_EQ(result.code, ExitCode::ok) << result.err;
    const auto report = json::parse(result.out).as_object();
    EXPECT_EQ(number(report, "read"), number(report, "imported") + number(report, "refused"));
    read();
    return report;
  }
  json::object import_text(const std::string& format, const std::string& text) {
    write_file(path("input"), text);
    return import(format, path("input"));
  }
  void read() {
    exchanges_.clear();
    std::istringstream lines(export_to("ndjson", path("out.ucap.zst")).out);
    for (std::string line; std::getline(lines, line);) exchanges_.push_back(json::parse(line).as_object());
  }
  static CommandResult export_to(const std::string& format, const std::string& file) {
    return run_capture({"export", "--to", format, "--allow-unscrubbed", file});
  }
  static std::int64_t number(const json::object& object, std::string_view key) {
    return object.at(key).to_number<std::int64_t>();
  }
  static std::int64_t repairs(const json::object& report, std::string_view kind) {
    const auto* found = report.at("repairs_by_kind").as_object().if_contains(kind);
    return found == nullptr ? 0 : found->to_number<std::int64_t>();
  }

  TemporaryDirectory directory_;
  std::vector<json::object> exchanges_;
};

TEST_F(Convert, GorRequestsMeetTheirResponsesAndKeepTheirConnection) {
  const auto report = import_text(
      "gor",
      request_record(kConnectionA + "00000001", 1000, kGet) +
          response_record(kConnectionA + "00000001", 3000, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") +
          request_record("2a90c3500a0b0c0d00000009", 2000, kGet) +
          request_record(
              kConnectionA + "00000002", 4000,
              "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
  EXPECT_EQ(number(report, "imported"), 3);
  EXPECT_EQ(repairs(report, "no_response"), 2);
  ASSERT_EQ(exchanges_.size(), 3u);
  EXPECT_EQ(exchanges_[0].at("response").at("body").as_string(), "hi");
  EXPECT_EQ(exchanges_[0].at("timings").at("first_byte_ns").to_number<int>(), 2000);
  EXPECT_EQ(exchanges_[0].at("timings").at("response_done_ns").to_number<int>(), 2500);
  EXPECT_EQ(exchanges_[0].at("connection_id"), exchanges_[2].at("connection_id"));
  EXPECT_NE(exchanges_[0].at("connection_id"), exchanges_[1].at("connection_id"));
  EXPECT_EQ(number(exchanges_[2], "connection_sequence"), 1);
  EXPECT_EQ(exchanges_[2].at("request").at("body").as_string(), "abc");
}

TEST_F(Convert, GorFilesOfOlderVersionsHaveThreeFieldsAndHashedIds) {
  const std::string hashed(40, 'a');
  const auto report = import_text("gor", "1 " + hashed + " 1000\n" + kGet + kSeparator);
  EXPECT_EQ(number(report, "imported"), 1);
  EXPECT_EQ(number(report, "refused"), 0);
}

TEST_F(Convert, GorRecordsWithoutTheirSeparatorAreTakenApartAndCounted) {
  const auto id = [](int n) { return kConnectionA + "0000000" + std::to_string(n); };
  const auto unseparated = "1 " + id(1) + " 1000 0\n" + kGet + "\n";
  const auto report = import_text(
      "gor", unseparated +
                 request_record(id(2), 2000, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_EQ(number(report, "imported"), 2);
  EXPECT_EQ(repairs(report, "missing_separator"), 1);
  EXPECT_EQ(exchanges_[0].at("request").at("body").as_string(), "");
  EXPECT_EQ(exchanges_[1].at("request").at("body").as_string(), "abc");
}

TEST_F(Convert, GorDamageOfEveryKindIsNamed) {
  const auto id = [](int n) { return kConnectionA + "0000000" + std::to_string(n); };
  const auto report = import_text(
      "gor", request_record(id(1), 9000, "POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc") +
                 request_record(id(2), 1000, "GET /lf HTTP/1.1\nHost: x\n\n") +
                 response_record("ffffffffffffffffffffffff", 1000, "HTTP/1.1 200 OK\r\n\r\n") + "3 " + id(2) +
                 " 1000 5\nHTTP/1.1 200 OK\r\n\r\n" + kSeparator + "garbage\n" + kSeparator +
                 request_record(id(3), 1000, "not http at all\r\n\r\n") +
                 request_record(id(2), 2000, "POST /nolen HTTP/1.1\r\nHost: x\r\n\r\nbody\n"));
  EXPECT_EQ(number(report, "imported"), 3);
  EXPECT_EQ(repairs(report, "body_shorter_than_its_length"), 1);
  EXPECT_EQ(repairs(report, "bare_line_feed"), 1);
  EXPECT_EQ(repairs(report, "body_without_length"), 1);
  EXPECT_EQ(repairs(report, "duplicate_id"), 1);
  EXPECT_EQ(repairs(report, "out_of_order"), 2);
  const auto& refused = report.at("refused_by_reason").as_object();
  for (const auto* reason :
       {"response_without_request", "replayed_response", "no_meta_line", "malformed_request"})
    EXPECT_TRUE(refused.contains(reason)) << reason;
  EXPECT_EQ(exchanges_[0].at("request").at("target").as_string(), "/lf");
  EXPECT_EQ(exchanges_[1].at("request").at("body").as_string(), "body\n");
  EXPECT_EQ(exchanges_[2].at("request").at("truncation").as_string(), "disconnect");
  EXPECT_EQ(number(exchanges_[2].at("request").as_object(), "body_length"), 10);
}

TEST_F(Convert, GorTailOfACutGzipFileIsReadAsFarAsItGoes) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    char id[25];
    std::snprintf(id, sizeof id, "%016x%08x", i * 7919, i);
    text += request_record(id, 1000 + i, "GET /" + std::to_string(i * 7919) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const auto file = path("cut.gor.gz");
  gzFile gz = gzopen(file.c_str(), "wb6");
  ASSERT_EQ(gzwrite(gz, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(gz);
  const auto whole = read_file(file);
  write_file(file, whole.substr(0, whole.size() / 2));
  const auto report = import("gor", file);
  EXPECT_EQ(repairs(report, "input_cut_off"), 1);
  EXPECT_GT(number(report, "imported"), 100);
  EXPECT_LT(number(report, "imported"), 400);
}

TEST_F(Convert, ABodyThatHoldsTheSeparatorIsLeftOutOfAGorExportAndCounted) {
  const auto report = import_text("gor", request_record(kConnectionA + "00000001", 1000, kGet));
  write_file(
      path("har"),
      R"({"log":{"entries":[{"startedDateTime":"2020-01-01T00:00:00Z","request":{"method":"POST","url":"http://x/","headers":[],"postData":{"text":"a\n)" +
          std::string(kGorSeparator) + R"(\nb"}},"response":{"status":200,"headers":[]}}]}})");
  import("har", path("har"));
  const auto exported = export_to("gor", path("out.ucap.zst"));
  EXPECT_EQ(exported.code, ExitCode::ok);
  EXPECT_EQ(exported.out, "");
}

TEST_F(Convert, AccessLogLinesOfBothServersAreRead) {
  const auto report = import_text(
      "access-log",
      "198.18.0.1 - - [10/Oct/2023:13:55:36 +0200] \"GET /a?b=1 HTTP/1.1\" 200 2326 \"http://r.invalid/\" "
      "\"UA \\\"x\\\"\"\n"
      "198.18.0.2 - bob [10/Oct/2023:11:55:36 +0000] \"POST /p HTTP/1.0\" 500 - \"-\" \"-\" \"extra\"\n"
      "198.18.0.1 - - [10/Oct/2023:11:55:35 +0000] \"GET /\\xD0\\xBA HTTP/1.1\" 200 1\n"
      "\n198.18.0.1 - - [10/Oct/2023:11:55:34 +0000] \"GET /z HTTP/1.1\" 304 0\r\n"
      "not a log line\n198.18.0.1 - - [99/Oct/2023:11:55:34 +0000] \"GET / HTTP/1.1\" 200 0\n"
      "198.18.0.1 - - [10/Oct/2023:11:55:34 +0000] \"\\x16\\x03\\x01\" 400 0\n");
  EXPECT_EQ(number(report, "imported"), 4);
  EXPECT_EQ(repairs(report, "url_escaped"), 1);
  const auto& refused = report.at("refused_by_reason").as_object();
  EXPECT_EQ(refused.at("bad_request").to_number<int>(), 1);
  EXPECT_EQ(refused.at("no_log_line").to_number<int>(), 1);
  EXPECT_EQ(refused.at("bad_time").to_number<int>(), 1);
  EXPECT_EQ(repairs(report, "out_of_order"), 2);
  EXPECT_EQ(exchanges_[0].at("request").at("target").as_string(), "/z");
  EXPECT_EQ(exchanges_[1].at("request").at("target").as_string(), "/%D0%BA");
  EXPECT_EQ(exchanges_[2].at("request").at("target").as_string(), "/a?b=1");
  EXPECT_EQ(exchanges_[2].at("start").as_string(), "2023-10-10T11:55:36.000Z");
  EXPECT_EQ(exchanges_[3].at("start").as_string(), "2023-10-10T11:55:36.500Z");
  EXPECT_EQ(exchanges_[2].at("request").at("headers").at(1).at("value").as_string(), "UA \"x\"");
  EXPECT_EQ(number(exchanges_[2].at("response").as_object(), "body_length"), 2326);
  EXPECT_EQ(exchanges_[2].at("response").at("truncation").as_string(), "policy");
  EXPECT_EQ(exchanges_[3].at("request").at("headers").as_array().size(), 0u);
}

TEST_F(Convert, TextsOfAnotherKindAreRefusedInOneLineAndLeaveNothing) {
  for (const auto* format : {"gor", "access-log", "har"}) {
    write_file(path("input"), "these are not\nthe bytes you are looking for\n");
    const auto result =
        run_capture({"import", "--from", format, path("input"), "-o", path("never.ucap.zst")});
    EXPECT_EQ(result.code, ExitCode::usage) << format;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_FALSE(std::filesystem::exists(path("never.ucap.zst")));
  }
}

TEST_F(Convert, CsvQuotesWhatNeedsItAndVegetaTargetsHaveNoOtherKeys) {
  import_text(
      "gor",
      request_record(kConnectionA + "00000001", 1000,
                     "POST /a,\"b\" HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nhi"));
  const auto csv = export_to("csv", path("out.ucap.zst")).out;
  EXPECT_NE(csv.find("\"http://x/a,\"\"b\"\"\""), std::string::npos) << csv;
  const auto target = json::parse(export_to("vegeta", path("out.ucap.zst")).out).as_object();
  EXPECT_EQ(target.size(), 4u);
  EXPECT_EQ(target.at("body").as_string(), "aGk=");
  EXPECT_EQ(target.at("header").at("X-A").as_array().size(), 2u);
  EXPECT_FALSE(target.at("header").as_object().contains("Content-Length"));
}

/// What the request looks like that the shell would send: curl's arguments, printed by a stand-in.
TEST_F(Convert, NothingRecordedEscapesTheQuotesOfACurlScript) {
  const std::string evil = "'; touch " + path("pwned") + "; echo '$(touch " + path("pwned") + ")`id`";
  import_text("gor",
              request_record(kConnectionA + "00000001", 1000,
                             "POST /a HTTP/1.1\r\nHost: x\r\nX-Evil: " + evil +
                                 "\r\nContent-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil));
  write_file(path("script"), export_to("curl", path("out.ucap.zst")).out);
  write_file(path("curl"),
             "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\" >> " + path("arguments") + "; done\n");
  std::filesystem::permissions(path("curl"), std::filesystem::perms::owner_all);
  ASSERT_EQ(std::system(("PATH=" + directory_.path().string() + ":$PATH sh " + path("script")).c_str()), 0);
  EXPECT_FALSE(std::filesystem::exists(path("pwned")));
  const auto arguments = read_file(path("arguments"));
  EXPECT_NE(arguments.find("X-Evil: " + evil + "\n"), std::string::npos) << arguments;
  EXPECT_NE(arguments.find("\n" + evil + "\n"), std::string::npos) << arguments;
}

TEST_F(Convert, RealTrafficSurvivesAGorFileAndBack) {
  const auto source = data_file("github-api.har.zst");
  if (!source) GTEST_SKIP() << "the data set is not here: the .gor round trip did not run";
  import("har", source->string());
  const auto before = exchanges_;
  ASSERT_EQ(before.size(), 1779u);
  const auto exported = run_capture(
      {"export", "--to", "gor", "--allow-unscrubbed", path("out.ucap.zst"), "-o", path("back.gor")});
  ASSERT_EQ(exported.code, ExitCode::ok) << exported.err;
  const auto report = import("gor", path("back.gor"));
  EXPECT_EQ(number(report, "imported"), 1779);
  EXPECT_EQ(number(report, "refused"), 0);
  ASSERT_EQ(exchanges_.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    for (const auto* part : {"request", "response"})
      for (const auto* key : {"body_length", "body_xxh64"})
        ASSERT_EQ(exchanges_[i].at(part).at(key), before[i].at(part).at(key)) << i << part << key;
    for (const auto* key : {"method", "target", "authority"})
      ASSERT_EQ(exchanges_[i].at("request").at(key), before[i].at("request").at(key)) << i << key;
    ASSERT_EQ(exchanges_[i].at("response").at("headers"), before[i].at("response").at("headers")) << i;
    ASSERT_EQ(exchanges_[i].at("start_ns"), before[i].at("start_ns"));
  }
}

}  // namespace
}  // namespace understudy::capture::testing
