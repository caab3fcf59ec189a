#include "tests/component/net/client_fixture.hpp"

#include <string>

namespace understudy::net::testing {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

/// Answers one request on each connection, takes the next one in, and closes without a word.
void answer_one_then_swallow_one(OriginConnection& connection) {
  connection.read_request();
  connection.send(ScriptedOrigin::ok("fresh"));
  connection.read_request();
}

TEST_F(ClientTest, IdempotentRequestIsSentAgainWhenAReusedConnectionWasStale) {
  ScriptedOrigin origin(answer_one_then_swallow_one);
  connect_to(origin.port());
  ASSERT_TRUE(send());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "fresh");
  EXPECT_EQ(origin.connections(), 2U);
  EXPECT_EQ(origin.requests().size(), 3U);
}

TEST_F(ClientTest, OtherRequestsAreNotSentTwice) {
  ScriptedOrigin origin(answer_one_then_swallow_one);
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST", false).error(),
            ClientErrc::connection_lost);
  EXPECT_EQ(origin.connections(), 1U);
}

/// Answers one request on each connection and closes it without having said so.
void answer_one_then_close(OriginConnection& connection) {
  connection.read_request();
  connection.send(ScriptedOrigin::ok("once"));
}

TEST_F(ClientTest, WithoutALookAtAnIdleConnectionNothingIsLostEither) {
  ScriptedOrigin origin(answer_one_then_close);
  connect_to(origin.port(), {.probe_idle_after = std::chrono::minutes(1)});
  for (std::size_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(send());
    EXPECT_EQ(response_.body, "once");
    ASSERT_TRUE(origin.wait_for_requests(i));
  }
  // A request that must not be sent twice gets the look all the same.
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST", false));
  EXPECT_EQ(origin.requests().size(), 4U);
}

TEST_F(ClientTest, AFreshConnectionThatIsClosedIsNotRetried) {
  ScriptedOrigin origin([](OriginConnection& connection) { connection.read_request(); });
  connect_to(origin.port());
  EXPECT_EQ(send().error(), ClientErrc::connection_lost);
  EXPECT_EQ(origin.connections(), 1U);
}

TEST_F(ClientTest, AResponseThatHasBegunIsNotRetried) {
  auto half = [](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("whole"));
    connection.read_request();
    connection.send("HTTP/1.1 2");
  };
  ScriptedOrigin origin(half);
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(send().error(), ClientErrc::connection_lost);
  EXPECT_EQ(origin.requests().size(), 2U);
}

}  // namespace
}  // namespace understudy::net::testing
