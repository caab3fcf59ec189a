#include "core/telemetry/escape.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::telemetry {
namespace {

std::string logfmt(std::string_view text) {
  std::string out;
  append_logfmt_value(out, text);
  return out;
}

TEST(Escape, LogfmtQuotesOnlyWhatIsNotAPlainWord) {
  EXPECT_EQ(logfmt("127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(logfmt("two words"), "\"two words\"");
  EXPECT_EQ(logfmt(""), "\"\"");
  EXPECT_EQ(logfmt("a=b"), "\"a=b\"");
  EXPECT_EQ(logfmt("x\ny"), R"("x\ny")");
}

}  // namespace
}  // namespace understudy::telemetry
