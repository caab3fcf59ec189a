#include "core/net/client.hpp"
#include "proxy/upstream/ejection.hpp"
#include "proxy/upstream/health_checker.hpp"
#include "proxy/upstream/health_state.hpp"
#include "proxy/upstream/host_record.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using std::chrono::seconds;
using enum HealthResult;

HealthCheckOptions thresholds(unsigned healthy, unsigned unhealthy) {
  HealthCheckOptions options;
  options.healthy = healthy;
  options.unhealthy = unhealthy;
  return options;
}

TEST(HealthState, HealthyUntilTheFirstCheckWhichAloneDecides) {
  HealthState good(thresholds(2, 3));
  EXPECT_TRUE(good.healthy());
  EXPECT_FALSE(good.take(ok));
  EXPECT_TRUE(good.healthy());
  HealthState bad(thresholds(2, 3));
  EXPECT_TRUE(bad.take(connect_failed));
  EXPECT_FALSE(bad.healthy());
}

TEST(HealthState, ChangesOnlyAfterResultsInARow) {
  HealthState state(thresholds(2, 3));
  state.take(ok);
  EXPECT_FALSE(state.take(timeout));
  EXPECT_FALSE(state.take(bad_status));
  EXPECT_FALSE(state.take(ok)) << "the row is broken";
  EXPECT_FALSE(state.take(bad_status));
  EXPECT_FALSE(state.take(bad_response));
  EXPECT_TRUE(state.take(bad_status));
  EXPECT_FALSE(state.healthy());
  EXPECT_FALSE(state.take(ok));
  EXPECT_FALSE(state.take(bad_status));
  EXPECT_FALSE(state.take(ok));
  EXPECT_TRUE(state.take(ok));
  EXPECT_TRUE(state.healthy());
}

TEST(HealthState, ThresholdOfOneChangesAtOnce) {
  HealthState state(thresholds(1, 1));
  state.take(ok);
  EXPECT_TRUE(state.take(timeout));
  EXPECT_TRUE(state.take(ok));
}

TEST(HealthState, ExpectedStatusesAreInclusive) {
  HealthCheckOptions options;
  options.expect_first = 200;
  options.expect_last = 204;
  EXPECT_EQ(judge_status(200, options), ok);
  EXPECT_EQ(judge_status(204, options), ok);
  EXPECT_EQ(judge_status(205, options), bad_status);
  EXPECT_EQ(judge_status(101, options), bad_status);
}

TEST(HealthState, IntervalsStayWithinATenth) {
  std::uint64_t random = 1;
  for (int i = 0; i < 10'000; ++i) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto interval = jittered(seconds(10), random >> 16);
    EXPECT_GE(interval, seconds(9));
    EXPECT_LE(interval, seconds(11));
  }
  EXPECT_NE(jittered(seconds(10), 0), jittered(seconds(10), 1000));
}

TEST(HealthCheck, RequestIsWholeAndSaysWhoAsks) {
  const auto wire = health_request(*net::parse_origin_url("http://[::1]:8080"), "/healthz?full=1");
  EXPECT_TRUE(wire.starts_with("GET /healthz?full=1 HTTP/1.1\r\nHost: [::1]:8080\r\n")) << wire;
  EXPECT_NE(wire.find("User-Agent: understudy-health-check\r\n"), std::string::npos);
  EXPECT_TRUE(wire.ends_with("\r\n\r\n"));
}

TEST(HealthCheck, ErrorsHaveTheirOwnResults) {
  EXPECT_EQ(health_result(net::ClientErrc::connect_timeout), connect_failed);
  EXPECT_EQ(health_result(net::ClientErrc::connect_failed), connect_failed);
  EXPECT_EQ(health_result(net::ClientErrc::response_timeout), timeout);
  EXPECT_EQ(health_result(net::ClientErrc::connection_lost), bad_response);
  EXPECT_EQ(health_result(net::ClientErrc::bad_response), bad_response);
}

TEST(Ejection, OneHostAlwaysMayBeEjectedButNeverTheOnlyOne) {
  OutlierOptions options;  // 10 %
  EXPECT_FALSE(may_eject(1, 0, options));
  EXPECT_TRUE(may_eject(2, 0, options));
  EXPECT_FALSE(may_eject(2, 1, options));
  EXPECT_FALSE(may_eject(19, 1, options));
  EXPECT_TRUE(may_eject(20, 1, options));
  EXPECT_FALSE(may_eject(20, 2, options));
  options.max_share = 1;
  EXPECT_TRUE(may_eject(3, 2, options));
}

TEST(Ejection, LastsLongerWithEachRepetitionUpToTheLimit) {
  OutlierOptions options;
  options.eject_max = seconds(100);
  Ejection ejection;
  Monotonic::time_point now{seconds(1000)};
  for (const int expected : {30, 60, 90, 100, 100}) {
    EXPECT_EQ(ejection.begin(now, options), seconds(expected));
    EXPECT_TRUE(ejection.active());
    EXPECT_EQ(ejection.until(), now + seconds(expected));
    now = ejection.until();
    ejection.end(now);
    EXPECT_FALSE(ejection.active());
  }
}

TEST(Ejection, TimeInServiceIsForgiven) {
  OutlierOptions options;  // one for each 10 s
  Ejection ejection;
  Monotonic::time_point now{seconds(1000)};
  for (int i = 0; i < 3; ++i) {
    ejection.begin(now, options);
    ejection.end(now);
  }
  EXPECT_EQ(ejection.begin(now + seconds(25), options), seconds(60)) << "two of three forgiven";
  ejection.end(now + seconds(25));
  EXPECT_EQ(ejection.begin(now + seconds(3600), options), seconds(30));
}

TEST(Ejection, LimitBelowTheFirstEjectionDoesNotShortenIt) {
  OutlierOptions options;
  options.eject_max = seconds(1);
  Ejection ejection;
  EXPECT_EQ(ejection.begin({}, options), options.eject);
}

TEST(HostRecord, ErrorsInARowAreReportedOnceUntilReviewed) {
  int reports = 0;
  HostRecord record("http://a", 2, [&] { ++reports; });
  record.failed();
  EXPECT_EQ(reports, 0) << "nobody wants to know";
  record.set_error_limit(3);
  for (int i = 0; i < 2; ++i) record.failed();
  record.succeeded();
  for (int i = 0; i < 2; ++i) record.failed();
  EXPECT_EQ(reports, 0);
  for (int i = 0; i < 10; ++i) record.failed();
  EXPECT_EQ(reports, 1);
  record.reviewed();
  for (int i = 0; i < 3; ++i) record.failed();
  EXPECT_EQ(reports, 2);
}

}  // namespace
}  // namespace understudy::proxy
