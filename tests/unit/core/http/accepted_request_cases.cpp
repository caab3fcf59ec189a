#include "tests/unit/core/http/request_cases.hpp"

namespace understudy::http {
namespace {

const std::string kChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

std::vector<AcceptedRequest> start_lines_and_targets() {
  return {
      {"PlainGet", "GET / HTTP/1.1\r\n" + kHost + "\r\n", "GET / 1.1"},
      {"QueryIsKeptAsItCame", "GET /a%2Fb?x=1&y=%20 HTTP/1.1\r\n" + kHost + "\r\n",
       "GET /a%2Fb?x=1&y=%20 1.1"},
      {"UnknownMethod", "BREW /pot HTTP/1.1\r\n" + kHost + "\r\n", "BREW /pot 1.1"},
      {"MethodOfAllTokenMarks", "!#$%&'*+-.^_`|~ / HTTP/1.1\r\n" + kHost + "\r\n", "!#$%&'*+-.^_`|~ / 1.1"},
      {"MethodOf128Bytes", std::string(128, 'A') + " / HTTP/1.1\r\n" + kHost + "\r\n",
       std::string(128, 'A') + " / 1.1"},
      {"LowerCaseMethodIsAnotherMethod", "get / HTTP/1.1\r\n" + kHost + "\r\n", "get / 1.1"},
      {"OptionsAsterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", "OPTIONS * 1.1"},
      {"AbsoluteForm", "GET http://b:81/x HTTP/1.1\r\n" + kHost + "\r\n", "GET http://b:81/x 1.1"},
      {"AbsoluteFormUpperCaseScheme", "GET HTTP://b/x HTTP/1.1\r\n" + kHost + "\r\n", "GET HTTP://b/x 1.1"},
      {"AbsoluteFormHttps", "GET https://b HTTP/1.1\r\n" + kHost + "\r\n", "GET https://b 1.1"},
      {"AbsoluteFormWithQueryAlone", "GET http://b?q HTTP/1.1\r\n" + kHost + "\r\n", "GET http://b?q 1.1"},
      {"AtSignInPathIsNoUserinfo", "GET http://b/x@y HTTP/1.1\r\n" + kHost + "\r\n", "GET http://b/x@y 1.1"},
      {"DoubleSlashPath", "GET //x HTTP/1.1\r\n" + kHost + "\r\n", "GET //x 1.1"},
      {"UnescapedPipeAndQuote", "GET /?q=a|b\"c{} HTTP/1.1\r\n" + kHost + "\r\n", "GET /?q=a|b\"c{} 1.1"},
      {"OneEmptyLineInFront", "\r\nGET / HTTP/1.1\r\n" + kHost + "\r\n", "GET / 1.1"},
      {"Http12IsReadAs11", "GET / HTTP/1.2\r\n" + kHost + "\r\n", "GET / 1.1"},
      {"Http19IsReadAs11", "GET / HTTP/1.9\r\n" + kHost + "\r\n", "GET / 1.1"},
      {"Http10WithoutHost", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0", "", false},
      {"Http10WithHost", "GET / HTTP/1.0\r\n" + kHost + "\r\n", "GET / 1.0", "", false},
  };
}

std::vector<AcceptedRequest> hosts_and_connections() {
  const std::string get = "GET / HTTP/1.1\r\n";
  return {
      {"HostWithPort", get + "Host: shop.example:8080\r\n\r\n", "GET / 1.1"},
      {"HostWithEmptyPort", get + "Host: shop.example:\r\n\r\n", "GET / 1.1"},
      {"HostIpv4", get + "Host: 127.0.0.1:1\r\n\r\n", "GET / 1.1"},
      {"HostIpv6", get + "Host: [::1]:8080\r\n\r\n", "GET / 1.1"},
      {"HostIpv6WithoutPort", get + "Host: [fe80::1]\r\n\r\n", "GET / 1.1"},
      {"HostWithUnderscore", get + "Host: a_b.c\r\n\r\n", "GET / 1.1"},
      {"HostWithEscape", get + "Host: a%2db\r\n\r\n", "GET / 1.1"},
      {"HostNameInAnyCase", get + "hOsT: a\r\n\r\n", "GET / 1.1"},
      {"ConnectionClose", get + kHost + "Connection: close\r\n\r\n", "GET / 1.1", "", false},
      {"ConnectionCloseInList", get + kHost + "Connection: x, CLOSE\r\n\r\n", "GET / 1.1", "", false},
      {"ConnectionCloseWinsOverKeepAlive",
       get + kHost + "Connection: keep-alive\r\nConnection: close\r\n\r\n", "GET / 1.1", "", false},
      {"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 1.0", "", true},
      {"EmptyConnection", get + kHost + "Connection:\r\n\r\n", "GET / 1.1"},
      {"UpgradeIsJustAHead", get + kHost + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / 1.1"},
  };
}

std::vector<AcceptedRequest> field_lists() {
  const std::string get = "GET / HTTP/1.1\r\n" + kHost;
  return {
      {"ValueWithoutLeadingSpace", get + "X:y\r\n\r\n", "GET / 1.1"},
      {"ValueWithTabsAround", get + "X:\t y \t\r\n\r\n", "GET / 1.1"},
      {"EmptyValue", get + "X:\r\n\r\n", "GET / 1.1"},
      {"BlankValue", get + "X:   \r\n\r\n", "GET / 1.1"},
      {"ValueWithObsText", get + "X: caf\xc3\xa9\r\n\r\n", "GET / 1.1"},
      {"ValueWithInnerTab", get + "X: a\tb\r\n\r\n", "GET / 1.1"},
      {"NameOfAllTokenMarks", get + "!#$%&'*+-.^_`|~: y\r\n\r\n", "GET / 1.1"},
      {"SameNameTwice", get + "X: 1\r\nx: 2\r\n\r\n", "GET / 1.1"},
      {"ColonsInValue", get + "X: a:b: c\r\n\r\n", "GET / 1.1"},
      {"LongField", get + "X: " + std::string(20000, 'v') + "\r\n\r\n", "GET / 1.1"},
  };
}

std::vector<AcceptedRequest> bodies_of_known_length() {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  return {
      {"ContentLength", post + "Content-Length: 5\r\n\r\nhello", "POST / 1.1", "hello"},
      {"ContentLengthZero", post + "Content-Length: 0\r\n\r\n", "POST / 1.1"},
      {"ContentLengthWithLeadingZeros", post + "Content-Length: 005\r\n\r\nhello", "POST / 1.1", "hello"},
      {"ContentLengthTwiceEqual", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "POST / 1.1",
       "hello"},
      {"ContentLengthListOfEqual", post + "Content-Length: 5, 5\r\n\r\nhello", "POST / 1.1", "hello"},
      {"ContentLengthSurroundedBySpace", post + "Content-Length:  5 \r\n\r\nhello", "POST / 1.1", "hello"},
      {"BodyOnGet", "GET / HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nhi", "GET / 1.1", "hi"},
      {"BodyLooksLikeARequest", post + "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n", "POST / 1.1",
       "GET / HTTP/1.1\r\n\r\n"},
      {"NoBodyWithoutFraming", post + "\r\n", "POST / 1.1"},
      {"PipelinedRequestIsLeftAlone", post + "Content-Length: 2\r\n\r\nhiGET / HTTP/1.1\r\n", "POST / 1.1",
       "hi", true, "", "GET / HTTP/1.1\r\n"},
      {"Http10ContentLength", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST / 1.0", "hi", false},
      {"BinaryBody", post + "Content-Length: 4\r\n\r\n" + std::string("\0\r\n\xff", 4), "POST / 1.1",
       std::string("\0\r\n\xff", 4)},
  };
}

std::vector<AcceptedRequest> chunked_bodies() {
  return {
      {"Chunked", kChunked + "5\r\nhello\r\n0\r\n\r\n", "POST / 1.1", "hello"},
      {"ChunkedInAnyCase", "POST / HTTP/1.1\r\n" + kHost + "transfer-encoding: CHUNKED\r\n\r\n0\r\n\r\n",
       "POST / 1.1"},
      {"ChunkedEmpty", kChunked + "0\r\n\r\n", "POST / 1.1"},
      {"ChunkedLastChunkOfManyZeros", kChunked + "0000\r\n\r\n", "POST / 1.1"},
      {"ChunkedSeveral", kChunked + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", "POST / 1.1", "hello"},
      {"ChunkSizeUpperAndLowerCase", kChunked + "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
       "POST / 1.1", "01234567890123456789"},
      {"ChunkSizeWithLeadingZeros", kChunked + "0005\r\nhello\r\n0\r\n\r\n", "POST / 1.1", "hello"},
      {"ChunkDataLooksLikeTheEnd", kChunked + "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "POST / 1.1", "0\r\n\r\n"},
      {"ChunkExtensionIsIgnored", kChunked + "5;a=b\r\nhello\r\n0;c\r\n\r\n", "POST / 1.1", "hello"},
      {"ChunkExtensionQuoted", kChunked + "5;a=\"x;\\\"y\"\r\nhello\r\n0\r\n\r\n", "POST / 1.1", "hello"},
      {"ChunkExtensionWithSpaces", kChunked + "5 ; a = b ; c\r\nhello\r\n0\r\n\r\n", "POST / 1.1", "hello"},
      {"Trailers", kChunked + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", "POST / 1.1", "hello", true,
       "X-Sum: 1\nY: 2\n"},
      {"ForbiddenTrailersAreDropped",
       kChunked + "0\r\nContent-Length: 7\r\nHost: evil\r\nAuthorization: x\r\nX-Ok: 1\r\nCookie: a\r\n\r\n",
       "POST / 1.1", "", true, "X-Ok: 1\n"},
      {"TransferEncodingInTrailersIsDropped", kChunked + "0\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n",
       "POST / 1.1", "", true, "A: b\n"},
      {"ConnectionCloseInTrailersDoesNothing", kChunked + "0\r\nConnection: close\r\n\r\n", "POST / 1.1", "",
       true},
      {"ChunkedThenPipelined", kChunked + "1\r\nx\r\n0\r\n\r\nGET", "POST / 1.1", "x", true, "", "GET"},
  };
}

}  // namespace

std::vector<AcceptedRequest> accepted_requests() {
  std::vector<AcceptedRequest> all;
  for (const auto& group : {start_lines_and_targets(), hosts_and_connections(), field_lists(),
                            bodies_of_known_length(), chunked_bodies()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace understudy::http
