#include "core/scrub/json/lexer.hpp"
#include "core/scrub/json/number.hpp"
#include "core/scrub/json/unescape.hpp"

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

struct NullSink {
  void key(const JsonString&) {}
  void string(const JsonString&) {}
  void number(const JsonNumber&) {}
  void literal() {}
  void open(std::size_t) {}
  void close(std::size_t) {}
};

bool accepts(std::string_view text, std::size_t depth_max = 128) {
  // In a block of its exact size, so that a sanitizer sees every byte read beyond the end.
  const std::vector<char> exact(text.begin(), text.end());
  NullSink sink;
  return JsonLexer<NullSink>({exact.data(), exact.size()}, depth_max, sink).run();
}

TEST(JsonLexer, AcceptsEveryValidForm) {
  for (const auto* text : {"{}",
                           "[]",
                           " [ ] ",
                           "\t\n\r {} \n",
                           "null",
                           "true",
                           "false",
                           "0",
                           "-0",
                           "\"\"",
                           "\"a\"",
                           "[[]]",
                           "[{}]",
                           "{\"a\":[]}",
                           "[1,2,3]",
                           "{\"a\":1,\"b\":2}",
                           "{\"a\":1,\"a\":2}",
                           "{\"\":0}",
                           "[1e1]",
                           "[1E+2]",
                           "[1.5e-3]",
                           "[-1.5]",
                           "[0.1]",
                           "[-0.0]",
                           "[123456789012345678901234567890]",
                           "[1e9999]",
                           "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
                           "[\"\\u0000\"]",
                           "[\"\\uD83D\\uDE00\"]",
                           "[\"\\uDEAD\"]",
                           "[\"\x7f\"]",
                           "[\"\xc3\xa9\"]",
                           "[\"\xf0\x9f\x98\x80\"]",
                           "[ 1 , { \"a\" : null } , \"x\" ]",
                           "[\"0123456789012345\"]",
                           "[\"01234567890123456789\\n\"]",
                           "[true,false,null]"})
    EXPECT_TRUE(accepts(text)) << text;
}

TEST(JsonLexer, RefusesEverythingElse) {
  for (const auto* text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1,,2]",
                           "[1 2]",
                           "[\"a\" \"b\"]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "[}",
                           "{]",
                           "[1}",
                           "{\"a\":1]",
                           "[]]",
                           "{}}",
                           "[][]",
                           "1 2",
                           "nul",
                           "nulll",
                           "True",
                           "tru",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "+1",
                           "01",
                           "-01",
                           "-",
                           "1.",
                           ".5",
                           "1.e1",
                           "1e",
                           "1e+",
                           "1E-",
                           "0x1",
                           "1_000",
                           "--1",
                           "- 1",
                           "\"",
                           "\"a",
                           "\"\\\"",
                           "\"\\x41\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "\"\\",
                           "\"\\u",
                           "\"\t\"",
                           "\"\n\"",
                           "\"\x01\"",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "'a'",
                           "[1]//x",
                           "/*x*/1",
                           "[1]x",
                           "\xef\xbb\xbf[]",
                           "\xc2\xa0[]",
                           "[\"a\",\n4\n,1,",
                           "[\f1]",
                           "{\"a\":\"b\"}/**/",
                           "{\"a\":1,,\"b\":2}",
                           "[1:2]",
                           "{\"a\",\"b\"}",
                           "[\"a\",",
                           "{\"a\":1,\"b\"",
                           "]["})
    EXPECT_FALSE(accepts(text)) << text;
  EXPECT_FALSE(accepts(std::string_view("[1]\0", 4)));
  EXPECT_FALSE(accepts(std::string_view("\"a\0b\"", 5)));
}

TEST(JsonLexer, DepthIsLimitedWithoutRecursion) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(accepts(nested(128)));
  EXPECT_FALSE(accepts(nested(129)));
  EXPECT_FALSE(accepts(nested(100'000)));
  EXPECT_FALSE(accepts(nested(3), 2));
  std::string mixed;
  for (int i = 0; i < 64; ++i) mixed += "[{\"a\":";
  EXPECT_TRUE(accepts(mixed + "1" + [] {
    std::string close;
    for (int i = 0; i < 64; ++i) close += "}]";
    return close;
  }()));
}

TEST(JsonLexer, EveryTruncationOfADocumentIsRefused) {
  const std::string document =
      R"({"a":[1,-2.5e3,"text with \u00e9 and \"quotes\" that is long",true],"b":{"c":null}})";
  EXPECT_TRUE(accepts(document));
  for (std::size_t size = 0; size < document.size(); ++size)
    EXPECT_FALSE(accepts(document.substr(0, size))) << size;
}

TEST(JsonLexer, TraitsCoverEveryPositionOfABlock) {
  struct Recorder : NullSink {
    void string(const JsonString& text) { last = text; }
    JsonString last;
  };
  for (std::size_t size = 1; size < 70; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = "\"" + std::string(size, 'x') + "\"";
      text[at + 1] = '@';
      Recorder recorder;
      ASSERT_TRUE(JsonLexer<Recorder>(text, 128, recorder).run());
      ASSERT_TRUE(recorder.last.traits.marked) << size << " " << at;
      ASSERT_EQ(recorder.last.span.size(), size);
    }
  }
  // What follows the closing quote in the same block belongs to nobody.
  Recorder recorder;
  ASSERT_TRUE(JsonLexer<Recorder>("[\"a\",123456789012345678]", 128, recorder).run());
  EXPECT_FALSE(recorder.last.traits.suspicious());
}

TEST(JsonUnescape, MapsEveryCharacterBack) {
  const std::string raw = R"(a\u0040b\/\n\uD83D\uDE00\uDEAD)";
  const auto text = unescape_json(MappedText::plain(raw, 10));
  EXPECT_EQ(text.text(), "a@b/\n\xf0\x9f\x98\x80\xef\xbf\xbd");
  EXPECT_EQ(text.raw({1, 2}).begin, 11u);
  EXPECT_EQ(text.raw({1, 2}).end, 17u);
  EXPECT_EQ(text.raw({5, 9}).size(), 12u);
}

TEST(JsonNumber, WholeNumbersAreReadHoweverTheyAreWritten) {
  EXPECT_EQ(whole_number_digits("4111111111111111"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("-4111111111111111"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("4.111111111111111e15"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("4.111111111111111E+15"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("4111111111111111.00"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("41111111111111110e-1"), "4111111111111111");
  EXPECT_EQ(whole_number_digits("4.5"), "");
  EXPECT_EQ(whole_number_digits("1e400"), "");
  EXPECT_EQ(whole_number_digits("1e99999999999999999999999"), "");
  EXPECT_EQ(whole_number_digits("1e-99999999"), "");
  EXPECT_EQ(whole_number_digits("0"), "");
}

}  // namespace
}  // namespace understudy::scrub
