#include "core/base/ascii.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace understudy {
namespace {

TEST(Ascii, ComparisonIgnoresCaseOfLettersOnly) {
  EXPECT_TRUE(iequals("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(iequals("Content-Length", "Content-Lengt"));
  EXPECT_FALSE(iequals("[", "{"));  // 0x5B and 0x7B: differ by the case bit, but are no letters
  EXPECT_FALSE(iequals("@", "`"));
  EXPECT_TRUE(iequals("", ""));
}

TEST(Ascii, WordsCompareAsTheirBytesDo) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const bool same = ascii_lower(static_cast<char>(a)) == ascii_lower(static_cast<char>(b));
      for (const std::size_t at : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{10}}) {
        std::string left("Transfer-En");
        std::string right("tRANSFER-eN");
        left[at] = static_cast<char>(a);
        right[at] = static_cast<char>(b);
        ASSERT_EQ(iequals(left, right), same) << a << " " << b << " at " << at;
      }
    }
}

TEST(Ascii, BytesAboveAsciiAreLeftAlone) {
  EXPECT_EQ(ascii_lower('\xC4'), '\xC4');
  EXPECT_EQ(to_lower("\xC4"
                     "A"),
            "\xC4"
            "a");
}

TEST(Ascii, TrimTakesSpacesAndTabsAndNothingElse) {
  EXPECT_EQ(trim(" \t a b \t"), "a b");
  EXPECT_EQ(trim("\r\na\v"), "\r\na\v");
  EXPECT_EQ(trim(" \t "), "");
}

TEST(Ascii, ListElementsAreTrimmedAndEmptyOnesSkipped) {
  std::vector<std::string> seen;
  for_each_list_element(" a,, b c ,\t,d", [&](std::string_view element) { seen.emplace_back(element); });
  EXPECT_EQ(seen, (std::vector<std::string>{"a", "b c", "d"}));
  for_each_list_element(" , ", [&](std::string_view) { FAIL(); });
}

}  // namespace
}  // namespace understudy
