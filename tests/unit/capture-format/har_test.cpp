#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_export.hpp"
#include "capture-format/convert/har_url.hpp"
#include "capture-format/convert/http_exchange.hpp"
#include "capture-format/convert/input_text.hpp"
#include "capture-format/layout/wall_time.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/exchange_compare.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

HarExchange page_entry(const std::string& request, const std::string& response,
                       const std::string& more = "") {
  auto read = read_har_entry(fmt::format(
      R"({{"request":{{"method":"GET","url":"http://a/b",{}}},"response":{{"status":200,{}}}{}}})", request,
      response, more));
  EXPECT_TRUE(read.has_value()) << read.error().message;
  return std::move(*read);
}

TEST(WallTime, ZonesAndFractionsOfAnyLengthAreRead) {
  EXPECT_EQ(parse_wall_time("1970-01-01T00:00:01Z"), 1'000'000'000u);
  EXPECT_EQ(parse_wall_time("2010-09-28T13:57:48.542+02:00"), parse_wall_time("2010-09-28T11:57:48.542Z"));
  EXPECT_EQ(parse_wall_time("2016-06-28T21:42:03.0141641+0100"),
            parse_wall_time("2016-06-28T20:42:03.0141641Z"));
  EXPECT_EQ(*parse_wall_time("2016-06-28T20:42:03.0141641Z") % 1'000'000'000, 14'164'100u);
  EXPECT_EQ(parse_wall_time("2016-06-28T20:42:03.1234567891Z"),
            parse_wall_time("2016-06-28T20:42:03.123456789Z"));
  for (const auto* bad : {"", "now", "2016-02-30T00:00:00Z", "2016-06-28", "2016-06-28T25:00:00Z",
                          "2016-06-28T20:42:03.Z", "2016-06-28T20:42:03Zx", "1969-12-31T23:59:59Z"})
    EXPECT_FALSE(parse_wall_time(bad).has_value()) << bad;
  EXPECT_EQ(exact_wall_time(*parse_wall_time("2016-06-28T20:42:03.014Z")), "2016-06-28T20:42:03.014Z");
  EXPECT_EQ(exact_wall_time(*parse_wall_time("2016-06-28T20:42:03.0141641Z")),
            "2016-06-28T20:42:03.014164100Z");
}

TEST(Base64, DecodesWhatItEncodesAndTheVariantsOfOthers) {
  for (const std::string& bytes :
       {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\0\xff\x80", 3)})
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  EXPECT_EQ(base64_decode("Zm9v\r\nYmFy"), "foobar");
  EXPECT_EQ(base64_decode("_-8"), base64_decode("/+8="));
  EXPECT_FALSE(base64_decode("Zm9v!").has_value());
  EXPECT_FALSE(base64_decode("Zm9vY").has_value());
}

TEST(Url, ComesApartAndTogether) {
  const auto parts = split_url("HTTPS://user:pw@Host:8443/a b?q=\xc3\xa4#frag");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->scheme, "https");
  EXPECT_EQ(parts->authority, "Host:8443");
  EXPECT_EQ(parts->target, "/a%20b?q=%C3%A4");
  EXPECT_TRUE(parts->escaped);
  EXPECT_EQ(split_url("http://h?x")->target, "/?x");
  for (const auto* bad :
       {"", "/relative", "data:text/plain,x", "ws://h/", "http:///x", "http://u@/x", "http://a b/"})
    EXPECT_FALSE(split_url(bad).has_value()) << bad;
}

TEST(HarEntry, ADecodedBodyKeepsItsCodingForExportAndLosesItForReplay) {
  const auto exchange =
      page_entry(R"("headers":[])", R"("headers":[{"name":"Content-Encoding","value":"gzip"},
      {"name":"Content-Length","value":"7"}],"content":{"size":11,"text":"hello world"})");
  EXPECT_TRUE(exchange.view.response.content_decoded);
  EXPECT_EQ(exchange.view.response.headers.size(), 2u);
  const auto response = to_http_response(exchange.view.response);
  EXPECT_FALSE(response.head.fields.contains("Content-Encoding"));
  EXPECT_EQ(response.head.fields.find("Content-Length"), "11");
}

TEST(HarEntry, ABodyThatTheFileDoesNotHoldKeepsItsTrueLength) {
  const auto exchange = page_entry(R"("headers":[])", R"("content":{"size":559,"mimeType":"image/png"})");
  EXPECT_EQ(exchange.view.response.truncation, Truncation::policy);
  EXPECT_EQ(exchange.view.response.body_length, 559u);
  EXPECT_EQ(exchange.view.response.body_hash, 0u);
  EXPECT_TRUE(has_repair(exchange, "response_body_missing"));
}

TEST(HarEntry, FormParametersAreEncodedTheWayTheContentLengthSays) {
  const auto body = [](const std::string& length) {
    return std::string(
        page_entry(R"("headers":[{"name":"Content-Length","value":")" + length +
                       R"("}],"postData":{"mimeType":"application/x-www-form-urlencoded","params":[
                                 {"name":"a","value":"x y"},{"name":"b","value":"1,2"}]})",
                   R"("content":{})")
            .view.request.body);
  };
  EXPECT_EQ(body("13"), "a=x+y&b=1%2C2");
  EXPECT_EQ(body("15"), "a=x%20y&b=1%2C2");
  EXPECT_EQ(body("11"), "a=x y&b=1,2");
  EXPECT_EQ(body("99"), "a=x+y&b=1%2C2");
}

