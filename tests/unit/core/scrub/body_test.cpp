#include "core/scrub/tokens.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace understudy::scrub {
namespace {

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string in(text);
  std::string out(deflateBound(&stream, in.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Report<http::Request> scrub_encoded(std::string coding, std::string body,
                                    std::string type = "application/json") {
  auto request = with_body(std::move(type), std::move(body));
  if (!coding.empty()) request.head.fields.add("Content-Encoding", coding);
  return scrubber().scrub(std::move(request));
}

TEST(Body, FormsAreScrubbedPairByPair) {
  const auto report =
      scrub_body_of("application/x-www-form-urlencoded",
                    "user=ann%40example.com&password=hunter%32&x=a+b&j=%7B%22pin%22%3A%221234%22%7D");
  EXPECT_EQ(report.message->body, "user=" + kEmail + "&password=" + tokens().opaque("hunter2") +
                                      "&x=a+b&j=%7B%22pin%22%3A%22" + tokens().opaque("1234") + "%22%7D");
  EXPECT_EQ(*report.message->head.fields.find("Content-Length"), std::to_string(report.message->body.size()));
}

TEST(Body, TextAndMarkupAreSearched) {
  EXPECT_EQ(scrub_body_of("text/plain", "mail ann@example.com!").message->body, "mail " + kEmail + "!");
  EXPECT_EQ(
      scrub_body_of("text/html; charset=utf-8", "<!DOCTYPE html><a href='mailto:ann&#64;example.com'>x</a>")
          .message->body,
      "<!DOCTYPE html><a href='mailto:" + kEmail + "'>x</a>");
  EXPECT_EQ(scrub_body_of("text/html", "<script>var a=\"ann\\u0040example.com\"</script>").message->body,
            "<script>var a=\"" + kEmail + "\"</script>");
  EXPECT_EQ(scrub_body_of("text/csv", "a,ann@example.com\nb,c\n").message->body, "a," + kEmail + "\nb,c\n");
  EXPECT_EQ(scrub_body_of("application/xml", "<m>ann@example.com</m>").message->body,
            "<m>" + kEmail + "</m>");
}

TEST(Body, DeclaredEntitiesAreNotUnderstood) {
  for (const auto* body : {"<!DOCTYPE a [<!ENTITY x \"@\">]><a>ann&x;example.com</a>", "<!doctype foo><a/>",
                           "<!DOCTYPE html [<!ENTITY x \"@\">]><html/>"})
    EXPECT_EQ(scrub_body_of("application/xml", body).body, BodyState::failed) << body;
}

TEST(Body, ContentDecidesWhereTheLabelIsWrong) {
  const auto token = tokens().opaque("hunter2");
  const std::string json = R"({"password":"hunter2"})";
  for (const auto* type :
       {"text/plain", "", "application/octet-stream", "application/x-www-form-urlencoded", "text/html",
        "application/vnd.api+json", "APPLICATION/JSON; charset=\"UTF-8\"", "image/png"})
    EXPECT_EQ(scrub_body_of(type, json).message->body, R"({"password":")" + token + R"("})") << type;
}

TEST(Body, WithoutALabelFormsAndTextAreRecognised) {
  EXPECT_EQ(scrub_body_of("", "password=hunter2&a=b").message->body,
            "password=" + tokens().opaque("hunter2") + "&a=b");
  EXPECT_EQ(scrub_body_of("", "hello ann@example.com").message->body, "hello " + kEmail);
  EXPECT_EQ(scrub_body_of("", std::string("\x01\x02\x00\x03", 4)).body_kept(), false);
}

TEST(Body, LinesOfJsonAndEventStreamsAreEntered) {
  const auto token = tokens().opaque("x");
  EXPECT_EQ(scrub_body_of("application/x-ndjson", "{\"pin\":\"x\"}\n\n[1]\n").message->body,
            "{\"pin\":\"" + token + "\"}\n\n[1]\n");
  EXPECT_EQ(scrub_body_of("application/x-ndjson", "{\"pin\":\"x\"}\n{broken\n").body, BodyState::failed);
  EXPECT_EQ(scrub_body_of("text/event-stream", "event: a\ndata: {\"pin\":\"x\"}\n\n").message->body,
            "event: a\ndata: {\"pin\":\"" + token + "\"}\n\n");
}

TEST(Body, WhatIsNotUnderstoodIsRemoved) {
  const std::string png = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  for (const auto& [type, body] : std::initializer_list<std::pair<const char*, std::string>>{
           {"image/png", png},
           {"application/pdf", "%PDF-1.7"},
           {"application/grpc", std::string("\0\0\0\0\5hello", 10)},
           {"multipart/form-data; boundary=x", "--x\r\n\r\nhi\r\n--x--"},
           {"application/x-protobuf", "\x08\x96\x01"},
           {"text/plain", "bell \x07"},
           {"text/plain", "latin \xe9"},
           {"application/octet-stream", "just text"}}) {
    const auto report = scrub_body_of(type, body);
    EXPECT_FALSE(report.body_kept()) << type;
    EXPECT_TRUE(report.message->body.empty());
    EXPECT_EQ(*report.message->head.fields.find("Content-Length"), "0");
  }
}

TEST(Body, CharsetsThatAreNotUtf8AreUnsupported) {
  EXPECT_EQ(scrub_body_of("application/json; charset=utf-16", "[]").body, BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_body_of("text/plain; charset=utf-7", "ann+AEA-example.com").body,
            BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_body_of("application/json", std::string("[\0\"\0a\0", 6)).body,
            BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_body_of("application/json", "\xff\xfe[").body, BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_body_of("application/json; charset=iso-8859-1", "[\"a\"]").body, BodyState::clean);
}

TEST(Body, AnEncodedBodyWithoutHitsStaysByteIdentical) {
  const auto encoded = gzip(R"({"a":"nothing to see"})");
  const auto report = scrub_encoded("gzip", encoded);
  EXPECT_EQ(report.body, BodyState::clean);
  EXPECT_EQ(report.message->body, encoded);
  EXPECT_EQ(*report.message->head.fields.find("Content-Encoding"), "gzip");
}

TEST(Body, AnEncodedBodyWithHitsIsSentDecoded) {
  const auto report = scrub_encoded("gzip", gzip(R"(["ann@example.com"])"));
  EXPECT_EQ(report.body, BodyState::redacted);
  EXPECT_EQ(report.message->body, "[\"" + kEmail + "\"]");
  EXPECT_FALSE(report.message->head.fields.contains("Content-Encoding"));
  EXPECT_EQ(*report.message->head.fields.find("Content-Length"), std::to_string(report.message->body.size()));
}

TEST(Body, UnlabelledAndDoubleCodingsAreUndone) {
  EXPECT_EQ(scrub_encoded("", gzip(R"(["ann@example.com"])")).message->body, "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrub_encoded("identity", gzip(R"(["ann@example.com"])")).message->body, "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrub_encoded("gzip", gzip(gzip(R"(["ann@example.com"])"))).message->body,
            "[\"" + kEmail + "\"]");
  EXPECT_EQ(scrub_encoded("gzip, gzip", gzip(gzip(R"(["ann@example.com"])"))).message->body,
            "[\"" + kEmail + "\"]");
}

TEST(Body, BrokenAndUnknownCodingsAreRemoved) {
  EXPECT_EQ(scrub_encoded("gzip", "no gzip at all").body, BodyState::failed);
  EXPECT_EQ(scrub_encoded("gzip", gzip("[1]") + "trailing").body, BodyState::failed);
  EXPECT_EQ(scrub_encoded("compress", "[1]").body, BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_encoded("aes128gcm", "[1]").body, BodyState::encoding_unsupported);
  EXPECT_EQ(scrub_encoded("gzip", gzip(std::string(9 * 1024 * 1024, ' '))).body, BodyState::failed);
  EXPECT_FALSE(scrub_encoded("gzip", "x").message->head.fields.contains("Content-Encoding"));
}

TEST(Body, ABodyOverTheLimitIsRemovedAndOneAtTheLimitIsSearchedToItsEnd) {
  auto options = fixed_options();
  options.body_bytes_max = 100;
  const Scrubber small(options);
  const std::string tail = "ann@example.com\"]";
  const auto body = [&](std::size_t size) {
    return "[\"" + std::string(size - 3 - tail.size(), 'x') + " " + tail;
  };
  EXPECT_EQ(small.scrub(with_body("application/json", body(101))).body, BodyState::failed);
  const auto report = small.scrub(with_body("application/json", body(100)));
  EXPECT_EQ(report.body, BodyState::redacted);
  EXPECT_EQ(report.message->body.find("ann@"), std::string::npos);
}

TEST(Body, AnEmptyBodyIsCleanWhateverItsLabels) {
  for (const auto* type : {"application/json", "image/png", "multipart/form-data", ""}) {
    auto request = get("/");
    request.head.fields.add("Content-Type", type);
    request.head.fields.add("Content-Encoding", "br");
    request.head.fields.add("Content-Length", "1234");
    const auto report = scrubber().scrub(std::move(request));
    EXPECT_EQ(report.body, BodyState::clean);
    EXPECT_EQ(*report.message->head.fields.find("Content-Length"), "1234");
  }
}

TEST(Body, ValidatorsOfAChangedBodyAreDropped) {
  const auto scrub_response = [](std::string body) {
    http::Response response;
    response.head.status = 200;
    response.head.fields.add("Content-Type", "application/json");
    for (const auto* name :
         {"ETag", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest", "Signature", "Signature-Input"})
      response.head.fields.add(name, "x");
    response.trailers.add("Digest", "x");
    response.body = std::move(body);
    return scrubber().scrub(std::move(response));
  };
  EXPECT_EQ(scrub_response("[\"ann@example.com\"]").message->head.fields.size(), 1u);
  EXPECT_TRUE(scrub_response("[\"ann@example.com\"]").message->trailers.empty());
  EXPECT_EQ(scrub_response("[\"nobody\"]").message->head.fields.size(), 8u);
  EXPECT_EQ(scrub_response("[broken").message->head.fields.size(), 1u);
}

TEST(Body, ALeakAfterMegabytesOfPaddingIsFound) {
  const std::string padding(7 * 1024 * 1024, ' ');
  const auto report = scrub_body_of("application/json", "[" + padding + "\"ann@example.com\"]");
  EXPECT_EQ(report.message->body.find("ann@"), std::string::npos);
  EXPECT_EQ(report.body, BodyState::redacted);
}

TEST(Body, TwoContentTypesAreNotBelieved) {
  auto request = with_body("application/json", "[]");
  request.head.fields.add("Content-Type", "text/plain");
  EXPECT_EQ(scrubber().scrub(std::move(request)).body, BodyState::failed);
}

}  // namespace
}  // namespace understudy::scrub
