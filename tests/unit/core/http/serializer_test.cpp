#include "core/http/serializer.hpp"

#include "tests/unit/core/http/feed.hpp"

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

Request request(std::string method, std::string target, std::string body = {}) {
  Request made;
  made.head.method = std::move(method);
  made.head.target = std::move(target);
  made.body = std::move(body);
  return made;
}

Response response(unsigned status, std::string body = {}) {
  Response made;
  made.head.status = status;
  made.head.reason = std::string(reason_phrase(status));
  made.body = std::move(body);
  return made;
}

TEST(SerializerTest, HeadsAreWrittenAsTheyAre) {
  std::string out;
  auto head = request("GET", "/x?y").head;
  head.fields.add("host", "a");
  head.fields.add("X-Empty", "");
  append_head(out, head);
  EXPECT_EQ(out, "GET /x?y HTTP/1.1\r\nhost: a\r\nX-Empty: \r\n\r\n");
  out.clear();
  append_head(out, response(404).head);
  EXPECT_EQ(out, "HTTP/1.1 404 Not Found\r\n\r\n");
}

TEST(SerializerTest, ChunksCarryTheirSizeInHex) {
  std::string out;
  append_chunk(out, std::string(26, 'x'));
  append_chunk(out, "");
  Fields trailers;
  trailers.add("X-Sum", "1");
  append_last_chunk(out, trailers);
  EXPECT_EQ(out, "1a\r\n" + std::string(26, 'x') + "\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST(SerializerTest, ReasonPhrasesAreTheRegisteredOnes) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(422), "Unprocessable Content");
  EXPECT_EQ(reason_phrase(299), "Unknown");
  EXPECT_EQ(reason_phrase(999), "Unknown");
}

TEST(ToWireTest, RequestGetsHostAndLengthAndLosesHopFields) {
  auto sent = request("POST", "/", "hello");
  sent.head.fields.add("Connection", "keep-alive, X-Hop");
  sent.head.fields.add("X-Hop", "1");
  sent.head.fields.add("Transfer-Encoding", "chunked");
  sent.head.fields.add("Content-Length", "99");
  sent.head.fields.add("Expect", "100-continue");
  sent.head.fields.add("X-Keep", "1");
  EXPECT_EQ(to_wire(sent, "staging:80"),
            "POST / HTTP/1.1\r\nHost: staging:80\r\nX-Keep: 1\r\nContent-Length: 5\r\n\r\nhello");
}

TEST(ToWireTest, RecordedHostWins) {
  auto sent = request("GET", "/");
  sent.head.fields.add("Host", "shop");
  EXPECT_EQ(to_wire(sent, "staging"), "GET / HTTP/1.1\r\nHost: shop\r\n\r\n");
}

TEST(ToWireTest, MethodsThatUsuallyHaveContentSayThatItIsEmpty) {
  EXPECT_NE(to_wire(request("PUT", "/"), "a").find("Content-Length: 0\r\n"), std::string::npos);
  EXPECT_EQ(to_wire(request("DELETE", "/"), "a").find("Content-Length"), std::string::npos);
}

TEST(ToWireTest, NothingFromAnImportedFileBreaksOutOfItsLine) {
  auto sent = request("GET\r\nX: y", "/a b\r\nHost: evil\r\n\r\nDELETE /caf\xc3\xa9#f");
  sent.head.fields.add("X", "1\r\nContent-Length: 5");
  sent.head.fields.add("Bad Name", "1");
  sent.head.fields.add("Good", "1");
  const auto wire = to_wire(sent, "a");
  EXPECT_EQ(wire,
            "GETXy /a%20b%0D%0AHost:%20evil%0D%0A%0D%0ADELETE%20/caf%C3%A9%23f HTTP/1.1\r\n"
            "Host: a\r\nGood: 1\r\n\r\n");
  EXPECT_EQ(feed_request(wire, whole()).end, Seen::End::complete);
}

TEST(ToWireTest, TrailersMakeTheBodyChunked) {
  auto sent = request("POST", "/", "hello");
  sent.trailers.add("X-Sum", "1");
  const auto seen = feed_request(to_wire(sent, "a"), whole());
  EXPECT_EQ(seen.end, Seen::End::complete) << seen;
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.trailers, "X-Sum: 1\n");
}

TEST(ToWireTest, ResponseSaysWhetherItsConnectionPersists) {
  EXPECT_EQ(to_wire(response(200, "ok"), false, true), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(to_wire(response(200, "ok"), false, false),
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
}

TEST(ToWireTest, ResponsesWithoutContentHaveNoFraming) {
  auto none = response(204, "lost");
  none.head.fields.add("Content-Length", "4");
  EXPECT_EQ(to_wire(none, false, true), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(to_wire(response(100), false, true), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST(ToWireTest, AnswerToHeadKeepsTheRecordedLength) {
  auto head = response(200);
  head.head.fields.add("Content-Length", "1234");
  EXPECT_EQ(to_wire(head, true, true), "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
  EXPECT_EQ(to_wire(response(200, "abc"), true, true), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  auto not_modified = response(304);
  not_modified.head.fields.add("Content-Length", "7, 7");
  EXPECT_EQ(to_wire(not_modified, false, true), "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
}

TEST(TargetTest, PathAndQueryOfEachForm) {
  EXPECT_EQ(target_path("/a/b?x=1"), "/a/b");
  EXPECT_EQ(target_query("/a/b?x=1?y"), "x=1?y");
  EXPECT_EQ(target_path("http://h:1/a?x"), "/a");
  EXPECT_EQ(target_query("http://h?x"), "x");
  EXPECT_EQ(target_path("https://h"), "/");
  EXPECT_EQ(target_path("*"), "*");
  EXPECT_EQ(target_path("h:443"), "h:443");
  EXPECT_EQ(target_query("/a"), "");
  EXPECT_EQ(target_query("/a#b?c"), "");
}

}  // namespace
}  // namespace understudy::http
