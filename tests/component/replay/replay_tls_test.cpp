// A replay against an https candidate: verified, with our certificate if it asks, or looked away from on
// demand.
#include "replay/arguments.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::replay {
namespace {

class ReplayTlsFlags : public ::testing::Test {
 protected:
  std::string refusal(const Arguments& arguments) {
    const auto options = options_of(arguments);
    return options ? std::string("none") : options.error().message;
  }
  Arguments https() { return {.target = "https://shop.example", .captures = {"a.ucap.zst"}}; }

  test::TemporaryDirectory directory_;
  test::TestAuthority authority_;
};

TEST_F(ReplayTlsFlags, FilesAndVerificationReachTheOptions) {
  auto arguments = https();
  arguments.ca = authority_.write(directory_.path(), "ca");
  const auto alice = authority_.issue_files(directory_.path(), "alice", {.common_name = "alice"});
  arguments.certificate = alice.certificate;
  arguments.key = alice.key;
  const auto options = options_of(arguments);
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->tls.ca, arguments.ca);
  EXPECT_EQ(options->tls.identity.key, alice.key);
  EXPECT_TRUE(options->tls.verify);
}

TEST_F(ReplayTlsFlags, InsecureHasToBeSaid) {
  auto arguments = https();
  arguments.insecure = true;
  ASSERT_TRUE(options_of(arguments));
  EXPECT_FALSE(options_of(arguments)->tls.verify);
  arguments.ca = authority_.write(directory_.path(), "ca");
  EXPECT_NE(refusal(arguments).find("--insecure verifies nothing"), std::string::npos);
}

TEST_F(ReplayTlsFlags, WhatCannotWorkIsRefusedWithTheFlagsName) {
  auto arguments = https();
  arguments.ca = directory_ / "nowhere";
  EXPECT_TRUE(refusal(arguments).starts_with("--ca: cannot read"));
  arguments = https();
  arguments.certificate = "alice.crt";
  EXPECT_NE(refusal(arguments).find("--cert and --key belong together"), std::string::npos);
  arguments = https();
  arguments.target = "http://shop.example";
  arguments.insecure = true;
  EXPECT_NE(refusal(arguments).find("https target"), std::string::npos);
}

}  // namespace
}  // namespace understudy::replay
