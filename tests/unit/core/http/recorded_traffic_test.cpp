// Real traffic through serializer and parser: everything that GitHub's API and a hundred web pages sent has
// to survive.
#include "core/http/serializer.hpp"
#include "tests/unit/core/http/feed.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <zstd.h>

namespace understudy::http {
namespace {

namespace json = boost::json;

std::filesystem::path data_file(const std::string& name) {
  if (const char* folder = std::getenv("UNDERSTUDY_DATA")) return std::filesystem::path(folder) / name;
  const char* source = std::getenv("UNDERSTUDY_SOURCE");
  return std::filesystem::path(source ? source : ".") / ".." / "shared" / "data" / name;
}

json::value read_har(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), {}};
  std::string text(64 << 20, '\0');
  const auto size = ZSTD_decompress(text.data(), text.size(), packed.data(), packed.size());
  if (ZSTD_isError(size)) return {};
  text.resize(size);
  return json::parse(text);
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

Fields fields_of(const json::value& message) {
  Fields fields;
  for (const auto& header : message.at("headers").as_array())
    if (!text_at(header.as_object(), "name").starts_with(':'))
      fields.add(text_at(header.as_object(), "name"), trim(text_at(header.as_object(), "value")));
  return fields;
}

Request request_of(const json::value& recorded) {
  Request request;
  request.head.method = text_at(recorded.as_object(), "method");
  request.head.target = text_at(recorded.as_object(), "url");
  request.head.fields = fields_of(recorded);
  if (const auto* post = recorded.as_object().if_contains("postData"); post && post->is_object())
    request.body = text_at(post->as_object(), "text");
  return request;
}

Response response_of(const json::value& recorded) {
  Response response;
  response.head.status = static_cast<unsigned>(recorded.at("status").to_number<int>());
  response.head.reason = text_at(recorded.as_object(), "statusText");
  response.head.fields = fields_of(recorded);
  response.body = text_at(recorded.at("content").as_object(), "text");
  return response;
}

bool is_chunked(const Response& response) {
  const auto coding = response.head.fields.find("Transfer-Encoding");
  return coding && iequals(*coding, "chunked");
}

class RecordedTrafficTest : public testing::TestWithParam<std::string> {};

TEST_P(RecordedTrafficTest, EveryMessageSurvivesTheWire) {
  const auto path = data_file(GetParam());
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no recorded traffic at " << path;
  const auto har = read_har(path);
  std::mt19937 random(1);
  std::size_t messages = 0;
  for (const auto& entry : har.at("log").at("entries").as_array()) {
    const auto request = request_of(entry.at("request"));
    const auto request_wire = to_wire(request, "fallback");
    const auto sent = feed_request(request_wire, random_pieces(request_wire.size(), random));
    ASSERT_EQ(sent.end, Seen::End::complete) << sent << "\n" << request_wire.substr(0, 2000);
    ASSERT_EQ(sent.body, request.body);

    const auto response = response_of(entry.at("response"));
    if (response.head.status < 200) continue;
    const bool head_request = request.head.method == "HEAD";
    const auto wire = to_wire(response, head_request, true);
    const auto answered = feed_response(wire, random_pieces(wire.size(), random), request.head.method);
    ASSERT_EQ(answered.end, Seen::End::complete) << answered << "\n" << wire.substr(0, 2000);
    ASSERT_TRUE(answered.body == response.body || answered.body.empty());
    ASSERT_EQ(answered.rest, "");
    messages += 2;

    // As it was framed when it was recorded, in chunks.
    if (!is_chunked(response) || head_request) continue;
    std::string chunked;
    append_head(chunked, response.head);
    for (std::size_t at = 0; at < response.body.size(); at += 1000)
      append_chunk(chunked, std::string_view(response.body).substr(at, 1000));
    append_last_chunk(chunked, {});
    const auto again = feed_response(chunked, random_pieces(chunked.size(), random), request.head.method);
    ASSERT_EQ(again.end, Seen::End::complete) << again;
    ASSERT_EQ(again.body, response.body);
  }
  EXPECT_GT(messages, 200u);
}

INSTANTIATE_TEST_SUITE_P(Each, RecordedTrafficTest,
                         testing::Values("github-api.har.zst", "web-pages.har.zst"),
                         [](const auto& test) { return test.param.substr(0, test.param.find('-')); });

}  // namespace
}  // namespace understudy::http
