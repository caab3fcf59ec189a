#include "core/sections/sections.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace understudy::sections {
namespace {

/// A file that lives as long as the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content)
      : path_(std::filesystem::temp_directory_path() /
              ("understudy-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string guard_error(std::string_view text) {
  const auto node = *config::Node::load_text(text, "f");
  read_guard(node);
  const auto error = node.error();
  return error ? error->message : "";
}

TEST(GuardSection, ReadsRulesInOrder) {
  const auto node = *config::Node::load_text(
      "rules:\n"
      "  - {deny: {paths: [\"/admin/**\"]}}\n"
      "  - {allow: {methods: [POST], paths: [\"/v1/quote\"]}, name: quotes}\n"
      "  - {record_only: {methods: [PUT]}}\n"
      "side_effect_paths: allow\n",
      "f");
  const auto options = read_guard(node);
  EXPECT_FALSE(node.error());
  ASSERT_EQ(options.rules.size(), 3u);
  EXPECT_EQ(options.rules[0].action, guard::Rule::Action::deny);
  EXPECT_EQ(options.rules[1].name, "quotes");
  EXPECT_EQ(options.rules[1].methods, std::vector<std::string>{"POST"});
  EXPECT_EQ(options.rules[2].action, guard::Rule::Action::record_only);
  EXPECT_FALSE(options.deny_side_effect_paths);
}

TEST(GuardSection, MistakesAreNamed) {
  EXPECT_NE(guard_error("rules: [{allow: {}}]").find("must state methods or paths"), std::string::npos);
  EXPECT_NE(guard_error("rules: [{name: x}]").find("exactly one of"), std::string::npos);
  EXPECT_NE(guard_error("rules: [{allow: {methods: [A]}, deny: {methods: [B]}}]").find("exactly one of"),
            std::string::npos);
  EXPECT_NE(guard_error("rules: [{allow: {method: [A]}}]").find("did you mean 'methods'"), std::string::npos);
  EXPECT_NE(guard_error("rules: [{allow: {paths: [quote]}}]").find("must begin with"), std::string::npos);
  EXPECT_NE(guard_error("side_effect_paths: maybe").find("deny or allow"), std::string::npos);
}

TEST(GuardFile, IsReadWithAndWithoutTheGuardKey) {
  const TemporaryFile bare("rules: [{allow: {methods: [POST]}}]\n");
  EXPECT_EQ(load_guard_file(bare.path())->rules.size(), 1u);
  std::ofstream(bare.path()) << "guard: {rules: [{allow: {methods: [POST]}}]}\n";
  EXPECT_EQ(load_guard_file(bare.path())->rules.size(), 1u);
  std::ofstream(bare.path()) << "guard: {rules: []}\nother: 1\n";
  EXPECT_FALSE(load_guard_file(bare.path()));
}

TEST(KeyFile, TakesRawBytesOrHexAndNothingElse) {
  const TemporaryFile file(std::string(32, 'k'));
  EXPECT_EQ((*load_key_file(file.path()))[31], 'k');
  std::ofstream(file.path()) << "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\n";
  EXPECT_EQ((*load_key_file(file.path()))[1], 0x11);
  std::ofstream(file.path()) << "too short";
  EXPECT_FALSE(load_key_file(file.path()));
  std::ofstream(file.path(), std::ios::binary) << std::string(32, '\0');
  EXPECT_FALSE(load_key_file(file.path()));
  EXPECT_FALSE(load_key_file("/nonexistent/scrub.key"));
}

TEST(KeyFile, ReadableByOthersIsWarnedOf) {
  const TemporaryFile file(std::string(32, 'k'));
  std::filesystem::permissions(file.path(), std::filesystem::perms(0644));
  EXPECT_TRUE(key_file_warning(file.path()));
  std::filesystem::permissions(file.path(), std::filesystem::perms(0600));
  EXPECT_FALSE(key_file_warning(file.path()));
}

TEST(ScrubSection, WithoutAKeyFileTheKeyIsThisUsersOwn) {
  const auto node = *config::Node::load_text("mode: detect", "f");
  const auto one = read_scrub(node);
  const auto other = read_scrub(node);
  EXPECT_FALSE(node.error());
  EXPECT_EQ(one.key, other.key);
  EXPECT_NE(one.key, scrub::Key{});
}

TEST(ScrubSection, MistakesAreNamed) {
  const auto strict = *config::Node::load_text("mode: strict", "f");
  read_scrub(strict);
  EXPECT_TRUE(strict.error());
  const auto missing = *config::Node::load_text("key_file: /nonexistent/scrub.key", "f");
  read_scrub(missing);
  EXPECT_NE(missing.error()->message.find("f:1:11: key file /nonexistent/scrub.key"), std::string::npos);
}

}  // namespace
}  // namespace understudy::sections
