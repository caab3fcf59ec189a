#include "tests/unit/core/http/case_name.hpp"
#include "tests/unit/core/http/feed.hpp"

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

struct AcceptedResponse {
  std::string name;
  std::string raw;
  std::string start_line;
  std::string body = {};
  bool keep_alive = true;
  std::string method = "GET";
  std::string rest = {};
};

struct RefusedResponse {
  std::string name;
  std::string raw;
  Errc error;
  std::string method = "GET";
};

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kLength = "Content-Length: 5\r\n";
const std::string kTe = "Transfer-Encoding: chunked\r\n";

std::vector<AcceptedResponse> accepted_responses() {
  return {
      {"ContentLength", kOk + kLength + "\r\nhello", "200 OK 1.1", "hello"},
      {"ContentLengthZero", kOk + "Content-Length: 0\r\n\r\n", "200 OK 1.1"},
      {"ContentLengthTwiceEqual", kOk + kLength + kLength + "\r\nhello", "200 OK 1.1", "hello"},
      {"Chunked", kOk + kTe + "\r\n5\r\nhello\r\n0\r\n\r\n", "200 OK 1.1", "hello"},
      {"UntilClose", kOk + "\r\nhello", "200 OK 1.1", "hello", false},
      {"UntilCloseEmpty", kOk + "\r\n", "200 OK 1.1", "", false},
      {"EmptyReason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200  1.1"},
      {"ReasonMissingWithItsSpace", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  1.1"},
      {"ReasonWithObsText", "HTTP/1.1 200 \xc3\xa9\r\nContent-Length: 0\r\n\r\n", "200 \xc3\xa9 1.1"},
      {"StatusUnknown", "HTTP/1.1 299 Odd\r\nContent-Length: 0\r\n\r\n", "299 Odd 1.1"},
      {"StatusOver599", "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "999 X 1.1"},
      {"Http12IsReadAs11", "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", "200 OK 1.1"},
      {"Head", kOk + kLength + "\r\n", "200 OK 1.1", "", true, "HEAD"},
      {"HeadChunked", kOk + kTe + "\r\n", "200 OK 1.1", "", true, "HEAD"},
      {"HeadWithoutFraming", kOk + "\r\n", "200 OK 1.1", "", true, "HEAD"},
      {"HeadLeavesWhatFollows", kOk + kLength + "\r\nhello", "200 OK 1.1", "", true, "HEAD", "hello"},
      {"NoContentWithLength", "HTTP/1.1 204 No Content\r\n" + kLength + "\r\n", "204 No Content 1.1"},
      {"NotModifiedWithLength", "HTTP/1.1 304 Not Modified\r\n" + kLength + "\r\n", "304 Not Modified 1.1"},
      {"NotModifiedChunked", "HTTP/1.1 304 Not Modified\r\n" + kTe + "\r\n", "304 Not Modified 1.1"},
      {"Interim", "HTTP/1.1 100 Continue\r\n\r\n", "100 Continue 1.1"},
      {"InterimLeavesFinal", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200", "103 Early Hints 1.1",
       "", true, "GET", "HTTP/1.1 200"},
      {"InterimWithLength", "HTTP/1.1 102 Processing\r\n" + kLength + "\r\n", "102 Processing 1.1"},
      {"SwitchingLeavesTunnelBytes", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\x81\x05",
       "101 Switching 1.1", "", true, "GET", "\x81\x05"},
      {"ConnectOk", kOk + kLength + "\r\nx", "200 OK 1.1", "", true, "CONNECT", "x"},
      {"ConnectRefusedHasABody", "HTTP/1.1 403 No\r\n" + kLength + "\r\nhello", "403 No 1.1", "hello", true,
       "CONNECT"},
      {"Close", kOk + kLength + "Connection: close\r\n\r\nhello", "200 OK 1.1", "hello", false},
      {"Http10", "HTTP/1.0 200 OK\r\n" + kLength + "\r\nhello", "200 OK 1.0", "hello", false},
      {"Http10KeepAlive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + kLength + "\r\nhello",
       "200 OK 1.0", "hello", true},
      {"Http10KeepAliveUntilClose", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nhello", "200 OK 1.0",
       "hello", false},
      {"SpaceBeforeColonIsRemoved", kOk + "X-A : 1\r\nContent-Length\t: 5\r\n\r\nhello", "200 OK 1.1",
       "hello"},
      {"LargeHead", kOk + kLength + "X: " + std::string(60000, 'v') + "\r\n\r\nhello", "200 OK 1.1", "hello"},
  };
}

std::vector<RefusedResponse> refused_responses() {
  return {
      {"Garbage", "garbage\r\n\r\n", Errc::bad_status_line},
      {"EmptyLineInFront", "\r\n" + kOk + "\r\n", Errc::bad_status_line},
      {"Icy", "ICY 200 OK\r\n\r\n", Errc::bad_status_line},
      {"LowerCaseVersion", "http/1.1 200 OK\r\n\r\n", Errc::bad_status_line},
      {"Http09Named", "HTTP/0.9 200 OK\r\n\r\n", Errc::bad_status_line},
      {"Http2", "HTTP/2.0 200 OK\r\n\r\n", Errc::bad_version},
      {"VersionAlone", "HTTP/1.1\r\n\r\n", Errc::bad_status_line},
      {"StatusTooShort", "HTTP/1.1 20\r\n\r\n", Errc::bad_status_line},
      {"StatusTooShortWithReason", "HTTP/1.1 20 OK\r\n\r\n", Errc::bad_status_line},
      {"StatusTooLong", "HTTP/1.1 2000 OK\r\n\r\n", Errc::bad_status_line},
      {"StatusBelow100", "HTTP/1.1 099 OK\r\n\r\n", Errc::bad_status_line},
      {"StatusOfLetters", "HTTP/1.1 abc OK\r\n\r\n", Errc::bad_status_line},
      {"StatusNegative", "HTTP/1.1 -20 OK\r\n\r\n", Errc::bad_status_line},
      {"DoubleSpaceBeforeStatus", "HTTP/1.1  200 OK\r\n\r\n", Errc::bad_status_line},
      {"TabBeforeReason", "HTTP/1.1 200\tOK\r\n\r\n", Errc::bad_status_line},
      {"NulInReason", std::string("HTTP/1.1 200 O\0K\r\n\r\n", 20), Errc::bad_status_line},
      {"BareLf", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", Errc::bad_status_line},
      {"BareCr", "HTTP/1.1 200 OK\rX: y\r\n\r\n", Errc::bad_status_line},
      {"ObsFold", kOk + "X: a\r\n b\r\n" + kLength + "\r\nhello", Errc::bad_field},
      {"SpaceInName", kOk + "X Y: a\r\n\r\n", Errc::bad_field},
      {"EmptyName", kOk + ": a\r\n\r\n", Errc::bad_field},
      {"BlankName", kOk + "X: y\r\n : a\r\n\r\n", Errc::bad_field},
      {"ControlInValue", kOk + "X: \x01\r\n\r\n", Errc::bad_field},
      {"BadLength", kOk + "Content-Length: x\r\n\r\n", Errc::bad_content_length},
      {"BadLengthBehindSpacedColon", kOk + "Content-Length : x\r\n\r\n", Errc::bad_content_length},
      {"LengthsDiffer", kOk + kLength + "Content-Length: 6\r\n\r\nhello", Errc::bad_content_length},
      {"LengthAndChunked", kOk + kLength + kTe + "\r\n0\r\n\r\n", Errc::ambiguous_framing},
      {"ChunkedAndLength", kOk + kTe + kLength + "\r\n0\r\n\r\n", Errc::ambiguous_framing},
      {"ChunkedAndLengthBehindSpacedColon", kOk + kTe + "Content-Length : 5\r\n\r\n0\r\n\r\n",
       Errc::ambiguous_framing},
      {"HeadWithLengthAndChunked", kOk + kLength + kTe + "\r\n", Errc::ambiguous_framing, "HEAD"},
      {"Gzip", kOk + "Transfer-Encoding: gzip\r\n\r\n", Errc::unknown_transfer_coding},
      {"GzipChunked", kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n", Errc::unknown_transfer_coding},
      {"ChunkedTwice", kOk + kTe + kTe + "\r\n", Errc::ambiguous_framing},
      {"ChunkedInHttp10", "HTTP/1.0 200 OK\r\n" + kTe + "\r\n0\r\n\r\n", Errc::ambiguous_framing},
      {"NothingCame", "", Errc::partial_message},
      {"CutInStartLine", "HTTP/1.1 2", Errc::partial_message},
      {"CutInFields", kOk + "X: y\r\n", Errc::partial_message},
      {"CutInBody", kOk + kLength + "\r\nhell", Errc::partial_message},
      {"CutInChunk", kOk + kTe + "\r\n5\r\nhel", Errc::partial_message},
      {"CutBeforeLastChunk", kOk + kTe + "\r\n5\r\nhello\r\n", Errc::partial_message},
      {"CutInTrailers", kOk + kTe + "\r\n0\r\nX: y\r\n", Errc::partial_message},
      {"HeadTooLarge", kOk + "X: " + std::string(70000, 'v') + "\r\n\r\n", Errc::head_too_large},
  };
}

template <class Case>
void expect_same_response_in_any_split(const Case& test, const Seen& expected) {
  EXPECT_EQ(feed_response(test.raw, byte_by_byte(test.raw.size()), test.method), expected) << "byte by byte";
  std::mt19937 random(static_cast<unsigned>(test.raw.size()));
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(feed_response(test.raw, random_pieces(test.raw.size(), random), test.method), expected)
        << "random split " << i;
}

class AcceptedResponseTest : public testing::TestWithParam<AcceptedResponse> {};

TEST_P(AcceptedResponseTest, GivesTheSameMessageHoweverItArrives) {
  const auto& expected = GetParam();
  const auto seen = feed_response(expected.raw, whole(), expected.method);
  EXPECT_EQ(seen.end, Seen::End::complete) << seen;
  EXPECT_EQ(seen.start_line, expected.start_line);
  EXPECT_EQ(seen.body, expected.body);
  EXPECT_EQ(seen.keep_alive, expected.keep_alive);
  EXPECT_EQ(seen.rest, expected.rest);
  expect_same_response_in_any_split(expected, seen);
}

class RefusedResponseTest : public testing::TestWithParam<RefusedResponse> {};

TEST_P(RefusedResponseTest, IsRefusedWithItsErrorHoweverItArrives) {
  const auto& expected = GetParam();
  const auto seen = feed_response(expected.raw, whole(), expected.method);
  EXPECT_EQ(seen.end, Seen::End::error) << seen;
  EXPECT_EQ(seen.error, expected.error) << seen;
  expect_same_response_in_any_split(expected, seen);
}

INSTANTIATE_TEST_SUITE_P(Accepted, AcceptedResponseTest, testing::ValuesIn(accepted_responses()),
                         kNameOfCase);
INSTANTIATE_TEST_SUITE_P(Refused, RefusedResponseTest, testing::ValuesIn(refused_responses()), kNameOfCase);

TEST(ResponseParserTest, InterimResponsesComeBeforeTheFinalOne) {
  ResponseParser parser(response_limits());
  std::string_view in = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok";
  parser.reset("POST");
  const auto interim = parser.parse_head(in);
  ASSERT_TRUE(interim && interim->complete);
  EXPECT_EQ(parser.head().status, 100u);
  EXPECT_EQ(parser.framing(), BodyFraming::none());
  in.remove_prefix(interim->consumed);
  parser.reset("POST");
  const auto final_head = parser.parse_head(in);
  ASSERT_TRUE(final_head && final_head->complete);
  EXPECT_EQ(parser.head().status, 201u);
  EXPECT_EQ(parser.framing(), BodyFraming::of_length(2));
}

TEST(ResponseParserTest, SpaceBeforeColonIsGoneFromEveryField) {
  const auto seen =
      feed_response("HTTP/1.1 200 OK\r\nA: 1\r\nB : 2\r\nC\t : 3 : 4\r\nContent-Length:0\r\n\r\n", whole());
  EXPECT_EQ(seen.fields, "A: 1\nB: 2\nC: 3 : 4\nContent-Length: 0\n");
}

TEST(ResponseParserTest, CloseBehindAHeadWithoutBodyIsACleanEnd) {
  ResponseParser parser(response_limits());
  for (const std::string raw :
       {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"}) {
    parser.reset("GET");
    ASSERT_TRUE(parser.parse_head(raw).has_value());
    EXPECT_TRUE(parser.finish().has_value()) << raw;
  }
}

}  // namespace
}  // namespace understudy::http
