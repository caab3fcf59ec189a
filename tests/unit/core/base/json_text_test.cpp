#include "core/base/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string latin1(std::string_view text) {
  std::string out;
  append_json_string_latin1(out, text);
  return out;
}

TEST(JsonText, ControlCharactersCannotEndALineOrSteerATerminal) {
  EXPECT_EQ(json("a\r\nlevel=error"), R"("a\r\nlevel=error")");
  EXPECT_EQ(json("\x1b[31m"), R"("\u001b[31m")");
  EXPECT_EQ(json(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(json("\x7f"), R"("\u007f")");
}

TEST(JsonText, C1ControlsAreEscapedToo) {
  EXPECT_EQ(json("\xc2\x9b"
                 "31m"),
            R"("\u009b31m")");
}

TEST(JsonText, QuotesAndBackslashesAreEscaped) { EXPECT_EQ(json(R"(a"b\c)"), R"("a\"b\\c")"); }

TEST(JsonText, Utf8PassesAndOtherBytesAreReplaced) {
  EXPECT_EQ(json("Gr\xc3\xbc\xc3\x9f"
                 "e"),
            "\"Gr\xc3\xbc\xc3\x9f"
            "e\"");
  EXPECT_EQ(json("\xff"), R"("\ufffd")");
  EXPECT_EQ(json("\xc0\xaf"), R"("\ufffd\ufffd")") << "overlong";
  EXPECT_EQ(json("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")") << "surrogate";
  EXPECT_EQ(json("\xe2\x82"), R"("\ufffd\ufffd")") << "cut sequence";
  EXPECT_EQ(json("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")") << "beyond U+10FFFF";
}

TEST(JsonText, EveryByteIsFoundAtEveryPlaceOfAWord) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, 'a');
      text[at] = static_cast<char>(byte);
      const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
      EXPECT_EQ(json(text) == '"' + text + '"', plain) << byte << " at " << at;
      EXPECT_EQ(latin1(text) == '"' + text + '"', plain) << byte << " at " << at;
    }
  }
}

TEST(JsonText, Latin1BytesBecomeTheirCharacters) {
  EXPECT_EQ(latin1("Gr\xfc\xdf"
                   "e \"\n"),
            "\"Gr\xc3\xbc\xc3\x9f"
            "e \\\"\\n\"");
  EXPECT_EQ(latin1("\x9b"), R"("\u009b")") << "a C1 control";
}

TEST(JsonText, SequencesAreMeasured) {
  EXPECT_EQ(utf8_sequence_bytes("a"), 1U);
  EXPECT_EQ(utf8_sequence_bytes("\xc3\xbc!"), 2U);
  EXPECT_EQ(utf8_sequence_bytes("\xe2\x82\xac"), 3U);
  EXPECT_EQ(utf8_sequence_bytes("\xf0\x9f\x98\x80"), 4U);
  EXPECT_EQ(utf8_sequence_bytes("\xe2\x82"), 0U);
}

}  // namespace
}  // namespace understudy
