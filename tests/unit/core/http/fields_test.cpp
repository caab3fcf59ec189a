#include "core/http/fields.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

TEST(FieldNameTest, KnownNamesAreKnownInAnyCase) {
  EXPECT_EQ(field_name("Content-Length"), FieldName::content_length);
  EXPECT_EQ(field_name("cONTENT-lENGTH"), FieldName::content_length);
  EXPECT_EQ(field_name("HTTP2-Settings"), FieldName::http2_settings);
  EXPECT_EQ(field_name("TE"), FieldName::te);
  EXPECT_EQ(field_name("x-forwarded-proto"), FieldName::x_forwarded_proto);
}

TEST(FieldNameTest, NamesThatAreNearlyKnownAreOthers) {
  for (const auto* text : {"", "Content_Length", "Content-Lengt", "Content-Lengthy", "T", "Tea", "hosu",
                           "x-forwarded-protocol", "connectioN\r",
                           "\x14"
                           "e",
                           "-ia", "x-forwarded-hos\x14"})
    EXPECT_EQ(field_name(text), FieldName::other) << text;
}

TEST(FieldsTest, LinesAreWhatIsSent) {
  Fields fields;
  fields.add("Host", "shop");
  fields.add("X-Empty", "");
  fields.add("a", "b c");
  EXPECT_EQ(fields.lines(0, 3), "Host: shop\r\nX-Empty: \r\na: b c\r\n");
  EXPECT_EQ(fields.lines(1, 2), "X-Empty: \r\n");
  EXPECT_EQ(fields.lines(3, 3), "");
  EXPECT_EQ(fields.size_bytes(), std::string_view("HostshopX-Emptyab c").size());
}

TEST(FieldsTest, WholeLineIsTheSameAsItsParts) {
  Fields parts;
  Fields lines;
  EXPECT_EQ(parts.add("Via", "1.1 a"), FieldName::via);
  EXPECT_EQ(lines.add_line("Via: 1.1 a\r\n", "Via"), FieldName::via);
  parts.add("B", "");
  lines.add_line("B: \r\n", "B");
  EXPECT_EQ(parts, lines);
  EXPECT_EQ(lines[0].value, "1.1 a");
  EXPECT_EQ(lines[1].value, "");
}

TEST(FieldsTest, FieldsThatLookAlikeInOneStringDiffer) {
  Fields one;
  Fields other;
  one.add("A", "b: c");
  other.add("A: b", "c");
  EXPECT_FALSE(one == other);
}

TEST(FieldsTest, NamesFollowWhatIsAddedAndErased) {
  Fields fields;
  EXPECT_EQ(fields.find(FieldName::via), std::nullopt);
  fields.add("x", "1");
  fields.add("VIA", "first");
  fields.add("via", "second");
  EXPECT_TRUE(fields.names().contains(FieldName::via));
  EXPECT_EQ(fields.find(FieldName::via), "first");
  EXPECT_EQ(fields.name(2), FieldName::via);
  fields.erase("Via");
  EXPECT_FALSE(fields.names().contains(FieldName::via));
  EXPECT_EQ(fields.lines(0, 1), "x: 1\r\n");
  fields.set("Date", "now");
  EXPECT_EQ(fields.find(FieldName::date), "now");
  fields.clear();
  EXPECT_FALSE(fields.names().contains(FieldName::date));
}

}  // namespace
}  // namespace understudy::http
