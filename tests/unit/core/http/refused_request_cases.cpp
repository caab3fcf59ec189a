#include "tests/unit/core/http/request_cases.hpp"

namespace understudy::http {
namespace {

const std::string kEnd = " HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kGet = "GET / HTTP/1.1\r\n";

}  // namespace

std::vector<RefusedRequest> refused_start_lines() {
  return {
      {"TwoEmptyLinesInFront", "\r\n\r\nGET /" + kEnd},
      {"BareLfInFront", "\nGET /" + kEnd},
      {"BareCrInFront", "\rGET /" + kEnd},
      {"SpaceInFront", " GET /" + kEnd},
      {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7)},
      {"DoubleSpaceAfterMethod", "GET  /" + kEnd},
      {"DoubleSpaceAfterTarget", "GET /  HTTP/1.1\r\n" + kHost + "\r\n"},
      {"TabAfterMethod", "GET\t/" + kEnd},
      {"TabAfterTarget", "GET /\tHTTP/1.1\r\n" + kHost + "\r\n"},
      {"SpaceBehindVersion", "GET / HTTP/1.1 \r\n" + kHost + "\r\n"},
      {"SpaceInTarget", "GET /a b" + kEnd},
      {"EmptyTarget", "GET HTTP/1.1\r\n" + kHost + "\r\n"},
      {"MethodWithSlash", "GE/T /" + kEnd},
      {"MethodWithControl", "GE\x01T /" + kEnd},
      {"MethodAlone", "GET\r\n\r\n"},
      {"Http09", "GET /\r\n\r\n"},
      {"Http09Named", "GET / HTTP/0.9\r\n\r\n"},
      {"LowerCaseVersion", "GET / http/1.1\r\n" + kHost + "\r\n"},
      {"VersionWithoutMinor", "GET / HTTP/1\r\n" + kHost + "\r\n"},
      {"VersionWithTwoDigits", "GET / HTTP/1.10\r\n" + kHost + "\r\n"},
      {"VersionWithComma", "GET / HTTP/1,1\r\n" + kHost + "\r\n"},
      {"VersionOfAnotherProtocol", "GET / HTTPS/1.1\r\n" + kHost + "\r\n"},
      {"VersionOfLetters", "GET / HTTP/a.b\r\n" + kHost + "\r\n"},
      {"Http20", "GET / HTTP/2.0\r\n" + kHost + "\r\n", 505},
      {"Http30", "GET / HTTP/3.0\r\n" + kHost + "\r\n", 505},
      {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"BareLfAfterStartLine", "GET / HTTP/1.1\n" + kHost + "\r\n"},
      {"BareCrInStartLine", "GET / HTTP/1.1\rHost: a\r\n\r\n"},
      {"CrInTarget", "GET /\rx" + kEnd},
      {"Fragment", "GET /a#b" + kEnd},
      {"ControlInTarget", "GET /\x01" + kEnd},
      {"NulInTarget", std::string("GET /\0", 6) + kEnd},
      {"DelInTarget", "GET /\x7f" + kEnd},
      {"EightBitInTarget", "GET /caf\xc3\xa9" + kEnd},
      {"TargetWithoutSlash", "GET a" + kEnd},
      {"TargetIsQueryAlone", "GET ?a" + kEnd},
      {"AsteriskForGet", "GET *" + kEnd},
      {"AuthorityFormForGet", "GET a:80" + kEnd},
      {"AbsoluteFormOfAnotherScheme", "GET ftp://a/" + kEnd},
      {"AbsoluteFormWithUserinfo", "GET http://u:p@a/" + kEnd},
      {"AbsoluteFormWithoutHost", "GET http:///x" + kEnd},
      {"AbsoluteFormWithBadPort", "GET http://a:99999/" + kEnd},
      {"AbsoluteFormWithBadHost", "GET http://a\"b/" + kEnd},
      {"Connect", "CONNECT a:443" + kEnd, 405},
      {"ConnectWithPath", "CONNECT /" + kEnd},
      {"ConnectWithoutPort", "CONNECT a" + kEnd},
      {"Trace", "TRACE /" + kEnd, 405},
      {"TraceLowerCase", "trace /" + kEnd, 405},
      {"TargetTooLong", "GET /" + std::string(17000, 'a') + kEnd, 414},
      {"TargetWithoutEnd", "GET /" + std::string(40000, 'a'), 414},
      {"MethodWithoutEnd", std::string(40000, 'A')},
      {"MethodTooLong", std::string(129, 'A') + " /" + kEnd},
      {"MethodFarTooLong", std::string(40000, 'A') + " /" + kEnd},
  };
}

