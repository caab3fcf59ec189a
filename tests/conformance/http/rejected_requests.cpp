#include "tests/conformance/http/cases.hpp"

namespace understudy::test {
namespace {

/// A POST with these fields and this body behind a valid start.
std::string whole_post(const std::string& fields, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: s\r\n" + fields + "\r\n" + body;
}
std::string whole_get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: s\r\n" + fields + "\r\n"; }

std::vector<RejectedRequest> mixed() {
  const std::string smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n";
  return {
      // Two lengths in one message (RFC 9112 §6.1, §6.3).
      {"ContentLengthThenChunked",
       whole_post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", smuggled), 400},
      {"ChunkedThenContentLength",
       whole_post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", smuggled), 400},
      {"ContentLengthsThatDiffer", whole_post("Content-Length: 4\r\nContent-Length: 5\r\n", "abcde"), 400},
      {"ContentLengthListThatDiffers", whole_post("Content-Length: 4, 5\r\n", "abcde"), 400},
      {"ContentLengthWithPlus", whole_post("Content-Length: +4\r\n", "abcd"), 400},
      {"ContentLengthNegative", whole_post("Content-Length: -1\r\n"), 400},
      {"ContentLengthHexadecimal", whole_post("Content-Length: 0x4\r\n", "abcd"), 400},
      {"ContentLengthWithUnderscore", whole_post("Content-Length: 1_0\r\n", "abcdefghij"), 400},
      {"ContentLengthWithInnerSpace", whole_post("Content-Length: 1 0\r\n", "abcdefghij"), 400},
      {"ContentLengthEmpty", whole_post("Content-Length: \r\n"), 400},
      {"ContentLengthFraction", whole_post("Content-Length: 4.0\r\n", "abcd"), 400},
      {"ContentLengthOverflow", whole_post("Content-Length: 18446744073709551616\r\n"), 400},
      {"ContentLengthOverflowByFar", whole_post("Content-Length: 99999999999999999999999999\r\n"), 400},
      // Transfer codings (RFC 9112 §6.1, §7).
      {"GzipAlone", whole_post("Transfer-Encoding: gzip\r\n", smuggled), 501},
      {"ChunkedNotFinal", whole_post("Transfer-Encoding: chunked, gzip\r\n", smuggled), 400},
      {"ChunkedTwice", whole_post("Transfer-Encoding: chunked, chunked\r\n", smuggled), 400},
      {"ChunkedInTwoFields",
       whole_post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", smuggled), 400},
      {"XChunked", whole_post("Transfer-Encoding: xchunked\r\n", smuggled), 501},
      {"ChunkedWithVerticalTab",
       whole_post("Transfer-Encoding: \x0b"
                  "chunked\r\n",
                  smuggled),
       400},
      {"ChunkedFolded", whole_post("Transfer-Encoding:\r\n chunked\r\n", smuggled), 400},
      {"ChunkedInHttp10", "POST / HTTP/1.0\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400},
      {"SpaceBeforeColonOfTransferEncoding", whole_post("Transfer-Encoding : chunked\r\n", smuggled), 400},
      {"SpaceBeforeColonOfContentLength", whole_post("Content-Length : 4\r\n", "abcd"), 400},
      // Chunks that come with the head (RFC 9112 §7.1).
      {"ChunkSizeWithPrefix", whole_post("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeWithPlus", whole_post("Transfer-Encoding: chunked\r\n", "+1\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeNegative", whole_post("Transfer-Encoding: chunked\r\n", "-1\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeAfterSpace", whole_post("Transfer-Encoding: chunked\r\n", " 1\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeEmpty", whole_post("Transfer-Encoding: chunked\r\n", "\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkSizeOverflow",
       whole_post("Transfer-Encoding: chunked\r\n", "10000000000000000\r\na\r\n0\r\n\r\n"), 400},
      {"ChunkLineEndsWithBareLf", whole_post("Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n"), 400},
      {"ChunkExtensionEndsWithBareLf", whole_post("Transfer-Encoding: chunked\r\n", "1;x\na\r\n0\r\n\r\n"),
       400},
      {"ChunkDataWithoutCrLf", whole_post("Transfer-Encoding: chunked\r\n", "1\r\nab0\r\n\r\n"), 400},
      {"ChunkDataEndsWithBareLf", whole_post("Transfer-Encoding: chunked\r\n", "1\r\na\n0\r\n\r\n"), 400},
      {"TrailerWithSpaceInName", whole_post("Transfer-Encoding: chunked\r\n", "0\r\nBad Name: x\r\n\r\n"),
       400},
      // Field lines (RFC 9112 §5, RFC 9110 §5).
      {"SpaceBeforeFirstField", "GET / HTTP/1.1\r\n Host: s\r\n\r\n", 400},
      {"SpaceBeforeColon", whole_get("X : y\r\n"), 400},
      {"SpaceInName", whole_get("X Y: z\r\n"), 400},
      {"EmptyName", whole_get(": y\r\n"), 400},
      {"NoColon", whole_get("Nonsense\r\n"), 400},
      {"FoldedLine", whole_get("X: a\r\n b\r\n"), 400},
      {"NulInValue", whole_get(std::string("X: a\0b\r\n", 8)), 400},
      {"BareCrInValue", whole_get("X: a\rb\r\n"), 400},
      {"BareLfAsLineEnd", "GET / HTTP/1.1\nHost: s\n\n", 400},
      {"BareLfBetweenFields", whole_get("X: a\nY: b\r\n"), 400},
      {"ControlInName", whole_get("X\x01: y\r\n"), 400},
      // Request line (RFC 9112 §3).
      {"NoVersion", "GET /\r\n\r\n", 400},
      {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"TabAsSeparator", "GET\t/\tHTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"SpaceAfterVersion", "GET / HTTP/1.1 \r\nHost: s\r\n\r\n", 400},
      {"LeadingSpace", " GET / HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"Fragment", "GET /a#b HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"EightBitTarget", "GET /\xc3\xa9 HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"ControlInTarget", "GET /\x01 HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"RelativeTarget", "GET a HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"AsteriskWithGet", "GET * HTTP/1.1\r\nHost: s\r\n\r\n", 400},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"Http12IsNotHttp1x", "GET / HTTP/3.1\r\nHost: s\r\n\r\n", 505},
      {"LowerCaseProtocol", "GET / http/1.1\r\nHost: s\r\n\r\n", 400},
      {"ConnectIsNotForUs", "CONNECT s:443 HTTP/1.1\r\nHost: s:443\r\n\r\n", 405},
      {"TraceIsRefused", "TRACE / HTTP/1.1\r\nHost: s\r\n\r\n", 405},
      {"TlsHelloOnAPlainPort", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      // Host (RFC 9112 §3.2).
      {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
      {"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"TwoEqualHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"HostWithUserInfo", "GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
      {"HostWithPath", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"HostList", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"HostWithSpace", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"UserInfoInAbsoluteTarget", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      // An older version is no excuse, and what stands behind a refusal is not served.
      {"FoldedLineInHttp10", "GET / HTTP/1.0\r\nHost: s\r\nX: a\r\n b\r\n\r\n", 400},
      {"FoldedLineThatHidesAHost", whole_get("X: y\r\n Host: evil\r\n"), 400},
      {"SpaceBeforeColonInHttp10", "GET / HTTP/1.0\r\nHost : s\r\n\r\n", 400},
      {"NulInValueOfHttp10", "GET / HTTP/1.0\r\nHost: s\r\n" + std::string("X: \0\r\n\r\n", 8), 400},
      {"LineOfASpaceInsteadOfTheEnd", whole_get("X: y\r\n \r\n"), 400},
      {"ThirdContentLengthDiffers",
       whole_post("Content-Length: 5\r\nX: y\r\nContent-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
      {"ContentLengthListOfNothing", whole_post("Content-Length: ,\r\n", "hello"), 400},
      {"RequestBehindContentLengthAndChunked",
       whole_post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                  "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n"),
       400},
      {"RequestBehindConnect",
       "CONNECT s:443 HTTP/1.1\r\nHost: s:443\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n", 405},
      {"TraceWithABody", "TRACE / HTTP/1.1\r\nHost: s\r\nContent-Length: 3\r\n\r\nabc", 405},
  };
}

}  // namespace

const std::vector<RejectedRequest>& rejected_requests() {
  static const auto cases = [] {
    auto all = mixed();
    for (const auto& group : {rejected_framing(), rejected_chunks(), rejected_heads()})
      all.insert(all.end(), group.begin(), group.end());
    return all;
  }();
  return cases;
}

}  // namespace understudy::test
