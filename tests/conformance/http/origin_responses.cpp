#include "tests/conformance/http/cases.hpp"

namespace understudy::test {

const std::vector<OriginResponse>& origin_responses() {
  static const std::string ok = "HTTP/1.1 200 OK\r\n";
  static const std::vector<OriginResponse> cases{
      {"OrderAndDuplicates", ok + "Set-Cookie: a=1\r\nX: y\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
       200, "Set-Cookie: a=1\r\nX: y\r\nSet-Cookie: b=2\r\n", ""},
      {"UnknownStatusAndReason", "HTTP/1.1 599 Own Words\r\nContent-Length: 0\r\n\r\n", 599, "599 Own Words",
       ""},
      {"EmptyReason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, "HTTP/1.1 200 \r\n", ""},
      {"DateIsAdded", ok + "Content-Length: 0\r\n\r\n", 200, "\r\nDate: ", ""},
      {"DateIsKept", ok + "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n", 200,
       "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n", ""},
      {"ViaIsAdded", ok + "Content-Length: 0\r\n\r\n", 200, "Via: 1.1 understudy\r\n", ""},
      {"HopByHopGoes", ok + "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: x\r\nContent-Length: 0\r\n\r\n",
       200, "200", "X-Hop"},
      {"NoContentHasNoLength", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, "204",
       "Content-Length"},
      {"NotModifiedHasNoBody", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304, "ETag: \"x\"",
       "Transfer-Encoding"},
      {"ChunkExtensionsAreDropped", ok + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", 200,
       "3\r\nabc\r\n0\r\n\r\n", "x=y"},
      {"SpaceBeforeColonIsRepaired", ok + "X : y\r\nContent-Length: 0\r\n\r\n", 200, "X: y\r\n", "X :"},
      {"ContentLengthsThatDiffer", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 502, "text/plain",
       ""},
      {"ContentLengthNotANumber", ok + "Content-Length: x\r\n\r\n", 502, "text/plain", ""},
      {"ContentLengthAndChunked",
       ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 502, "text/plain",
       "abc"},
      {"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n", 502, "text/plain", "SSH"},
      {"BareLfInHead", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", 502, "text/plain", ""},
      {"NulInValue", ok + std::string("X: a\0b\r\n", 8) + "Content-Length: 0\r\n\r\n", 502, "text/plain", ""},
      {"HeadTooLarge", ok + "X: " + std::string(70'000, 'x') + "\r\n\r\n", 502, "text/plain", ""},
      {"NothingAtAll", "", 502, "text/plain", ""},
      {"HeadCutShort", ok + "Content-Le", 502, "text/plain", ""},
      {"ContentLengthCutShort", ok + "Content-Length: 5\r\n\r\nabc", 200, "abc", ""},
      {"ChunkedCutShort", ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 200, "abc", "0\r\n\r\n"},
      {"ChunkSizeNotANumber", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 200, "chunked",
       "0\r\n\r\n"},
      {"UntilClose", ok + "\r\nabc", 200, "3\r\nabc\r\n0\r\n\r\n", ""},
      {"Interim", "HTTP/1.1 102 Processing\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na", 102,
       "HTTP/1.1 200 OK", ""},
  };
  return cases;
}

}  // namespace understudy::test
