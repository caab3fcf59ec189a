#include "tests/conformance/http/cases.hpp"

namespace understudy::test {
namespace {

struct Part {
  const char* name;
  std::string bytes;
  unsigned status = 400;
};

const std::string kHostLine = "Host: s\r\n";

std::vector<Part> request_lines() {
  return {
      {"TwoSpacesAfterTarget", "GET /  HTTP/1.1"},
      {"TabAfterMethod", "GET\t/ HTTP/1.1"},
      {"TabAfterTarget", "GET /\tHTTP/1.1"},
      {"TabBehindVersion", "GET / HTTP/1.1\t"},
      {"VerticalTabAfterMethod", "GET\v/ HTTP/1.1"},
      {"BareCrAfterMethod", "GET\r/ HTTP/1.1"},
      {"NoTarget", "GET HTTP/1.1"},
      {"NoMethod", " / HTTP/1.1"},
      {"MethodWithColon", "GE:T / HTTP/1.1"},
      {"MethodWithQuotes", "G=\"x\" / HTTP/1.1"},
      {"MethodWithEightBit", "G\xcbT / HTTP/1.1"},
      {"MethodTooLong", std::string(200, 'A') + " / HTTP/1.1"},
      {"SpaceInTarget", "GET /a b HTTP/1.1"},
      {"DelInTarget", "GET /\x7f HTTP/1.1"},
      {"FragmentAlone", "GET # HTTP/1.1"},
      {"FragmentInAbsoluteForm", "GET http://s/#a HTTP/1.1"},
      {"QueryAlone", "GET ?a HTTP/1.1"},
      {"AuthorityForm", "GET s:80 HTTP/1.1"},
      {"AsteriskWithPost", "POST * HTTP/1.1"},
      {"AsteriskAndMore", "OPTIONS *x HTTP/1.1"},
      {"BackslashAsPath", "GET \\a HTTP/1.1"},
      {"AbsoluteFormWithoutHost", "GET http:///a HTTP/1.1"},
      {"AbsoluteFormOfFtp", "GET ftp://s/ HTTP/1.1"},
      {"AbsoluteFormWithBadPort", "GET http://s:x/ HTTP/1.1"},
      {"AbsoluteFormWithBackslash", "GET http://s\\@evil/ HTTP/1.1"},
      {"VersionMixedCase", "GET / Http/1.1"},
      {"VersionWithoutMinor", "GET / HTTP/1"},
      {"VersionWithTwoDigits", "GET / HTTP/1.10"},
      {"VersionWithLeadingZero", "GET / HTTP/01.1"},
      {"VersionWithComma", "GET / HTTP/1,1"},
      {"VersionWithTail", "GET / HTTP/1.1x"},
      {"VersionWithSpace", "GET / HTTP/ 1.1"},
      {"VersionOfAnotherName", "GET / ICAP/1.0"},
      {"Version09", "GET / HTTP/0.9"},
      {"Version2", "GET / HTTP/2.0", 505},
      {"ConnectWithPath", "CONNECT / HTTP/1.1"},
      {"TargetTooLong", "GET /" + std::string(20'000, 'a') + " HTTP/1.1", 414},
  };
}

std::vector<Part> hosts() {
  return {
      {"HostEmpty", ""},
      {"HostListWithoutSpace", "a,b"},
      {"HostWithScheme", "http://a"},
      {"HostWithQuery", "a?b"},
      {"HostWithFragment", "a#b"},
      {"HostWithBackslash", "a\\b"},
      {"HostEightBit", "\xe9"},
      {"HostWithBadPort", "a:8x"},
      {"HostWithNegativePort", "a:-1"},
      {"HostWithBigPort", "a:99999"},
      {"HostWithTwoPorts", "a:80:80"},
      {"HostPortAlone", ":80"},
      {"HostOpenBracket", "[::1"},
      {"HostBareIpv6", "::1"},
      {"HostTextAfterBracket", "[::1]x"},
      {"HostEmptyBrackets", "[]"},
      {"HostWithPipe", "a|b"},
      {"HostInAngles", "<a>"},
      {"HostBadEscape", "a%2"},
      {"HostWithTab", "a\tb"},
      {"HostWithPassword", "u:p@a"},
  };
}

std::vector<Part> fields() {
  return {
      {"NameWithTabBeforeColon", "A\t: b"},
      {"NameWithBracket", "A[: b"},
      {"NameWithSlash", "A/: b"},
      {"NameWithComma", "A,: b"},
      {"NameWithQuote", "A\": b"},
      {"NameWithEquals", "A=b: c"},
      {"NameWithEightBit", "A\xe9: b"},
      {"NameWithDel",
       "\x7f"
       "A: b"},
      {"NameBehindBackspace", "\bA: b"},
      {"ColonAlone", ":"},
      {"SpaceAlone", " "},
      {"TabAlone", "\t"},
      {"CrAlone", "\r"},
      {"FoldedWithTab", "A: b\r\n\tc"},
      {"NulAtTheEnd", std::string("A: b") + '\0'},
      {"CrAtTheEnd", "A: b\r"},
      {"VerticalTabInValue", "A: b\vc"},
      {"EscapeInValue", "A: \x1b[0m"},
      {"DelInValue", "A: \x7f"},
      {"ValueTooLong", "A: " + std::string(40'000, 'x'), 431},
      {"NameTooLong", std::string(40'000, 'X') + ": a", 431},
  };
}

}  // namespace

std::vector<RejectedRequest> rejected_heads() {
  std::vector<RejectedRequest> cases;
  for (const auto& line : request_lines())
    cases.push_back({line.name, line.bytes + "\r\n" + kHostLine + "\r\n", line.status});
  for (const auto& host : hosts())
    cases.push_back({host.name, "GET / HTTP/1.1\r\nHost: " + host.bytes + "\r\n\r\n", host.status});
  for (const auto& field : fields())
    cases.push_back({std::string("Field") + field.name,
                     "GET / HTTP/1.1\r\n" + kHostLine + field.bytes + "\r\n\r\n", field.status});
  std::string many = "GET / HTTP/1.1\r\n" + kHostLine;
  for (int i = 0; i < 300; ++i) many += "A: b\r\n";
  cases.push_back({"TooManyFields", many + "\r\n", 431});
  cases.push_back({"TwoHostsInTwoCases", "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 400});
  cases.push_back({"TwoHostsInHttp10", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400});
  cases.push_back({"HostFolded", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n", 400});
  cases.push_back({"NoHostWithAbsoluteForm", "GET http://a/ HTTP/1.1\r\n\r\n", 400});
  cases.push_back({"BareLfInFront", "\nGET / HTTP/1.1\r\n" + kHostLine + "\r\n", 400});
  cases.push_back({"BareCrInFront", "\rGET / HTTP/1.1\r\n" + kHostLine + "\r\n", 400});
  cases.push_back({"BareLfAtTheEndOfTheHead", "GET / HTTP/1.1\r\n" + kHostLine + "\n", 400});
  return cases;
}

}  // namespace understudy::test