std::vector<RefusedRequest> refused_fields() {
  std::string many = kGet + kHost;
  for (int i = 0; i < 300; ++i) many += "X: y\r\n";
  std::string options = "Connection: ";
  for (int i = 0; i < 40; ++i) options += "a" + std::to_string(i) + ",";
  return {
      {"SpaceBeforeFirstField", kGet + " Host: a\r\n\r\n"},
      {"TabBeforeFirstField", kGet + "\tHost: a\r\n\r\n"},
      {"SpaceBeforeEnd", kGet + kHost + " \r\n\r\n"},
      {"SpaceBeforeColon", kGet + "Host : a\r\n\r\n"},
      {"TabBeforeColon", kGet + kHost + "X\t: a\r\n\r\n"},
      {"SpaceInName", kGet + kHost + "X Y: a\r\n\r\n"},
      {"EmptyName", kGet + kHost + ": a\r\n\r\n"},
      {"NoColon", kGet + kHost + "X\r\n\r\n"},
      {"NameWithControl", kGet + kHost + "X\x01: a\r\n\r\n"},
      {"NameWithEightBit", kGet + kHost + "X\xc3: a\r\n\r\n"},
      {"NameWithNul", kGet + kHost + std::string("X\0: a\r\n\r\n", 9)},
      {"NulInValue", kGet + kHost + std::string("X: a\0b\r\n\r\n", 10)},
      {"ControlInValue", kGet + kHost +
                             "X: a\x02"
                             "b\r\n\r\n"},
      {"VerticalTabInValue", kGet + kHost + "X: a\vb\r\n\r\n"},
      {"DelInValue", kGet + kHost + "X: a\x7f\r\n\r\n"},
      {"BareCrInValue", kGet + kHost + "X: a\rb\r\n\r\n"},
      {"BareCrBeforeCrLf", kGet + kHost + "X: a\r\r\n\r\n"},
      {"BareLfInValue", kGet + kHost + "X: a\nb: c\r\n\r\n"},
      {"BareLfAtEnd", kGet + kHost + "\n"},
      {"AllBareLf", "GET / HTTP/1.1\nHost: a\n\n"},
      {"AllBareCr", "GET / HTTP/1.1\rHost: a\r\r"},
      {"ObsFold", kGet + kHost + "X: a\r\n b\r\n\r\n"},
      {"ObsFoldWithTab", kGet + kHost + "X: a\r\n\tb\r\n\r\n"},
      {"ObsFoldInHost", kGet + "Host:\r\n a\r\n\r\n"},
      {"TooManyFields", many + "\r\n", 431},
      {"HeadTooLarge", kGet + kHost + "X: " + std::string(40000, 'v') + "\r\n\r\n", 431},
      {"HeadWithoutEnd", kGet + kHost + "X: " + std::string(40000, 'v'), 431},
      {"TooManyConnectionOptions", kGet + kHost + options + "\r\n\r\n"},
      {"HostMissing", kGet + "\r\n"},
      {"HostMissingWithAbsoluteForm", "GET http://a/ HTTP/1.1\r\n\r\n"},
      {"HostTwice", kGet + kHost + kHost + "\r\n"},
      {"HostTwiceInHttp10", "GET / HTTP/1.0\r\n" + kHost + kHost + "\r\n"},
      {"HostEmpty", kGet + "Host:\r\n\r\n"},
      {"HostList", kGet + "Host: a, b\r\n\r\n"},
      {"HostListWithoutSpace", kGet + "Host: a,b\r\n\r\n"},
      {"HostWithUserinfo", kGet + "Host: u@a\r\n\r\n"},
      {"HostWithPath", kGet + "Host: a/b\r\n\r\n"},
      {"HostWithScheme", kGet + "Host: http://a\r\n\r\n"},
      {"HostWithSpace", kGet + "Host: a b\r\n\r\n"},
      {"HostWithQuery", kGet + "Host: a?b\r\n\r\n"},
      {"HostWithBackslash", kGet + "Host: a\\b\r\n\r\n"},
      {"HostWithEightBit", kGet + "Host: \xc3\xa9\r\n\r\n"},
      {"HostWithBadEscape", kGet + "Host: a%2\r\n\r\n"},
      {"HostWithBadPort", kGet + "Host: a:8o\r\n\r\n"},
      {"HostWithTwoPorts", kGet + "Host: a:80:81\r\n\r\n"},
      {"HostWithPortAlone", kGet + "Host: :80\r\n\r\n"},
      {"HostWithOpenBracket", kGet + "Host: [::1\r\n\r\n"},
      {"HostWithBracketedName", kGet + "Host: [a.b]\r\n\r\n"},
      {"HostWithTextAfterBracket", kGet + "Host: [::1]x\r\n\r\n"},
  };
}

