#include "tests/conformance/http/cases.hpp"

namespace understudy::test {
namespace {

const std::string kHost = "Host: s\r\n";
const std::string kPost = "POST / HTTP/1.1\r\n" + kHost;
/// Whoever takes the first line for the end of the body sees a second request.
const std::string kSmuggled = "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n";

struct Obfuscation {
  const char* name;
  std::string bytes;
  unsigned status = 400;
};

std::string with_nul(const char* before, const char* after) { return before + std::string(1, '\0') + after; }

/// Ways to write "Transfer-Encoding: chunked" that some parsers take for it and others do not.
std::vector<Obfuscation> transfer_encoding_lines() {
  return {
      {"CodingQuoted", "Transfer-Encoding: \"chunked\""},
      {"CodingInSingleQuotes", "Transfer-Encoding: 'chunked'", 501},
      {"CodingWithParameter", "Transfer-Encoding: chunked;a=b"},
      {"CodingWithSemicolon", "Transfer-Encoding: chunked;"},
      {"CodingThenIdentity", "Transfer-Encoding: chunked, identity"},
      {"CodingAfterIdentity", "Transfer-Encoding: identity, chunked", 501},
      {"CodingIdentity", "Transfer-Encoding: identity", 501},
      {"CodingAfterGzip", "Transfer-Encoding: gzip, chunked", 501},
      {"CodingUnknown", "Transfer-Encoding: cow", 501},
      {"CodingWithDash", "Transfer-Encoding: x-chunked", 501},
      {"CodingTwoWords", "Transfer-Encoding: chunked chunked"},
      {"CodingWithComma", "Transfer-Encoding: chunked,"},
      {"CodingBehindComma", "Transfer-Encoding: , chunked"},
      {"CodingWithFormFeed", "Transfer-Encoding: \fchunked"},
      {"CodingWithNul", with_nul("Transfer-Encoding: chunked", "")},
      {"CodingBehindNul", with_nul("Transfer-Encoding: ", "chunked")},
      {"CodingWithHardSpace", "Transfer-Encoding: chunked\xa0"},
      {"CodingBehindNextLine",
       "Transfer-Encoding: \x85"
       "chunked"},
      {"CodingBehindEightBit",
       "Transfer-Encoding: \xff"
       "chunked"},
      {"CodingWithInnerTab", "Transfer-Encoding: ch\tunked"},
      {"CodingWithBareCr", "Transfer-Encoding: chunked\r"},
      {"CodingBehindBareCr", "Transfer-Encoding: \rchunked"},
      {"CodingBehindBareLf", "Transfer-Encoding:\nchunked"},
      {"CodingFoldedWithTab", "Transfer-Encoding:\r\n\tchunked"},
      {"CodingFoldedBehind", "Transfer-Encoding: chunked\r\n "},
      {"CodingEmpty", "Transfer-Encoding:"},
      {"NameWithTab", "Transfer-Encoding\t: chunked"},
      {"NameWithoutColon", "Transfer-Encoding chunked"},
      {"NameBehindSpace", " Transfer-Encoding: chunked"},
      {"NameBehindTab", "\tTransfer-Encoding: chunked"},
      {"NameBehindVerticalTab", "\vTransfer-Encoding: chunked"},
      {"NameWithNul", with_nul("Transfer-Encoding", ": chunked")},
      {"NameWithHardSpace", "Transfer-Encoding\xa0: chunked"},
      {"NameBehindColon", ":Transfer-Encoding: chunked"},
      {"NameSplit", "Transfer-\r\nEncoding: chunked"},
      {"NameBehindBareLf", "X: y\nTransfer-Encoding: chunked"},
      {"NameBehindBareCr", "X: y\rTransfer-Encoding: chunked"},
      {"NameInFoldedLine", "X: y\r\n Transfer-Encoding: chunked"},
      {"NameWithSlash", "Transfer/Encoding: chunked"},
      {"NameWithUnderscore", "Transfer_Encoding: chunked"},
      {"LinesThatDiffer", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"},
      {"LinesThatDifferTheOtherWay", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"},
      {"LinesInTwoCases", "Transfer-Encoding: chunked\r\ntransfer-encoding: cow"},
  };
}

std::vector<Obfuscation> content_length_lines() {
  return {
      {"LengthTrailingLetter", "Content-Length: 5a"},
      {"LengthExponent", "Content-Length: 5e0"},
      {"LengthQuoted", "Content-Length: \"5\""},
      {"LengthNegativeZero", "Content-Length: -0"},
      {"LengthBinary", "Content-Length: 0b1"},
      {"LengthWithNul", with_nul("Content-Length: 5", "")},
      {"LengthWithVerticalTab", "Content-Length: 5\v"},
      {"LengthWithHardSpace",
       "Content-Length: \xa0"
       "5"},
      {"LengthSuperscript", "Content-Length: \xb2"},
      {"LengthOver63Bits", "Content-Length: 9223372036854775808"},
      {"LengthListWithEmptyMember", "Content-Length: 5,,5"},
      {"LengthListWithCommaBehind", "Content-Length: 5,"},
      {"LengthEmptyThenGood", "Content-Length:\r\nContent-Length: 5"},
      {"LengthZeroThenMore", "Content-Length: 0\r\nContent-Length: 31"},
      {"LengthFolded", "Content-Length:\r\n 5"},
      {"LengthNameWithUnderscore", "Content-Length: 5\r\nContent_Length: 99"},
      {"LengthNameWithNul", with_nul("Content-Length", ": 5")},
      {"LengthNameBehindBareLf", "X: y\nContent-Length: 5"},
  };
}

}  // namespace

std::vector<RejectedRequest> rejected_framing() {
  std::vector<RejectedRequest> cases;
  for (const auto& line : transfer_encoding_lines()) {
    cases.push_back({line.name, kPost + line.bytes + "\r\n" + kSmuggled, line.status});
    // Two framings in one message are never a matter of what is implemented.
    const bool is_field = line.bytes.find(':') != std::string::npos;
    cases.push_back({std::string(line.name) + "AndLength",
                     kPost + "Content-Length: 7\r\n" + line.bytes + "\r\n" + kSmuggled,
                     is_field ? 400 : line.status});
  }
  for (const auto& line : content_length_lines())
    cases.push_back({line.name, kPost + line.bytes + "\r\n\r\nhello", line.status});
  return cases;
}

std::vector<RejectedRequest> rejected_chunks() {
  const std::vector<Obfuscation> bodies = {
      {"ChunkLineEndsWithBareCr", "5\rhello\r\n0\r\n\r\n"},
      {"ChunkLineEndsWithTwoCr", "5\r\r\nhello\r\n0\r\n\r\n"},
      {"ChunkLineWithCrBeforeExtension", "5\r;a\r\nhello\r\n0\r\n\r\n"},
      {"ChunkExtensionWithBareCr", "5;a\rb\r\nhello\r\n0\r\n\r\n"},
      {"ChunkExtensionEmptyWithBareLf", "5;\nhello\r\n0\r\n\r\n"},
      {"ChunkExtensionEmpty", "5;\r\nhello\r\n0\r\n\r\n"},
      {"ChunkExtensionQuoteNotClosed", "5;a=\"b\r\nhello\r\n0\r\n\r\n"},
      {"ChunkExtensionWithNul", "5;" + with_nul("a", "b") + "\r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeWithSpaceBehind", "5 \r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeWithTabInFront", "\t5\r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeWithUnderscore", "0_5\r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeWithText", "5hello\r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeOver63Bits", "8000000000000000\r\nhello\r\n0\r\n\r\n"},
      {"ChunkSizeOfManyZeros", std::string(20, '0') + "5\r\nhello\r\n0\r\n\r\n"},
      {"ChunkLongerThanItSays", "5\r\nhelloXX\r\n0\r\n\r\n"},
      {"ChunkEndsWithBareCr", "5\r\nhello\r0\r\n\r\n"},
      {"ChunkEndsWithNothing", "5\r\nhello0\r\n\r\n"},
      {"ChunkAfterEmptyLine", "5\r\nhello\r\n\r\n0\r\n\r\n"},
      {"LastChunkWithBareLf", "0\n\r\n"},
      {"LastChunkThenBareLf", "0\r\n\n"},
      {"LastChunkThenTwoCr", "0\r\r\n\r\n"},
      {"TrailerFolded", "0\r\nX: y\r\n z\r\n\r\n"},
      {"TrailerWithBareLf", "0\r\nX: y\nZ: w\r\n\r\n"},
      {"TrailerWithoutColon", "0\r\nX\r\n\r\n"},
      {"TrailerWithSpaceBeforeColon", "0\r\nX : y\r\n\r\n"},
      {"TrailerWithoutName", "0\r\n: y\r\n\r\n"},
      {"TrailerWithNul", "0\r\nX: " + with_nul("", "") + "\r\n\r\n"},
  };
  std::vector<RejectedRequest> cases;
  for (const auto& body : bodies)
    cases.push_back({body.name, kPost + "Transfer-Encoding: chunked\r\n\r\n" + body.bytes, body.status});
  return cases;
}

}  // namespace understudy::test
