#include "tests/conformance/http/cases.hpp"

namespace understudy::test {
namespace {

/// What a gateway adds to every request of these clients.
std::string added(const std::string& version = "1.1", const std::string& host = "s") {
  return "Via: " + version +
         " understudy-test\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: " +
         host + "\r\n";
}
std::string get(const std::string& fields = "") { return "GET / HTTP/1.1\r\nHost: s\r\n" + fields; }
std::string post(const std::string& fields = "") { return "POST / HTTP/1.1\r\nHost: s\r\n" + fields; }

}  // namespace

const std::vector<ForwardedRequest>& forwarded_requests() {
  static const std::string chunked = "Transfer-Encoding: chunked\r\n";
  static const std::vector<ForwardedRequest> cases{
      {"Plain", get() + "\r\n", get() + added() + "\r\n"},
      {"LeadingEmptyLine", "\r\n" + get() + "\r\n", get() + added() + "\r\n"},
      {"UnknownMethod", "BREW /pot HTTP/1.1\r\nHost: s\r\n\r\n",
       "BREW /pot HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"PathAndQueryBytes", "GET //a/../b%2F%00?x=%20&y=/../ HTTP/1.1\r\nHost: s\r\n\r\n",
       "GET //a/../b%2F%00?x=%20&y=/../ HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"OptionsAsterisk", "OPTIONS * HTTP/1.1\r\nHost: s\r\n\r\n",
       "OPTIONS * HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"AbsoluteFormReplacesHost", "GET http://real:81/p?q HTTP/1.1\r\nHost: fake\r\n\r\n",
       "GET /p?q HTTP/1.1\r\nHost: real:81\r\n" + added("1.1", "real:81") + "\r\n"},
      {"AbsoluteFormWithoutPath", "GET http://real HTTP/1.1\r\nHost: real\r\n\r\n",
       "GET / HTTP/1.1\r\nHost: real\r\n" + added("1.1", "real") + "\r\n"},
      {"Http10", "GET / HTTP/1.0\r\nHost: s\r\n\r\n", get() + added("1.0") + "\r\n"},
      {"OrderAndDuplicatesAndCase", get("b: 2\r\nA: 1\r\nB: 3\r\n") + "\r\n",
       get("b: 2\r\nA: 1\r\nB: 3\r\n") + added() + "\r\n"},
      {"EmptyValue", get("X:\r\n") + "\r\n", get("X: \r\n") + added() + "\r\n"},
      {"EightBitValue", get("X: \xc3\xa9\xff\r\n") + "\r\n", get("X: \xc3\xa9\xff\r\n") + added() + "\r\n"},
      {"UnderscoreInName", get("X_Y: 1\r\n") + "\r\n", get("X_Y: 1\r\n") + added() + "\r\n"},
      {"CredentialsUntouched", get("Authorization: Bearer x\r\nCookie: a=b; c=d\r\n") + "\r\n",
       get("Authorization: Bearer x\r\nCookie: a=b; c=d\r\n") + added() + "\r\n"},
      {"ConditionalsUntouched", get("If-None-Match: \"x\"\r\nRange: bytes=0-1\r\n") + "\r\n",
       get("If-None-Match: \"x\"\r\nRange: bytes=0-1\r\n") + added() + "\r\n"},
      // Hop-by-hop (RFC 9110 §7.6.1).
      {"ConnectionFieldsGo",
       get("Connection: X-Hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n") + "\r\n",
       get() + added() + "\r\n"},
      {"ProxyConnectionGoes", get("Proxy-Connection: keep-alive\r\n") + "\r\n", get() + added() + "\r\n"},
      {"UpgradeGoesWithoutConnection", get("Upgrade: h2c\r\n") + "\r\n", get() + added() + "\r\n"},
      {"ConnectionCannotStripHost", get("Connection: close, Host\r\n") + "\r\n", get() + added() + "\r\n"},
      {"ConnectionCannotStripAuthorization",
       get("Connection: authorization\r\nAuthorization: x\r\n") + "\r\n",
       get("Authorization: x\r\n") + added() + "\r\n"},
      {"ConnectionCannotStripForwardedFor",
       get("Connection: x-forwarded-for\r\nX-Forwarded-For: 1.2.3.4\r\n") + "\r\n",
       get("X-Forwarded-For: 1.2.3.4, 127.0.0.1\r\n") +
           "Via: 1.1 understudy-test\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: s\r\n\r\n"},
      {"ViaIsExtended", get("Via: 1.0 edge\r\n") + "\r\n",
       get("Via: 1.0 edge, 1.1 understudy-test\r\n") +
           "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: s\r\n\r\n"},
      {"KeepAliveGoes", get("Keep-Alive: timeout=5\r\n") + "\r\n", get() + added() + "\r\n"},
      {"EmptyConnectionMembers", get("Connection: ,, X-Hop ,,\r\nX-Hop: 1\r\n") + "\r\n",
       get() + added() + "\r\n"},
      {"H2cUpgradeEndsHere",
       get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n") + "\r\n",
       get() + added() + "\r\n"},
      {"H2cSettingsEndHereEvenUnnamed",
       get("Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n") + "\r\n",
       get() + added() + "\r\n"},
      {"UpgradeOfHttp10IsIgnored",
       "GET / HTTP/1.0\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
       get() + added("1.0") + "\r\n"},
      {"UpgradeIsPassedOn",
       get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n") + "\r\n",
       get("Sec-WebSocket-Version: 13\r\n") + added() + "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n"},
      {"OtherTeThanTrailersGoes", get("TE: gzip\r\nConnection: TE\r\n") + "\r\n", get() + added() + "\r\n"},
      {"TeTrailersIsOurWishToo", get("TE: trailers\r\nConnection: TE\r\n") + "\r\n",
       get() + added() + "TE: trailers\r\nConnection: TE\r\n\r\n"},
      {"MaxForwardsOfOptionsCountsDown", "OPTIONS / HTTP/1.1\r\nHost: s\r\nMax-Forwards: 5\r\n\r\n",
       "OPTIONS / HTTP/1.1\r\nHost: s\r\nMax-Forwards: 4\r\n" + added() + "\r\n"},
      {"MaxForwardsOfGetIsNotOurs", get("Max-Forwards: 0\r\n") + "\r\n",
       get("Max-Forwards: 0\r\n") + added() + "\r\n"},
      {"ExpectOfHttp10IsIgnored",
       "POST / HTTP/1.0\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
       post() + added("1.0") + "Content-Length: 1\r\n\r\na"},
      {"UnknownExpectationIsForTheOrigin", get("Expect: x 100-continue\r\n") + "\r\n",
       get("Expect: x 100-continue\r\n") + added() + "\r\n"},
      // Targets, names and values that look odd and are legal.
      {"AbsoluteFormOfOptions", "OPTIONS http://s HTTP/1.1\r\nHost: s\r\n\r\n",
       "OPTIONS * HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"AbsoluteFormWithQueryAlone", "GET HTTP://s?q=1 HTTP/1.1\r\nHost: s\r\n\r\n",
       "GET /?q=1 HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"TargetOfOddCharacters", "GET /\"<>\\^`{|}%zz% HTTP/1.1\r\nHost: s\r\n\r\n",
       "GET /\"<>\\^`{|}%zz% HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"TargetOf8000Bytes", "GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: s\r\n\r\n",
       "GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"LowerCaseMethod", "get / HTTP/1.1\r\nHost: s\r\n\r\n",
       "get / HTTP/1.1\r\nHost: s\r\n" + added() + "\r\n"},
      {"Http12", "GET / HTTP/1.2\r\nHost: s\r\n\r\n", get() + added() + "\r\n"},
      {"HostIpv6", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
       "GET / HTTP/1.1\r\nHost: [::1]:80\r\n" + added("1.1", "[::1]:80") + "\r\n"},
      {"HostWithUnderscore", "GET / HTTP/1.1\r\nHost: a_b\r\n\r\n",
       "GET / HTTP/1.1\r\nHost: a_b\r\n" + added("1.1", "a_b") + "\r\n"},
      {"NameOfAllTokenMarks", get("!#$%&'*+-.^_`|~09: b\r\n") + "\r\n",
       get("!#$%&'*+-.^_`|~09: b\r\n") + added() + "\r\n"},
      {"SpaceAroundValue", get("A:\t b\tc \t\r\n") + "\r\n", get("A: b\tc\r\n") + added() + "\r\n"},
      // Bodies (RFC 9112 §6, §7).
      {"ContentLength", post("Content-Length: 3\r\n") + "\r\nabc",
       post() + added() + "Content-Length: 3\r\n\r\nabc"},
      {"ContentLengthWithLeadingZeros", post("Content-Length: 003\r\n") + "\r\nabc",
       post() + added() + "Content-Length: 3\r\n\r\nabc"},
      {"BodyThatLooksLikeARequest", post("Content-Length: 18\r\n") + "\r\nGET / HTTP/1.1\r\n\r\n",
       post() + added() + "Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n"},
      {"GetWithChunks", get("Transfer-Encoding:\tchunked \r\n") + "\r\n1\r\na\r\n0\r\n\r\n",
       get() + added() + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"},
      {"ChunkSizeInUpperCase", post(chunked) + "\r\nA\r\n0123456789\r\n0\r\n\r\n",
       post() + added() + chunked + "\r\na\r\n0123456789\r\n0\r\n\r\n"},
      {"ContentLengthZero", post("Content-Length: 0\r\n") + "\r\n",
       post() + added() + "Content-Length: 0\r\n\r\n"},
      {"EqualContentLengthsBecomeOne", post("Content-Length: 3\r\nContent-Length: 3\r\n") + "\r\nabc",
       post() + added() + "Content-Length: 3\r\n\r\nabc"},
      {"EqualContentLengthListBecomesOne", post("Content-Length: 3, 3\r\n") + "\r\nabc",
       post() + added() + "Content-Length: 3\r\n\r\nabc"},
      {"GetWithBody", get("Content-Length: 3\r\n") + "\r\nabc",
       get() + added() + "Content-Length: 3\r\n\r\nabc"},
      {"ChunkedInAnyCase", post("tRANSFER-eNCODING: ChUnKeD\r\n") + "\r\n0\r\n\r\n",
       post() + added() + chunked + "\r\n0\r\n\r\n"},
      {"ChunkExtensionsAreDropped", post(chunked) + "\r\n3;a=b;c=\"d\"\r\nabc\r\n0;z\r\n\r\n",
       post() + added() + chunked + "\r\n3\r\nabc\r\n0\r\n\r\n"},
      {"ChunkSizeWithLeadingZeros", post(chunked) + "\r\n0003\r\nabc\r\n000\r\n\r\n",
       post() + added() + chunked + "\r\n3\r\nabc\r\n0\r\n\r\n"},
      {"RequestTrailersEndHere", post(chunked) + "\r\n3\r\nabc\r\n0\r\nX-T: 1\r\nHost: evil\r\n\r\n",
       post() + added() + chunked + "\r\n3\r\nabc\r\n0\r\n\r\n"},
      {"TransferEncodingInConnection",
       post("Connection: transfer-encoding\r\n" + chunked) + "\r\n1\r\na\r\n0\r\n\r\n",
       post() + added() + chunked + "\r\n1\r\na\r\n0\r\n\r\n"},
      {"ContentLengthInConnection", post("Connection: content-length\r\nContent-Length: 1\r\n") + "\r\na",
       post() + added() + "Content-Length: 1\r\n\r\na"},
  };
  return cases;
}

}  // namespace understudy::test