std::vector<RefusedRequest> refused_framings() {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  const std::string te = "Transfer-Encoding: chunked\r\n";
  const std::string cl = "Content-Length: 5\r\n";
  const std::string chunks = "\r\n0\r\n\r\n";
  std::vector<RefusedRequest> cases = {
      {"LengthThenChunked", post + cl + te + chunks},
      {"ChunkedThenLength", post + te + cl + chunks},
      {"LengthThenOtherCoding", post + cl + "Transfer-Encoding: gzip\r\n" + chunks},
      {"OtherCodingThenLength", post + "Transfer-Encoding: gzip\r\n" + cl + chunks},
      {"ChunkedThenLengthZero", post + te + "Content-Length: 0\r\n" + chunks},
      {"ChunkedInHttp10", "POST / HTTP/1.0\r\n" + te + chunks},
      {"OtherCodingInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n" + chunks},
      {"ChunkedTwice", post + te + te + chunks},
      {"ChunkedThenOtherLine", post + te + "Transfer-Encoding: gzip\r\n" + chunks},
      {"OtherLineThenChunked", post + "Transfer-Encoding: gzip\r\n" + te + chunks},
      {"LengthAndItsLookalike", post + cl + "Content_Length: 99\r\n\r\nhello"},
      {"LengthAndChunkedLookalike", post + cl + "transfer_Encoding: chunked\r\n\r\nhello"},
      {"LookalikeAlone", post + "Transfer_Encoding: chunked\r\n" + chunks},
      {"SpaceBeforeColonOfTransferEncoding", post + "Transfer-Encoding : chunked\r\n" + chunks},
  };
  const std::vector<RefusedRequest> codings = {
      {"Gzip", "gzip", 501},
      {"Identity", "identity", 501},
      {"XChunked", "xchunked", 501},
      {"XDashChunked", "x-chunked", 501},
      {"GzipChunked", "gzip, chunked", 501},
      {"CowThenChunked", "cow, chunked", 501},
      {"ChunkedGzip", "chunked, gzip"},
      {"ChunkedIdentity", "chunked, identity"},
      {"ChunkedChunked", "chunked, chunked"},
      {"ChunkedWithComma", "chunked,"},
      {"CommaChunked", ",chunked"},
      {"Empty", ""},
      {"Quoted", "\"chunked\""},
      {"WithParameter", "chunked;q=1"},
      {"WithSemicolon", "chunked;"},
      {"TwoWords", "chunked foo"},
      {"VerticalTab", "\vchunked"},
      {"FormFeed", "chunked\f"},
      {"Nul", std::string("chunked\0", 8)},
      {"ObsFold", "\r\n chunked"},
      {"ObsFoldAfterComma", "gzip,\r\n chunked"},
  };
  for (const auto& coding : codings)
    cases.push_back({"TransferEncoding" + coding.name,
                     post + "Transfer-Encoding: " + coding.raw + "\r\n" + chunks, coding.status});
  const std::vector<std::pair<std::string, std::string>> lengths = {
      {"Empty", ""},
      {"Plus", "+5"},
      {"Minus", "-5"},
      {"Hex", "0x5"},
      {"InnerSpace", "1 2"},
      {"Underscore", "1_0"},
      {"Letters", "abc"},
      {"TrailingLetter", "5a"},
      {"Decimal", "5.0"},
      {"Exponent", "5e1"},
      {"Quoted", "\"5\""},
      {"EightBit", "\xb5"},
      {"Overflow", "18446744073709551616"},
      {"SignedOverflow", "9223372036854775808"},
      {"LongOverflow", "99999999999999999999999999"},
      {"ListOfDifferent", "5, 6"},
      {"ListWithEmpty", "5,"},
      {"ListWithEmptyFront", ",5"},
      {"ListWithDoubleComma", "5,,5"},
      {"ListWithWord", "5, x"}};
  for (const auto& [name, value] : lengths)
    cases.push_back({"ContentLength" + name, post + "Content-Length: " + value + "\r\n\r\nhello"});
  cases.push_back({"ContentLengthLinesDiffer", post + cl + "Content-Length: 6\r\n\r\nhello"});
  cases.push_back({"ContentLengthSpaceBeforeColon", post + "Content-Length : 5\r\n\r\nhello"});
  return cases;
}

