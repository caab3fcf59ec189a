// .gor files as recorders, crashes and editors leave them; and what survives an export.
#include "capture-format/convert/gor_document.hpp"
#include "capture-format/convert/gor_export.hpp"
#include "tests/unit/capture-format/exchange_compare.hpp"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

const std::string kSeparatorLine = "\n" + std::string(kGorSeparator) + "\n";

std::string id(int number) { return fmt::format("1f90c35000010203{:08x}", number); }
std::string request(int number, const std::string& message, const std::string& end = kSeparatorLine) {
  return fmt::format("1 {} {} 0\n", id(number), 1000 * number) + message + end;
}
std::string response(int number, const std::string& message, const std::string& end = kSeparatorLine) {
  return fmt::format("2 {} {} 7\n", id(number), 1000 * number + 500) + message + end;
}
std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }
std::string post(const std::string& body) {
  return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}
std::string ok(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

std::uint64_t refused(const GorDocument& document) {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : document.refused()) sum += count;
  return sum;
}

TEST(GorInterop, IdsOfOtherWritersAreTakenAsTheyAre) {
  for (const auto* name :
       {"1", "abc123", "0c6f1a52-8f3e-4c8a-9d6e-0a1b2c3d4e5f", "932079936fa4306fc308d67588178d17d823647c"}) {
    const auto text =
        fmt::format("1 {0} 10 0\n{1}{2}2 {0} 20 5 extra\n{3}{2}", name, get("/a"), kSeparatorLine, ok("hi"));
    GorDocument document(text);
    ASSERT_EQ(document.exchanges().size(), 1u) << name;
    EXPECT_TRUE(document.exchanges()[0].has_response);
    EXPECT_EQ(refused(document), 0u);
  }
}

TEST(GorInterop, AResponseMayStandBeforeItsRequest) {
  const auto text =
      response(1, ok("one")) + request(2, get("/2")) + request(1, get("/1")) + response(2, ok("two"));
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 2u);
  EXPECT_EQ(document.exchanges()[0].response.view.body, "two");
  EXPECT_EQ(document.exchanges()[1].response.view.body, "one");
  EXPECT_EQ(refused(document), 0u);
}

TEST(GorInterop, FurtherResponsesOfOneRequestAreRefusedAsSuch) {
  const auto text =
      request(1, get("/1")) + response(1, ok("one")) + response(1, ok("again")) + response(9, ok("?"));
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 1u);
  EXPECT_EQ(document.exchanges()[0].response.view.body, "one");
  EXPECT_EQ(document.refused().at("second_response"), 1u);
  EXPECT_EQ(document.refused().at("response_without_request"), 1u);
}

TEST(GorInterop, ASeparatorWithinABodyBelongsToIt) {
  const auto body = "line" + kSeparatorLine + "1 aa 5 0\nno request\r\n\r\n" + kSeparatorLine + "rest";
  for (const bool chunked : {false, true}) {
    const auto message =
        chunked ? fmt::format(
                      "POST /p HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                      body.size(), body)
                : post(body);
    const auto text = request(1, message) + response(1, ok(body)) + request(2, get("/2"));
    GorDocument document(text);
    ASSERT_EQ(document.exchanges().size(), 2u) << chunked;
    EXPECT_EQ(document.exchanges()[0].request.view.body, body);
    EXPECT_EQ(document.exchanges()[0].response.view.body, body);
    EXPECT_EQ(document.exchanges()[1].request.view.target, "/2");
    EXPECT_EQ(refused(document), 0u);
  }
}

TEST(GorInterop, ACutBodyDoesNotSwallowTheNextRecordWhereTheSeparatorIsMissing) {
  for (const int announced : {30, 500}) {
    const auto cut = fmt::format("POST /cut HTTP/1.1\r\nContent-Length: {}\r\n\r\nabc", announced);
    const auto text = request(1, cut, "\n") + request(2, get("/2")) + request(3, get("/3"));
    GorDocument document(text);
    ASSERT_EQ(document.exchanges().size(), 3u) << announced;
    EXPECT_EQ(document.exchanges()[0].request.view.body, "abc");
    EXPECT_EQ(document.exchanges()[0].request.view.body_length, static_cast<std::uint64_t>(announced));
    EXPECT_EQ(document.exchanges()[0].request.view.truncation, Truncation::disconnect);
    EXPECT_EQ(document.exchanges()[1].request.view.target, "/2");
    EXPECT_EQ(document.missing_separators(), 1u);
  }
}

TEST(GorInterop, GarbageCostsNoRecordBehindIt) {
  const auto text = "torn end of a record\r\nX: 1\r\n\r\n" + request(1, get("/1")) +
                    "1 bad meta here\nGET / HTTP/1.1\r\n\r\n" + request(2, get("/2"));
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 2u);
  EXPECT_EQ(document.refused().at("no_meta_line"), 2u);
}

TEST(GorInterop, AnEditorsLineEndsAreNoPartOfABody) {
  const std::string separator = "\r\n" + std::string(kGorSeparator) + "\r\n";
  const auto text = fmt::format("1 {} 5 0\r\nPOST /a HTTP/1.1\r\nHost: x\r\n\r\nbody{}", id(1), separator) +
                    fmt::format("1 {} 6 0\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n{}", id(2), separator);
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 2u);
  EXPECT_EQ(document.exchanges()[0].request.view.body, "body");
}

