#include "core/telemetry/escape.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::telemetry {
namespace {

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string logfmt(std::string_view text) {
  std::string out;
  append_logfmt_value(out, text);
  return out;
}

TEST(Escape, ControlCharactersCannotEndALineOrSteerATerminal) {
  EXPECT_EQ(json("a\r\nlevel=error"), R"("a\r\nlevel=error")");
  EXPECT_EQ(json("\x1b[31m"), R"("\u001b[31m")");
  EXPECT_EQ(json(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(json("\x7f"), R"("\u007f")");
}

TEST(Escape, C1ControlsAreEscapedToo) {
  EXPECT_EQ(json("\xc2\x9b"
                 "31m"),
            R"("\u009b31m")");
}

TEST(Escape, QuotesAndBackslashesAreEscaped) { EXPECT_EQ(json(R"(a"b\c)"), R"("a\"b\\c")"); }

TEST(Escape, Utf8PassesAndOtherBytesAreReplaced) {
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

TEST(Escape, LogfmtQuotesOnlyWhatIsNotAPlainWord) {
  EXPECT_EQ(logfmt("127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(logfmt("two words"), "\"two words\"");
  EXPECT_EQ(logfmt(""), "\"\"");
  EXPECT_EQ(logfmt("a=b"), "\"a=b\"");
  EXPECT_EQ(logfmt("x\ny"), R"("x\ny")");
}

}  // namespace
}  // namespace understudy::telemetry