TEST(HarEntry, OddHeadersAreRepairedWithoutAHeaderInjection) {
  const auto exchange = page_entry(
      R"("headers":[{"name":"A","value":"1\r\nEvil: 2"},{"name":"","value":"x"},{"name":"b c","value":"x"},
      {"value":"x"},7,{"name":":path","value":"/b"}])",
      R"("headers":[{"name":"Set-Cookie","value":"a=1\nb=2"}])");
  const auto request = to_http_request(exchange.view.request);
  for (const auto field : request.head.fields) {
    EXPECT_EQ(field.value.find_first_of("\r\n"), std::string_view::npos);
    EXPECT_FALSE(field.name.starts_with(':'));
  }
  ASSERT_EQ(exchange.view.response.headers.size(), 2u);
  EXPECT_EQ(exchange.view.response.headers[1].value, "b=2");
  EXPECT_TRUE(has_repair(exchange, "joined_headers_split"));
  EXPECT_TRUE(has_repair(exchange, "header_without_name"));
}

TEST(HarEntry, WhatCannotBeAnExchangeIsRefusedWithAReason) {
  const auto reason = [](const std::string& text) { return read_har_entry(text).error().message; };
  EXPECT_EQ(reason("7"), "entry_not_an_object");
  EXPECT_EQ(reason("{}"), "no_request");
  EXPECT_EQ(reason(R"({"request":{"url":"http://a","postData":{"text":"x"}}})"), "no_method");
  EXPECT_EQ(reason(R"({"request":{"method":"G T","url":"http://a"}})"), "no_method");
  EXPECT_EQ(reason(R"({"request":{"method":"GET"}})"), "no_url");
  EXPECT_EQ(reason(R"({"request":{"method":"GET","url":"data:x"}})"), "url_not_http");
  EXPECT_EQ(reason(R"({"request":{"method":"GET","url":"http://a"},"response":{"status":1e9}})"),
            "status_out_of_range");
}

TEST(HarEntry, StatusZeroMeansThatNoAnswerCame) {
  const auto exchange =
      read_har_entry(R"({"request":{"method":"GET","url":"http://a"},"response":{"status":0}})");
  ASSERT_TRUE(exchange.has_value());
  EXPECT_FALSE(exchange->view.has_response);
  EXPECT_EQ(exchange->view.fate, Fate::reset);
}

TEST(HarDocument, LoneSurrogatesAreReplacedAndPairsStay) {
  const auto document = HarDocument::parse(
      R"({"log":{"x":{"entries":[]},"entries":[{"a":"\ud83d\ude00 \ud83d \\ud83d \ude00"}], "z":[1,{"entries":2}]}})");
  ASSERT_TRUE(document.has_value()) << document.error().message;
  ASSERT_EQ(document->size(), 1u);
  EXPECT_EQ(document->lone_surrogates(), 2u);
  EXPECT_EQ(document->entry(0), R"({"a":"\ud83d\ude00 \ufffd \\ud83d \ufffd"})");
}

TEST(HarExport, BytesThatAreNoUtf8ComeBackEqual) {
  auto sample = sample_exchange(3);
  sample.view.extensions = {{"scheme", "https"}};
  sample.view.request.target = "/a\xff";
  sample.view.request.headers = {{"X", "caf\xe9"}, {"X", "caf\xc3\xa9"}};
  sample.view.request.body = std::string_view("\x00\x01\xff", 3);
  sample.view.response.headers = {};
  sample.view.response.body = std::string_view("\x89PNG", 4);
  const auto text = har_entry(sample.view);
  const auto back = read_har_entry(text);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->view.request.headers[0].value, "caf\xe9");
  EXPECT_EQ(back->view.request.headers[1].value, "caf\xc3\xa9");
  EXPECT_EQ(back->view.request.body, sample.view.request.body);
  EXPECT_EQ(back->view.response.body, sample.view.response.body);
  EXPECT_EQ(back->view.request.target, "/a\xff");
}

TEST(Import, EntriesAreSortedByTimeAndKeepTheirConnectionOrder) {
  const TemporaryDirectory directory;
  const auto har = (directory.path() / "in.har").string();
  const auto capture = (directory.path() / "out.ucap.zst").string();
  const auto item = [](const char* path, const char* second, const char* connection) {
    return fmt::format(
        R"({{"startedDateTime":"2026-01-01T00:00:{}Z","connection":"{}","request":{{"method":"GET","url":"http://a/{}"}},
                       "response":{{"status":200}}}})",
        second, connection, path);
  };
  write_file(har, fmt::format("\xEF\xBB\xBF{{\"log\":{{\"entries\":[{},{},{},{}]}}}}", item("d", "09", "x"),
                              item("b", "05", "y"), item("c", "05", "x"), item("a", "01", "x")));
  ASSERT_EQ(run_capture({"import", "--from", "har", har, "-o", capture}).code, ExitCode::ok);
  auto reader = Reader::open(capture);
  ASSERT_TRUE(reader.has_value());
  std::vector<std::string> order;
  while (const auto* exchange = reader->next())
    order.push_back(fmt::format("{} {}/{}", exchange->request.target, exchange->connection_id,
                                exchange->connection_sequence));
  EXPECT_EQ(order, (std::vector<std::string>{"/a 1/0", "/b 2/0", "/c 1/1", "/d 1/2"}));
}

// ---- The data set: every entry is imported, and with the bytes kept, what is exported equals what was read.

std::string body_of(const json::object& holder) {
  const auto* text = holder.if_contains("text");
  if (text == nullptr) return {};
  const bool base64 = (holder.contains("encoding") && holder.at("encoding") == "base64") ||
                      (holder.contains("_encoding") && holder.at("_encoding") == "base64");
  const std::string value(text->as_string());
  return base64 ? base64_decode(value).value() : value;
}

struct Comparable {
  std::string method, url, request_headers, response_headers, request_body, response_body;
  std::int64_t status = 0;
  bool operator==(const Comparable&) const = default;
};

std::string headers_of(const json::value& message) {
  std::string text;
  for (const auto& header : message.at("headers").as_array())
    text += fmt::format("{}: {}\n", std::string_view(header.at("name").as_string()),
                        std::string_view(header.at("value").as_string()));
  return text;
}

Comparable comparable(const json::value& item) {
  const auto& request = item.at("request");
  const auto& response = item.at("response");
  const auto* data = request.as_object().if_contains("postData");
  return {std::string(request.at("method").as_string()),
          std::string(request.at("url").as_string()),
          headers_of(request),
          headers_of(response),
          data == nullptr ? std::string() : body_of(data->as_object()),
          body_of(response.at("content").as_object()),
          response.at("status").as_int64()};
}

json::array sorted_entries(const std::string& text) {
  auto entries = json::parse(text).at("log").at("entries").as_array();
  std::stable_sort(entries.begin(), entries.end(), [](const json::value& a, const json::value& b) {
    return *parse_wall_time(a.at("startedDateTime").as_string()) <
           *parse_wall_time(b.at("startedDateTime").as_string());
  });
  return entries;
}

void expect_exact_round_trip(const std::string& name, std::size_t count, std::size_t rebuilt_bodies) {
  const auto source = data_file(name);
  if (!source) GTEST_SKIP() << name << " is not here: the round trip over real traffic did not run";
  const TemporaryDirectory directory;
  const auto capture = (directory.path() / "c.ucap.zst").string();
  const auto har = (directory.path() / "c.har").string();
  const auto imported = run_capture(
      {"import", "--from", "har", "--json", "--allow-unscrubbed", source->string(), "-o", capture});
  ASSERT_EQ(imported.code, ExitCode::ok) << imported.err;
  const auto report = json::parse(imported.out);
  EXPECT_EQ(report.at("read").to_number<std::size_t>(), count);
  EXPECT_EQ(report.at("imported").to_number<std::size_t>(), count);
  EXPECT_EQ(report.at("refused").to_number<std::size_t>(), 0u);
  ASSERT_EQ(run_capture({"export", "--to", "har", "--allow-unscrubbed", capture, "-o", har}).code,
            ExitCode::ok);
  const auto before = sorted_entries(read_input(source->string())->text);
  const auto after = sorted_entries(read_file(har));
  ASSERT_EQ(after.size(), before.size());
  std::size_t rebuilt = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto expected = comparable(before[i]);
    const auto actual = comparable(after[i]);
    if (expected.request_body.empty() && !actual.request_body.empty()) {
      ++rebuilt;  // from postData.params
      expected.request_body = actual.request_body;
    }
    ASSERT_TRUE(expected == actual) << "entry " << i << ' ' << expected.method << ' ' << expected.url;
  }
  EXPECT_EQ(rebuilt, rebuilt_bodies);
}

TEST(DataSet, GithubApiComesBackEqual) { expect_exact_round_trip("github-api.har.zst", 1779, 0); }
TEST(DataSet, WebPagesComeBackEqual) { expect_exact_round_trip("web-pages.har.zst", 125, 6); }

TEST(DataSet, AScrubbedImportHoldsNoAuthorizationAndSaysSo) {
  const auto source = data_file("github-api.har.zst");
  if (!source) GTEST_SKIP() << "the data set is not here: scrubbed import did not run";
  const TemporaryDirectory directory;
  const auto capture = (directory.path() / "c.ucap.zst").string();
  ASSERT_EQ(run_capture({"import", "--from", "har", source->string(), "-o", capture}).code, ExitCode::ok);
  auto reader = Reader::open(capture);
  ASSERT_TRUE(reader.has_value());
  EXPECT_FALSE(reader->info().contains_unscrubbed);
  std::size_t exchanges = 0;
  while (const auto* exchange = reader->next()) {
    ++exchanges;
    EXPECT_NE(exchange->scrub.state, ScrubState::off);
    for (const auto& [name, value] : exchange->request.headers) {
      const bool raw_token =
          name == "Authorization" && value.find("xxxxxxxxxxxxxxxxxxxx") != std::string_view::npos;
      EXPECT_FALSE(raw_token);
    }
    const bool hash_of_removed =
        exchange->request.truncation == Truncation::policy && exchange->request.body_hash != 0;
    EXPECT_FALSE(hash_of_removed);
  }
  EXPECT_EQ(exchanges, 1779u);
}

}  // namespace
}  // namespace understudy::capture::testing
