#include "core/config/node.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace understudy::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Node parse(std::string_view text) {
  auto node = Node::load_text(text, "test.yaml");
  EXPECT_TRUE(node) << (node ? "" : node.error().message);
  return *node;
}

std::string parse_error(std::string_view text) {
  auto node = Node::load_text(text, "test.yaml");
  return node ? "" : node.error().message;
}

std::string error_of(const Node& node) {
  const auto error = node.error();
  return error ? error->message : "";
}

TEST(Node, ReadsTypedValuesWithUnits) {
  const auto root =
      parse("name: api\nsize: 64KiB\nwait: 1.5s\nshare: 10%\ncount: 12\nflag: true\nlist: [a, b]\n");
  EXPECT_EQ(root.member("name")->text(), "api");
  EXPECT_EQ(root.member("size")->size_bytes(), 64u * 1024);
  EXPECT_EQ(root.member("wait")->duration(), milliseconds(1500));
  EXPECT_DOUBLE_EQ(root.member("share")->percent(), 0.1);
  EXPECT_EQ(root.member("count")->count(), 12u);
  EXPECT_TRUE(root.member("flag")->boolean());
  ASSERT_EQ(root.member("list")->items().size(), 2u);
  EXPECT_EQ(root.member("list")->items()[1].text(), "b");
  root.finish();
  EXPECT_EQ(error_of(root), "");
}

TEST(Node, ReadLeavesDefaultsAloneWhenTheKeyIsAbsent) {
  const auto root = parse("a: 5s");
  std::chrono::nanoseconds present{};
  std::chrono::nanoseconds absent = seconds(7);
  root.read("a", present, &Node::duration);
  root.read("b", absent, &Node::duration);
  EXPECT_EQ(present, seconds(5));
  EXPECT_EQ(absent, seconds(7));
}

TEST(Node, UnknownKeysAreErrorsThatNameTheNearestOne) {
  const auto root = parse("primary: x\nshadow: y\n");
  root.member("primary");
  root.member("shadows");
  root.finish();
  EXPECT_EQ(error_of(root), "test.yaml:2:1: unknown key 'shadow': did you mean 'shadows'?");
}

TEST(Node, AnUnknownKeyLikeNoOtherGetsNoSuggestion) {
  const auto root = parse("zzzzzz: 1");
  root.member("primary");
  root.finish();
  EXPECT_EQ(error_of(root), "test.yaml:1:1: unknown key 'zzzzzz'");
}

TEST(Node, ErrorsPointToTheValueAndTheFirstOneWins) {
  const auto root = parse("a:\n  b: soon\n  c: later\n");
  const auto inner = *root.member("a");
  inner.member("b")->duration();
  inner.member("c")->duration();
  EXPECT_EQ(error_of(root).substr(0, 15), "test.yaml:2:6: ");
}

TEST(Node, WrongKindsAreNamed) {
  EXPECT_NE(error_of([] {
              auto n = parse("a: [1]");
              n.member("a")->text();
              return n;
            }())
                .find("needs text, not a list"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              auto n = parse("a: 1");
              n.member("a")->items();
              return n;
            }())
                .find("needs a list"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              auto n = parse("a: 1");
              n.member("a")->member("b");
              return n;
            }())
                .find("needs a mapping"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              auto n = parse("a: yes");
              n.member("a")->boolean();
              return n;
            }())
                .find("true or false"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              auto n = parse("a:");
              n.member("a")->text();
              return n;
            }())
                .find("not nothing"),
            std::string::npos);
}

TEST(Node, QuotedTextIsNeverABooleanOrNull) {
  const auto root = parse("a: \"true\"\nb: 'null'\n");
  EXPECT_EQ(root.member("b")->text(), "null");
  root.member("a")->boolean();
  EXPECT_NE(error_of(root), "");
}

TEST(Node, DuplicateKeysAreRefused) {
  EXPECT_EQ(parse_error("a: 1\nb: 2\na: 3\n"), "test.yaml:3:1: duplicate key 'a'");
  EXPECT_NE(parse_error("x: {a: 1, a: 2}").find("duplicate key 'a'"), std::string::npos);
}

TEST(Node, SyntaxErrorsAreOneLineWithAPlace) {
  const auto message = parse_error("a: [1, 2\nb: 3\n");
  EXPECT_EQ(message.substr(0, 10), "test.yaml:");
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(Node, AnErrorThatQuotesAHostileValueIsOneShortLine) {
  const auto root = parse("url: \"a\\nb\\e[31m\"");
  const auto value = *root.member("url");
  value.fail("'" + value.text() + std::string(5000, 'x') + "' is no URL");
  const auto message = error_of(root);
  EXPECT_EQ(message.substr(0, 30), "test.yaml:1:6: 'a\\nb\\x1b[31mxx");
  EXPECT_EQ(message.substr(message.size() - 13), "xx' is no URL");
  EXPECT_LT(message.size(), 1100U);
}

TEST(Node, AliasesShareAndCannotMultiply) {
  const auto root = parse("a: &x {b: 1}\nc: *x\n");
  EXPECT_EQ(root.member("c")->member("b")->text(), "1");
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + ", *a" +
            std::to_string(i - 1) + "]\n";
  EXPECT_NE(parse_error(bomb).find("more than 64 aliases"), std::string::npos);
  EXPECT_NE(parse_error("a: &x [*x]"), "");
}

TEST(Node, HostileTextIsRefusedWithoutACrash) {
  EXPECT_NE(parse_error(std::string(1024 * 1024 + 1, 'a')).find("larger than 1 MiB"), std::string::npos);
  EXPECT_NE(parse_error(std::string("a: \0", 4)), "");
  EXPECT_NE(parse_error("a: " + std::string(500, '[')), "");
  EXPECT_NE(parse_error("a: " + std::string(70, '[') + "1" + std::string(70, ']')).find("deeper than 64"),
            std::string::npos);
  EXPECT_NE(parse_error("a: 1\n---\nb: 2\n").find("more than one"), std::string::npos);
  EXPECT_NE(parse_error("? [a, b]\n: 1\n"), "");
  EXPECT_NE(parse_error("a: *nowhere"), "");
}

TEST(Node, AnEmptyFileIsAnEmptyMapping) {
  const auto root = parse("");
  EXPECT_FALSE(root.member("a"));
  root.finish();
  EXPECT_EQ(error_of(root), "");
  EXPECT_TRUE(parse("# nothing but a comment\n").is_map());
}

TEST(Node, FilesThatCannotBeReadAreOneClearLine) {
  const auto missing = Node::load_file("/nonexistent/understudy.yaml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "/nonexistent/understudy.yaml: cannot be opened: No such file or directory");
  const auto directory = Node::load_file(std::filesystem::temp_directory_path().string());
  EXPECT_FALSE(directory);
}

}  // namespace
}  // namespace understudy::config
