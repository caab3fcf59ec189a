#include "core/scrub/tokens.hpp"

#include "core/scrub/detectors/card.hpp"
#include "core/scrub/detectors/luhn.hpp"
#include "core/scrub/hmac.hpp"
#include "tests/unit/core/scrub/messages.hpp"

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

TEST(Hmac, AgreesWithRfc4231) {
  const std::string key = "Jefe";
  const auto digest = Hmac({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()})
                          .digest("what do ya want for nothing?");
  EXPECT_EQ(digest[0], 0x5b);
  EXPECT_EQ(digest[1], 0xdc);
  EXPECT_EQ(digest[31], 0x43);
  const std::vector<std::uint8_t> long_key(131, 0xaa);
  EXPECT_EQ(Hmac(long_key).digest("Test Using Larger Than Block-Size Key - Hash Key First")[0], 0x60);
}

TEST(Tokens, EmailsKeepJoinsAndLieInTheInvalidDomain) {
  const auto token = tokens().email("Ann@Example.com");
  EXPECT_EQ(token, tokens().email("ann@example.COM"));
  EXPECT_NE(token, tokens().email("bob@example.com"));
  EXPECT_EQ(token.substr(token.find('@')), tokens().email("bob@example.com").substr(token.find('@')));
  EXPECT_TRUE(token.ends_with(".invalid"));
  EXPECT_TRUE(Tokens::is_email(token));
  EXPECT_FALSE(Tokens::is_email("ann@example.com"));
  EXPECT_FALSE(Tokens::is_email("ann@abcdefgh.invalid"));
}

TEST(Tokens, CardsKeepLengthBrandAndLuhn) {
  for (const std::string digits :
       {"4111111111111111", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
        "30569309025904", "3530111333300000", "6200000000000005", "6759649826438453", "4222222222222",
        "501800000009", "6304000000000000000"}) {
    const auto token = tokens().card(digits);
    EXPECT_EQ(token.size(), digits.size());
    // Maestro's numbers begin with 5 or 6.
    EXPECT_TRUE(token[0] == digits[0] || digits.starts_with("50")) << digits;
    EXPECT_TRUE(is_card_number(token, false) || digits.size() < 14) << token;
    EXPECT_TRUE(is_card_number(token, true)) << token;
    EXPECT_TRUE(tokens().is_card(token)) << token;
    EXPECT_EQ(token, tokens().card(digits));
  }
}

TEST(Tokens, PublishedTestNumbersAreNotTakenForTokens) {
  for (const std::string digits :
       {"4111111111111111", "4012888888881881", "4242424242424242", "4000000000000002", "5555555555554444",
        "5105105105105100", "378282246310005", "6011000990139424"})
    EXPECT_FALSE(tokens().is_card(digits)) << digits;
}

TEST(Tokens, OneInAThousandCardsWithATestBinAtMostIsTakenForAToken) {
  for (const std::string bin : {"491761", "542400", "222300", "644564"}) {
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
      const auto middle = std::to_string(100000000 + i * 7919);
      std::string digits = bin + middle;
      digits.push_back(luhn_digit(digits));
      taken += tokens().is_card(digits) ? 1 : 0;
    }
    EXPECT_LE(taken, 50) << bin;
  }
}

TEST(Tokens, OtherKeysGiveOtherTokens) {
  Key other = fixed_options().key;
  other[0] ^= 1;
  const Tokens others(other);
  EXPECT_NE(others.email("a@b.cd"), tokens().email("a@b.cd"));
  EXPECT_NE(others.opaque("x"), tokens().opaque("x"));
  EXPECT_NE(others.policy_id(), tokens().policy_id());
}

TEST(Tokens, OpaqueTokensAreKnownByTheirForm) {
  const auto token = tokens().opaque("hunter2");
  EXPECT_TRUE(Tokens::is_opaque(token));
  EXPECT_FALSE(Tokens::is_opaque(token + "x"));
  EXPECT_FALSE(Tokens::is_opaque("us-east-1"));
}

}  // namespace
}  // namespace understudy::scrub
