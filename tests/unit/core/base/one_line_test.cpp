#include "core/base/one_line.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy {
namespace {

TEST(OneLine, TextStaysAsItIs) {
  EXPECT_EQ(one_line(""), "");
  EXPECT_EQ(one_line("proxy.yaml:1:2: 'caf\u00e9 \"\\n\"' is no URL"),
            "proxy.yaml:1:2: 'caf\u00e9 \"\\n\"' is no URL");
}

TEST(OneLine, WhatSteersATerminalIsWrittenOut) {
  EXPECT_EQ(one_line("a\nb\tc\rd\x1b[2J\x7f"), "a\\nb\\tc\\x0dd\\x1b[2J\\x7f");
  EXPECT_EQ(one_line("\u0085\u009b2J\u00a0"), "\\xc2\\x85\\xc2\\x9b2J\u00a0");
}

TEST(OneLine, BytesThatAreNoUtf8AreWrittenOut) {
  EXPECT_EQ(one_line("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(one_line("\xe2\x82z"), "\\xe2\\x82z");
}

TEST(OneLine, OfLongTextTheMiddleIsLeftOut) {
  const auto line = one_line("begin " + std::string(1 << 20, 'x') + " end");
  EXPECT_LE(line.size(), kOneLineBytesMax);
  EXPECT_EQ(line.substr(0, 7), "begin x");
  EXPECT_NE(line.find("x [...] x"), std::string::npos);
  EXPECT_EQ(line.substr(line.size() - 5), "x end");
  EXPECT_EQ(one_line(std::string(kOneLineBytesMax, 'x')).size(), kOneLineBytesMax);
}

}  // namespace
}  // namespace understudy
