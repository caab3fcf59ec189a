#include "core/http/grammar.hpp"

#include "core/http/errors.hpp"
#include "core/http/framing_rules.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

TEST(GrammarTest, DecimalFits64BitsOrIsNone) {
  EXPECT_EQ(parse_decimal("0"), 0u);
  EXPECT_EQ(parse_decimal("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const auto* text : {"", "18446744073709551616", "18446744073709551696", "99999999999999999999", "-1",
                           "+1", " 1", "1 ", "0x1", "1_0"})
    EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
}

TEST(GrammarTest, AuthorityHasOneHostAndAtMostOnePort) {
  for (const auto* text :
       {"a", "a.b:0", "a:65535", "a:", "1.2.3.4", "[::1]", "[::ffff:1.2.3.4]:80", "a%20b", "_x~-."})
    EXPECT_TRUE(is_authority(text)) << text;
  for (const auto* text : {"", ":80", "a:65536", "a:80:80", "a:x", "u@a", "a/b", "a b", "a,b", "[::1", "::1",
                           "[x]", "[]", "[::1]80", "a%", "a%4", "a%zz", "a\x7f"})
    EXPECT_FALSE(is_authority(text)) << text;
}

TEST(GrammarTest, ByteThatNoValueHasIsFoundWhereverItStands) {
  for (int c = 0; c < 256; ++c)
    for (std::size_t at = 0; at < 19; ++at) {
      std::string text("caf\xc3\xa9\t \t~ 0123456789");
      text[at] = static_cast<char>(c);
      const auto expected = is_value_char(text[at]) ? text.size() : at;
      ASSERT_EQ(find_non_value(text, 0), expected) << c << " at " << at;
      ASSERT_EQ(find_non_value(text, at), expected) << c << " at " << at;
    }
  EXPECT_EQ(find_non_value("\n\r", 1), 1U);
  EXPECT_EQ(find_non_value("a\n", 2), 2U);
}

TEST(FramingRulesTest, LengthsThatDifferAreRefusedAcrossLinesAndInOne) {
  FramingFields fields;
  EXPECT_TRUE(note_content_length("5", fields).has_value());
  EXPECT_TRUE(note_content_length(" 5 , 05", fields).has_value());
  EXPECT_EQ(note_content_length("6", fields).error(), Errc::bad_content_length);
  FramingFields other;
  EXPECT_EQ(note_content_length("1, 2", other).error(), Errc::bad_content_length);
}

}  // namespace
}  // namespace understudy::http
