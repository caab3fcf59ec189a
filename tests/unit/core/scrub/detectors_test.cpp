#include "core/scrub/detectors/card.hpp"
#include "core/scrub/detectors/email.hpp"
#include "core/scrub/detectors/look_alikes.hpp"
#include "core/scrub/key_names.hpp"
#include "core/scrub/utf8.hpp"

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

std::vector<std::string> emails(std::string_view text) {
  std::vector<EmailFinding> found;
  find_emails(text, found);
  std::vector<std::string> texts;
  for (const auto& [span] : found) texts.emplace_back(text.substr(span.begin, span.size()));
  return texts;
}

std::vector<std::string> cards(std::string_view text, bool named = false) {
  std::vector<CardFinding> found;
  find_cards(text, named, found);
  std::vector<std::string> digits;
  for (const auto& card : found) digits.push_back(card.digits);
  return digits;
}

using Texts = std::vector<std::string>;

TEST(EmailDetector, FindsAddressesWhereverTheyStand) {
  EXPECT_EQ(emails("ann@example.com"), Texts{"ann@example.com"});
  EXPECT_EQ(emails("<ann.b+c@mail.example.co.uk>, x"), Texts{"ann.b+c@mail.example.co.uk"});
  EXPECT_EQ(emails("mailto:ann@example.com?subject=x"), Texts{"ann@example.com"});
  EXPECT_EQ(emails("a@b.de,c@d.fr"), (Texts{"a@b.de", "c@d.fr"}));
  EXPECT_EQ(emails("write to ann@example.com."), Texts{"ann@example.com"});
  EXPECT_EQ(emails("'ann@example.com'"), Texts{"ann@example.com"});
  EXPECT_EQ(emails("o'brien@example.com"), Texts{"o'brien@example.com"});
  EXPECT_EQ(emails("\"ann lee\"@example.com"), Texts{"\"ann lee\"@example.com"});
  EXPECT_EQ(emails("root@[192.0.2.1]"), Texts{"root@[192.0.2.1]"});
  EXPECT_EQ(emails("jos\xc3\xa9@ex\xc3\xa4mple.com"), Texts{"jos\xc3\xa9@ex\xc3\xa4mple.com"});
  EXPECT_EQ(emails("user:pw@db.example.com"), Texts{"pw@db.example.com"});
  EXPECT_EQ(emails("a@b.example.123"), Texts{"a@b.example"});
  EXPECT_EQ(emails("q=to%20ann@example.com"), Texts{"ann@example.com"});
  EXPECT_EQ(emails("q=to%2520ann@example.com"), Texts{"ann@example.com"});
  EXPECT_EQ(emails("a%2Bb@example.com"), Texts{"a%2Bb@example.com"});
  EXPECT_EQ(emails("\\nann@example.com"), Texts{"ann@example.com"});
}

TEST(EmailDetector, ChineseProseBeforeAnAddressStays) {
  EXPECT_EQ(emails("\xe8\x81\x94\xe7\xb3\xbb"
                   "ann@example.com"),
            Texts{"ann@example.com"});
  EXPECT_EQ(emails("\xe7\x94\xa8\xe6\x88\xb7@\xe4\xbe\x8b\xe5\xad\x90.\xe5\xb9\xbf\xe5\x91\x8a").size(), 1u);
}

TEST(EmailDetector, PassesWhatIsNone) {
  for (const auto* text :
       {"@ann", "ann@", "ann@localhost", "lodash@4.17.21", "a @ b.com", "@types/node@18.0.0", "logo@2x.png",
        "git@github.com:owner/name.git", "ann@-x.com", "a@b..com", "x@.com", "@", ""})
    EXPECT_EQ(emails(text), Texts{}) << text;
}

TEST(CardDetector, FindsEveryBrandAndLength) {
  for (const auto* digits :
       {"4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "2720990000000007",
        "378282246310005", "6011111111111117", "30569309025904", "38520000023237", "36227206271667",
        "3530111333300000", "6200000000000005", "6759649826438453", "501800000009", "6304000000000000000"})
    EXPECT_EQ(cards(digits).size() + cards(digits, true).size(), 2u * is_card_number(digits, false))
        << digits;
  EXPECT_TRUE(is_card_number("4111111111111111", false));
  EXPECT_FALSE(is_card_number("4111111111111112", false));
  EXPECT_FALSE(is_card_number("1111111111111117", false));
  EXPECT_FALSE(is_card_number("2220990000000000", false));
}

TEST(CardDetector, SeparatorsMakeNoDifference) {
  for (const auto* text :
       {"4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\t1111\t1111\t1111",
        "41111111 11111111", "4111\r\n1111\r\n1111\r\n1111", "card 4111 1111 1111 1111 exp 12/29",
        "12 4111 1111 1111 1111 123", "id_4111111111111111", "x4111111111111111y", "411111 1111111111"})
    EXPECT_EQ(cards(text), Texts{"4111111111111111"}) << text;
  EXPECT_EQ(cards("3782 822463 10005"), Texts{"378282246310005"});
}