TEST(GorInterop, ChunksWithBareLineFeedsAreDecoded) {
  const auto text =
      request(1, "GET / HTTP/1.1\nHost: x\n\n") +
      response(1, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5;x\na\nb\nc\n2\nde\n0\nX: 1\n\n");
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 1u);
  EXPECT_EQ(document.exchanges()[0].response.view.body, "a\nb\ncde");
  EXPECT_EQ(document.exchanges()[0].response.view.truncation, Truncation::none);
}

TEST(GorInterop, ATunnelRequestNamesItsAuthority) {
  GorDocument document(
      std::string_view("1 aa 5 0\nCONNECT db.example:443 HTTP/1.1\r\nHost: db.example:443\r\n\r\n"));
  ASSERT_EQ(document.exchanges().size(), 1u);
  EXPECT_EQ(document.exchanges()[0].request.view.target, "db.example:443");
}

/// What a .gor file can say: no mirrors, sessions, times to connect; values without spaces around them.
SampleExchange gor_exchange(std::uint64_t number) {
  auto sample = receivable_exchange(number);
  auto& view = sample.view;
  for (auto* message : {&view.request, &view.response}) {
    for (auto& header : message->headers) {
      auto value = std::string(header.value);
      while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.erase(0, 1);
      while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.pop_back();
      header.value = sample.keep(value);
    }
    message->trailers.clear();
    message->headers.push_back({"Content-Length", sample.keep(std::to_string(message->body.size()))});
  }
  view.request.headers.push_back({"Host", "shop.example"});
  view.mirrors.clear();
  view.extensions.clear();
  view.session_key = 0;
  view.trace_id = view.span_id = {};
  view.fate = Fate::ok;
  view.timings.connected_ns = 0;
  if (!view.has_response) view.timings.first_byte_ns = view.timings.response_done_ns = 0;
  return sample;
}

ExchangeView exchange_of(const GorExchange& gor) {
  ExchangeView view;
  view.start_ns = gor.request_meta.timestamp_ns;
  view.request = gor.request.view;
  view.timings.request_done_ns = gor.request_meta.latency_ns;
  view.has_response = gor.has_response;
  if (!gor.has_response) return view;
  view.response = gor.response.view;
  view.timings.first_byte_ns = gor.response_meta.timestamp_ns - view.start_ns;
  view.timings.response_done_ns = view.timings.first_byte_ns + gor.response_meta.latency_ns;
  return view;
}

TEST(GorInterop, WhatAGorFileCanSayComesBackFromIt) {
  GorExporter exporter;
  std::string text;
  std::vector<std::string> expected;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto sample = gor_exchange(i);
    static_cast<Exporter&>(exporter).append(text, sample.view);
    expected.push_back(describe_content(sample.view));
  }
  EXPECT_TRUE(exporter.report().left_out.empty());
  EXPECT_TRUE(exporter.report().losses.empty()) << exporter.report().losses.begin()->first;
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(describe_content(exchange_of(document.exchanges()[i])), expected[i]) << i;
  EXPECT_EQ(refused(document), 0u);
}

TEST(GorInterop, WhatItCannotSayIsNamed) {
  auto sample = gor_exchange(2);
  auto& view = sample.view;
  view.request.headers.insert(view.request.headers.begin(), {":method", "GET"});
  view.request.headers.push_back({"X-Spaces", " a "});
  view.response.content_decoded = true;
  view.response.headers.push_back({"Content-Encoding", "gzip"});
  view.extensions = {{"scheme", "https"}, {"har.request_version", "HTTP/2.0"}};
  view.session_key = 7;
  view.timings.connected_ns = 5;
  view.fate = Fate::reset;
  GorExporter exporter;
  std::string text;
  static_cast<Exporter&>(exporter).append(text, view);
  for (const auto* loss : {"pseudo_fields", "spaces_around_field_values", "body_was_decoded", "scheme_https",
                           "http_version", "session_key", "time_to_connect", "fate"})
    EXPECT_TRUE(exporter.report().losses.contains(loss)) << loss;
  GorDocument document(text);
  ASSERT_EQ(document.exchanges().size(), 1u);
  EXPECT_EQ(document.exchanges()[0].response.view.body, view.response.body)
      << "the body survives its wrong length";
}

/// Every record is in an exchange or refused with a reason, whatever an input looks like.
TEST(GorInterop, TheSumsAddUpOverRandomDamage) {
  std::string whole;
  for (int i = 1; i < 40; ++i)
    whole += request(i, i % 3 == 0 ? post("body of it") : get("/x")) + response(i, ok("hi"));
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    auto text = whole;
    for (int cut = 0; cut < 3; ++cut) text.erase(random() % text.size(), random() % 60);
    for (int flip = 0; flip < 5; ++flip) text[random() % text.size()] ^= static_cast<char>(1 << random() % 8);
    GorDocument document(text);
    std::uint64_t in_exchanges = 0;
    for (const auto& gor : document.exchanges()) in_exchanges += gor.has_response ? 2 : 1;
    std::uint64_t lines_refused = 0;
    if (const auto found = document.refused().find("no_meta_line"); found != document.refused().end())
      lines_refused = found->second;
    ASSERT_EQ(document.records(), in_exchanges + refused(document) - lines_refused) << round;
  }
}

}  // namespace
}  // namespace understudy::capture::testing
