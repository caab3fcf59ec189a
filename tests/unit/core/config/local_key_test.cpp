#include "core/sections/local_key.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace understudy::sections {
namespace {

namespace fs = std::filesystem;

class LocalKey : public ::testing::Test {
 protected:
  LocalKey() {
    std::string pattern = fs::temp_directory_path() / "understudy-key-XXXXXX";
    home_ = ::mkdtemp(pattern.data());
    ::setenv("XDG_STATE_HOME", home_.c_str(), 1);
  }
  ~LocalKey() override {
    ::unsetenv("XDG_STATE_HOME");
    fs::remove_all(home_);
  }
  fs::path home_;
};

TEST_F(LocalKey, IsMadeOnceAndStaysTheSame) {
  const auto first = local_key();
  EXPECT_EQ(first, local_key());
  EXPECT_TRUE(fs::exists(home_ / "understudy/scrub.key"));
}

TEST_F(LocalKey, CanBeReadByItsOwnerOnlyAndLeavesNoOtherFile) {
  local_key();
  EXPECT_EQ(fs::status(home_ / "understudy/scrub.key").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(home_ / "understudy"), fs::directory_iterator()), 1);
}

TEST_F(LocalKey, DiffersBetweenUsers) {
  const auto mine = local_key();
  fs::remove_all(home_ / "understudy");
  EXPECT_NE(mine, local_key());
}

TEST_F(LocalKey, IsRandomWhereItCannotBeKept) {
  std::ofstream(home_ / "understudy") << "a file where the directory should be";
  EXPECT_NE(local_key(), local_key());
}

TEST_F(LocalKey, DamagedFileIsNotUsedAndNotOverwritten) {
  fs::create_directories(home_ / "understudy");
  std::ofstream(home_ / "understudy/scrub.key") << "short";
  EXPECT_NE(local_key(), local_key());
  EXPECT_EQ(fs::file_size(home_ / "understudy/scrub.key"), 5U);
}

}  // namespace
}  // namespace understudy::sections