TEST(CardDetector, OnlyDigitsAreBoundaries) {
  EXPECT_EQ(cards("41111111111111110"), Texts{});
  EXPECT_EQ(cards("04111111111111111"), Texts{});
  EXPECT_EQ(cards("4111111111111111,4111111111111111").size(), 2u);
}

TEST(CardDetector, PassesTimesDigestsAndFractions) {
  EXPECT_EQ(cards("1700000000000"), Texts{});
  EXPECT_EQ(cards("2026-01-05T10:00:00.123456Z"), Texts{});
  EXPECT_EQ(cards("0.4111111111111111"), Texts{});
  EXPECT_EQ(cards("aaaaaaaaaaaa4111111111111111aaaaaaaaaaaa"), Texts{});
  EXPECT_EQ(cards("aaaaaaaaaaaa4111111111111111"), Texts{"4111111111111111"});
  EXPECT_EQ(cards("4.111111111111111"), Texts{});
}

TEST(CardDetector, ANamedNumberNeedsNoKnownPrefix) {
  EXPECT_EQ(cards("1111111111111117"), Texts{});
  EXPECT_EQ(cards("1111111111111117", true), Texts{"1111111111111117"});
}

TEST(LookAlikes, FoldToWhatPeopleRead) {
  const auto fold = [](std::string_view text) {
    const auto folded = fold_look_alikes(MappedText::plain(text, 0));
    return folded ? std::string(folded->text()) : "(none)";
  };
  EXPECT_EQ(fold("\xef\xbc\x94\xef\xbc\x91"), "41");
  EXPECT_EQ(fold("a\xef\xbc\xa0"
                 "b"),
            "a@b");
  EXPECT_EQ(fold("4\xe2\x80\x8b"
                 "1\xc2\xad"
                 "1"),
            "411");
  EXPECT_EQ(fold("4\xc2\xa0"
                 "1"),
            "4 1");
  EXPECT_EQ(fold("\xd9\xa4"), "4");
  EXPECT_EQ(fold("\xc3\xa9t\xc3\xa9"), "(none)");
  EXPECT_EQ(fold("\xff\xfe"), "(none)");
}

TEST(LookAlikes, KnowWhereTheyCameFrom) {
  const auto folded =
      *fold_look_alikes(MappedText::plain("x\xef\xbc\x94\xe2\x80\x8b"
                                          "1",
                                          100));
  EXPECT_EQ(folded.text(), "x41");
  EXPECT_EQ(folded.raw({1, 3}).begin, 101u);
  EXPECT_EQ(folded.raw({1, 3}).end, 108u);
}

TEST(KeyNames, CredentialsAreKnownInEverySpelling) {
  for (const auto* name : {"password",     "Password",
                           "PASSWORD",     "user_password",
                           "userPassword", "newpassword",
                           "password2",    "password_confirmation",
                           "passwordHash", "passwd",
                           "pwd",          "db.pwd",
                           "secret",       "client-secret",
                           "token",        "accessToken",
                           "access_token", "refresh-token",
                           "csrf_token",   "api_key",
                           "apiKey",       "X-Api-Key",
                           "apikey",       "APIKEY",
                           "ssn",          "user_ssn",
                           "cvv",          "cvv2",
                           "cardCvc",      "pin",
                           "card_pin",     "session_id",
                           "sessionId",    "PHPSESSID",
                           "jsessionid",   "credentials",
                           "private_key",  "user[password]",
                           "otp",          "aws_secret_access_key"})
    EXPECT_EQ(classify_key(name), KeyKind::secret) << name;
  EXPECT_EQ(classify_key("authorization"), KeyKind::authorization);
  EXPECT_EQ(classify_key("tokens"), KeyKind::secret_text);
  EXPECT_EQ(classify_key("cardNumber"), KeyKind::card);
  EXPECT_EQ(classify_key("cc_number"), KeyKind::card);
}

TEST(KeyNames, OrdinaryNamesAreNot) {
  for (const auto* name :
       {"",          "id",     "name",    "key",     "public_key_url", "author",    "authors",
        "passenger", "spin",   "mapping", "opinion", "token_type",     "secretary", "keyboard",
        "pinned",    "value",  "hash",    "new",     "text",           "shipping",  "japan",
        "discard",   "status", "_",       "123",     "monkey",         "pass_count"})
    EXPECT_EQ(classify_key(name), KeyKind::plain) << name;
}

TEST(Utf8, IsCheckedStrictly) {
  EXPECT_TRUE(is_valid_utf8("plain, \xc3\xa9, \xe2\x82\xac, \xf0\x9f\x98\x80"));
  for (const auto* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "abc\xc3", "\xe2\x82"})
    EXPECT_FALSE(is_valid_utf8(text));
}

}  // namespace
}  // namespace understudy::scrub