std::vector<RefusedRequest> refused_chunks() {
  const std::vector<RefusedRequest> bodies = {
      {"NotHex", "g\r\n"},
      {"EmptySize", "\r\n\r\n"},
      {"HexPrefix", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"Plus", "+5\r\nhello\r\n0\r\n\r\n"},
      {"Minus", "-1\r\n"},
      {"LeadingSpace", " 5\r\nhello\r\n0\r\n\r\n"},
      {"TrailingSpace", "5 \r\nhello\r\n0\r\n\r\n"},
      {"TrailingTab", "5\t\r\nhello\r\n0\r\n\r\n"},
      {"Underscore", "1_0\r\n"},
      {"Overflow", "10000000000000000\r\n"},
      {"SignedOverflow", "8000000000000000\r\n"},
      {"ManyZeros", std::string(17, '0') + "\r\n\r\n"},
      {"BareLfAfterSize", "5\nhello\r\n0\r\n\r\n"},
      {"BareCrAfterSize", "5\rhello\r\n0\r\n\r\n"},
      {"NoCrLfAfterData", "5\r\nhello0\r\n\r\n"},
      {"BareLfAfterData", "5\r\nhello\n0\r\n\r\n"},
      {"LongerThanItsSize", "4\r\nhello\r\n0\r\n\r\n"},
      {"BareSemicolon", "5;\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionWithoutName", "5;=a\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionWithoutValue", "5;a=\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionWithBareLf", "5;a\nhello\r\n0\r\n\r\n"},
      {"ExtensionWithBareCr", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionWithControl", "5;a\x01\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionQuoteAcrossLine", "5;a=\"\r\nhello\"\r\n0\r\n\r\n"},
      {"ExtensionTextAfterQuote", "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionTwoWords", "5;a b\r\nhello\r\n0\r\n\r\n"},
      {"ExtensionTooLarge", "5;a=" + std::string(17000, 'x') + "\r\nhello\r\n0\r\n\r\n"},
      {"TrailerWithoutColon", "0\r\nX\r\n\r\n"},
      {"TrailerWithSpaceBeforeColon", "0\r\nX : y\r\n\r\n"},
      {"TrailerObsFold", "0\r\nX: y\r\n z\r\n\r\n"},
      {"TrailerSpaceInFront", "0\r\n X: y\r\n\r\n"},
      {"TrailerBareLf", "0\r\nX: y\n\r\n"},
      {"TrailerBehindDataInOneRead", "5\r\nhello\r\n0\r\nX\r\n\r\n"},
      {"BadSizeBehindDataInOneRead", "5\r\nhello\r\nx\r\n"},
      {"TrailerEndsInBareLf", "0\r\n\n"},
      {"TrailerNul", std::string("0\r\nX: \0\r\n\r\n", 11)},
      {"TrailersTooLarge", "0\r\nX: " + std::string(17000, 'x') + "\r\n\r\n", 431},
      {"TrailersWithoutEnd", "0\r\nX: " + std::string(17000, 'x'), 431},
  };
  std::vector<RefusedRequest> cases;
  for (const auto& body : bodies)
    cases.push_back({"Chunk" + body.name,
                     "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body.raw,
                     body.status});
  // Each extension is small; together they are not.
  std::string many = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 200; ++i) many += "1;a=" + std::string(100, 'x') + "\r\nx\r\n";
  cases.push_back({"ChunkExtensionsTogetherTooLarge", many + "0\r\n\r\n"});
  return cases;
}

std::vector<RefusedRequest> refused_requests() {
  std::vector<RefusedRequest> all;
  for (const auto& group : {refused_start_lines(), refused_fields(), refused_framings(), refused_chunks()})
    all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace understudy::http
