#include "core/diff/decimal.hpp"
#include "core/diff/endpoint.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/header_rules.hpp"
#include "core/diff/value_class.hpp"

#include <gtest/gtest.h>

namespace understudy::diff {
namespace {

TEST(Decimal, HasOneTextPerValue) {
  EXPECT_EQ(canonical_decimal("1"), "1");
  EXPECT_EQ(canonical_decimal("1.0"), "1");
  EXPECT_EQ(canonical_decimal("10e-1"), "1");
  EXPECT_EQ(canonical_decimal("1500"), "15e2");
  EXPECT_EQ(canonical_decimal("1.5E+3"), "15e2");
  EXPECT_EQ(canonical_decimal("-0.0"), "0");
  EXPECT_EQ(canonical_decimal("0.10"), "1e-1");
  EXPECT_EQ(canonical_decimal("-12.340"), "-1234e-2");
}

TEST(Decimal, RefusesWhatIsNoJsonNumber) {
  for (const auto* text : {"", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", "NaN", "1e9999999999"})
    EXPECT_FALSE(canonical_decimal(text)) << text;
}

TEST(Endpoint, TakesIdsOutAndKeepsNames) {
  EXPECT_EQ(endpoint_of("GET", "/products/42?x=1"), "GET /products/{id}");
  EXPECT_EQ(endpoint_of("GET", "/v1/users/5f0c7b1e-8a8e-4c52-9c57-0a1b2c3d4e5f/orders"),
            "GET /v1/users/{uuid}/orders");
  EXPECT_EQ(endpoint_of("GET", "/commits/6dcb09b5b57875f334f61aebed695e2e4193db5e"), "GET /commits/{hex}");
  EXPECT_EQ(endpoint_of("GET", "/o/01ARZ3NDEKTSV4RRFFQ69G5FAV"), "GET /o/{ulid}");
  EXPECT_EQ(endpoint_of("GET", "/u/jane@example.com"), "GET /u/{email}");
  EXPECT_EQ(endpoint_of("GET", "/reports/2024-01-31"), "GET /reports/{id}");
  EXPECT_EQ(endpoint_of("GET", "/t/Zm9vYmFyMTIzNDU2Nzg5MA"), "GET /t/{token}");
  EXPECT_EQ(endpoint_of("GET", "/"), "GET /");
  EXPECT_EQ(endpoint_of("POST", "http://shop/cart/7"), "POST /cart/{id}");
}

TEST(Endpoint, IsBounded) { EXPECT_LE(endpoint_of("GET", "/" + std::string(10'000, 'a')).size(), 300U); }

TEST(ValueClass, IsToldByShape) {
  EXPECT_EQ(classify("5f0c7b1e-8a8e-4c52-9c57-0a1b2c3d4e5f"), ValueClass::uuid);
  EXPECT_EQ(classify("2026-01-05T10:00:00Z"), ValueClass::time);
  EXPECT_EQ(classify("6dcb09b5b57875f334f61aebed695e2e4193db5e"), ValueClass::hex_token);
  EXPECT_EQ(classify("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), ValueClass::jwt);
  EXPECT_EQ(classify("a1B2c3D4e5F6g7H8"), ValueClass::base64_token);
  EXPECT_EQ(classify("hello world"), ValueClass::text);
  EXPECT_EQ(classify("1234567890123456789012"), ValueClass::text) << "a long number is content";
  EXPECT_EQ(classify("ThisIsAnOrdinaryTitle"), ValueClass::text);
}

TEST(HeaderRules, NamesAreShownInOneSpelling) {
  EXPECT_EQ(display_name("x-total-count"), "X-Total-Count");
  EXPECT_EQ(display_name("etag"), "ETag");
}

TEST(Excerpt, CutsBetweenCharacters) {
  EXPECT_EQ(excerpt("short"), "short");
  EXPECT_EQ(excerpt("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 7), "\xc3\xa9\xc3\xa9...");
  EXPECT_EQ(excerpt("a\nb"), "a b");
}

}  // namespace
}  // namespace understudy::diff
