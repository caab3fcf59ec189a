// What looks at sixteen bytes together must say what a look at each byte would, whatever the length.
#include "core/scrub/leaf.hpp"
#include "core/scrub/text.hpp"
#include "core/scrub/text_memo.hpp"
#include "core/scrub/traits.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

Traits traits_byte_by_byte(std::string_view text) {
  TraitCounter counter;
  for (const char c : text) counter.add(static_cast<unsigned char>(c));
  auto traits = counter.traits();
  traits.escaped = text.find('\\') != std::string_view::npos;
  return traits;
}

TEST(Blocks, OneTellingByteIsSeenAtEveryPlaceOfEveryLength) {
  for (std::size_t length = 1; length <= 50; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (const char telling : {'@', '%', '&', '=', '\\', '\xc3', '7', '"', '\n', 'a'}) {
        std::string text(length, 'x');
        text[at] = telling;
        const auto traits = traits_of(text);
        const auto expected = traits_byte_by_byte(text);
        ASSERT_EQ(traits.marked, expected.marked) << length << " " << at << " " << telling;
        ASSERT_EQ(traits.wide, expected.wide) << length << " " << at;
        ASSERT_EQ(traits.escaped, expected.escaped) << length << " " << at;
        ASSERT_FALSE(traits.many_digits);
      }
    }
  }
}

TEST(Blocks, DigitsOfOverlappingBlocksAreCountedOnce) {
  for (std::size_t length = 1; length <= 50; ++length)
    for (std::size_t digits = 0; digits <= length; ++digits) {
      const auto text = std::string(length - digits, 'x') + std::string(digits, '4');
      ASSERT_EQ(traits_of(text).many_digits, digits >= 12) << length << " " << digits;
    }
}

TEST(Blocks, OneControlCharacterAnywhereMakesTextUnreadable) {
  for (std::size_t length = 1; length <= 50; ++length) {
    EXPECT_TRUE(is_plain_text(std::string(length, '\t')));
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      for (const char control : {'\0', '\x01', '\x0b', '\x1f', '\x7f'}) {
        text[at] = control;
        ASSERT_FALSE(is_plain_text(text)) << length << " " << at;
      }
      text[at] = '\xff';
      ASSERT_FALSE(is_plain_text(text)) << "not UTF-8";
    }
  }
  EXPECT_TRUE(
      is_plain_text("gr\xc3\xbc\xc3\x9f"
                    "e aus M\xc3\xbcnchen"));
  EXPECT_TRUE(is_plain_text(""));
}

TEST(TextMemo, AsksOncePerTextAndNeverMistakesOneForAnother) {
  TextMemo<std::size_t> memo;
  std::size_t asked = 0;
  const auto work_out = [&asked](std::string_view text) {
    ++asked;
    return std::hash<std::string_view>()(text);
  };
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 2000; ++i) {
      const auto text = "name-" + std::to_string(i) + std::string(static_cast<std::size_t>(i % 60), 'n');
      ASSERT_EQ(memo.of(text, work_out), std::hash<std::string_view>()(text)) << text;
    }
  asked = 0;
  memo.of("Content-Type", work_out);
  memo.of("Content-Type", work_out);
  EXPECT_EQ(asked, 1u);
  memo.of("Content-Typf", work_out);
  memo.of("", work_out);
  memo.of(std::string(47, 'x'), work_out);
  memo.of(std::string(47, 'x'), work_out);
  EXPECT_EQ(asked, 5u) << "too long to be remembered";
}

}  // namespace
}  // namespace understudy::scrub
