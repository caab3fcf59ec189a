#include "tests/component/net/client_fixture.hpp"

#include <memory>
#include <string>
#include <thread>

namespace understudy::net::testing {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

TEST_F(ClientTest, UsesOneConnectionForManyRequests) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("one"), ScriptedOrigin::ok("two")}));
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.head.status, 200U);
  EXPECT_EQ(response_.head.reason, "OK");
  EXPECT_EQ(response_.head.fields.find("content-length"), "3");
  EXPECT_EQ(response_.body, "one");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(send());
    EXPECT_EQ(response_.body, "two");
  }
  EXPECT_EQ(origin.connections(), 1U);
  EXPECT_EQ(origin.requests().size(), 21U);
  EXPECT_EQ(origin.requests()[20], kGet);
}

TEST_F(ClientTest, TimesAreInOrder) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("one")}));
  connect_to(origin.port());
  const auto before = Monotonic::now();
  ASSERT_TRUE(send());
  EXPECT_LE(before, times_.sent);
  EXPECT_LT(times_.sent, times_.first_byte);
  EXPECT_LE(times_.first_byte, times_.done);
}

TEST_F(ClientTest, ReadsChunkedWithTrailersAndGoesOn) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n",
       ScriptedOrigin::ok("next")}));
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "abcde");
  EXPECT_EQ(response_.trailers.find("X-Sum"), "5");
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "next");
  EXPECT_TRUE(response_.trailers.empty());
  EXPECT_EQ(origin.connections(), 1U);
}

TEST_F(ClientTest, ReadsAResponseThatComesByteByByte) {
  auto trickle = [](OriginConnection& connection) {
    connection.read_request();
    for (const char c : ScriptedOrigin::ok("slowly")) connection.send(std::string_view(&c, 1));
    connection.stall();
  };
  ScriptedOrigin origin(trickle);
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "slowly");
}

TEST_F(ClientTest, SkipsInterimResponses) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({"HTTP/1.1 100 Continue\r\n\r\n"
                               "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                               ScriptedOrigin::ok("final")}));
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.head.status, 200U);
  EXPECT_FALSE(response_.head.fields.contains("Link"));
  EXPECT_EQ(response_.body, "final");
}

TEST_F(ClientTest, HeadResponseHasNoBodyAndTheConnectionIsKept) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", ScriptedOrigin::ok("x")}));
  connect_to(origin.port());
  ASSERT_TRUE(send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD"));
  EXPECT_EQ(response_.body, "");
  EXPECT_EQ(response_.head.fields.find("Content-Length"), "100");
  ASSERT_TRUE(send());
  EXPECT_EQ(origin.connections(), 1U);
}

TEST_F(ClientTest, ResponseUntilCloseEndsWithTheConnection) {
  auto once = [](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n\r\nall there is");
  };
  ScriptedOrigin origin(once);
  connect_to(origin.port());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "all there is");
  ASSERT_TRUE(send());
  EXPECT_EQ(origin.connections(), 2U);
}

TEST_F(ClientTest, ReconnectsAfterConnectionClose) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na"}));
  connect_to(origin.port());
  ASSERT_TRUE(send());
  ASSERT_TRUE(send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "POST", false));
  EXPECT_EQ(origin.connections(), 2U);
}

TEST_F(ClientTest, BytesAfterAResponseAreNotTakenForTheNextOne) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("a") + ScriptedOrigin::ok("smuggled")}));
  connect_to(origin.port());
  ASSERT_TRUE(send());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "a");
  EXPECT_EQ(origin.connections(), 2U);
}

TEST_F(ClientTest, BodyCutShortIsLostAndHoldsWhatCame) {
  auto cut = [](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  };
  ScriptedOrigin origin(cut);
  connect_to(origin.port());
  EXPECT_EQ(send().error(), ClientErrc::connection_lost);
  EXPECT_EQ(response_.body, "half");
  EXPECT_EQ(response_.head.status, 200U);
}

TEST_F(ClientTest, GarbageIsABadResponseAndTheNextSendConnectsAnew) {
  for (const std::string garbage : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "\r\n\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    auto script = [&garbage](OriginConnection& connection) {
      connection.read_request();
      connection.send(connection.index() == 0 ? garbage : ScriptedOrigin::ok("good"));
      connection.stall();
    };
    ScriptedOrigin origin(script);
    connect_to(origin.port());
    EXPECT_EQ(send().error(), ClientErrc::bad_response) << garbage;
    EXPECT_TRUE(send());
    EXPECT_EQ(response_.body, "good");
    worker_.call([this] { client_.reset(); });
  }
}

TEST_F(ClientTest, EndlessHeadIsABadResponse) {
  auto script = [](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("A: " + std::string(1000, 'x') + "\r\n")) {
    }
  };
  ScriptedOrigin origin(script);
  connect_to(origin.port());
  EXPECT_EQ(send().error(), ClientErrc::bad_response);
}

TEST_F(ClientTest, BodyOverTheLimitIsCutThere) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {ScriptedOrigin::ok("0123456789"), ScriptedOrigin::ok("0123456789a"),
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n6789ab\r\n0\r\n\r\n"}));
  connect_to(origin.port(), {.body_bytes_max = 10});
  ASSERT_TRUE(send());
  EXPECT_EQ(send().error(), ClientErrc::body_too_large);
  EXPECT_EQ(response_.body, "0123456789");
}

TEST_F(ClientTest, SilentServerTimesOut) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  connect_to(origin.port(), {.response_timeout = 100ms});
  EXPECT_EQ(send().error(), ClientErrc::response_timeout);
}

TEST_F(ClientTest, TricklingServerTimesOutToo) {
  auto trickle = [](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (connection.send("x")) std::this_thread::sleep_for(5ms);
  };
  ScriptedOrigin origin(trickle);
  connect_to(origin.port(), {.response_timeout = 200ms});
  EXPECT_EQ(send().error(), ClientErrc::response_timeout);
  EXPECT_EQ(response_.head.status, 200U);
}

TEST_F(ClientTest, TimeoutOnAReusedConnectionIsNotRetried) {
  auto once = [](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("one"));
    connection.read_request();
    connection.stall();
  };
  ScriptedOrigin origin(once);
  connect_to(origin.port(), {.response_timeout = 100ms});
  ASSERT_TRUE(send());
  EXPECT_EQ(send().error(), ClientErrc::response_timeout);
  EXPECT_EQ(origin.connections(), 1U);
}

TEST_F(ClientTest, RefusedConnectionIsConnectFailed) {
  connect_to(test::unused_port());
  EXPECT_EQ(send().error(), ClientErrc::connect_failed);
}

TEST_F(ClientTest, IdleConnectionOverItsTimeIsNotUsedAgain) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("a")}));
  connect_to(origin.port(), {.idle_timeout = 0ns});
  ASSERT_TRUE(send());
  ASSERT_TRUE(send());
  EXPECT_EQ(origin.connections(), 2U);
}

TEST_F(ClientTest, LargeRequestAndResponsePassAtTheSameTime) {
  // The origin writes back while it reads: neither side may wait for the other to be done.
  constexpr std::size_t kBytes = 16 * 1024 * 1024;
  auto reflect = [](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n");
    for (std::size_t done = 0; done < kBytes;) {
      const auto bytes = connection.read_some();
      if (!bytes || bytes->empty() || !connection.send(*bytes)) return;
      done += bytes->size();
    }
    connection.stall();
  };
  ScriptedOrigin origin(reflect);
  connect_to(origin.port());
  std::string body(kBytes, 'x');
  for (std::size_t i = 0; i < kBytes; i += 1009) body[i] = static_cast<char>('a' + i % 26);
  const auto wire = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 16777216\r\n\r\n" + body;
  ASSERT_TRUE(send(wire, "PUT"));
  EXPECT_TRUE(response_.body == body);
}

TEST_F(ClientTest, EarlyAnswerIsDeliveredWhenTheServerStopsReading) {
  auto refuse = [](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    // Reads on for the end alone, so that the client sees the answer and not a reset.
    connection.shutdown_send();
    connection.stall();
  };
  ScriptedOrigin origin(refuse);
  connect_to(origin.port());
  const auto wire =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n" + std::string(64 * 1024 * 1024, 'x');
  ASSERT_TRUE(send(wire, "POST", false));
  EXPECT_EQ(response_.head.status, 413U);
  EXPECT_EQ(response_.body, "big");
}

TEST_F(ClientTest, EarlyAnswerIsDeliveredWhenTheServerNeverReads) {
  auto refuse = [](OriginConnection& connection) {
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    std::this_thread::sleep_for(50ms);  // no reading: the client's writing has long stopped by then
    connection.shutdown_send();
    connection.stall();
  };
  ScriptedOrigin origin(refuse);
  connect_to(origin.port());
  const auto wire =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n" + std::string(64 * 1024 * 1024, 'x');
  ASSERT_TRUE(send(wire, "POST", false));
  EXPECT_EQ(response_.head.status, 413U);
  // Half a request is on that connection: it must not see another.
  EXPECT_EQ(send(kGet, "GET").has_value(), true);
  EXPECT_EQ(connects(), 2U);
}

TEST_F(ClientTest, CloseEndsAPendingSend) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  connect_to(origin.port());
  std::thread closer([&] {
    origin.wait_for_connections(1);
    worker_.call([this] { client_->close(); });
  });
  EXPECT_EQ(send().error(), ClientErrc::closed);
  closer.join();
}

TEST_F(ClientTest, WorkerMayGoWhileASendIsPending) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  connect_to(origin.port());
  auto spawn = [this] {
    auto ignore_result = [](std::exception_ptr, Result<>) {};
    asio::co_spawn(worker_.worker().executor(), client_->send(kGet, "GET", true, response_, nullptr),
                   ignore_result);
  };
  worker_.call(spawn);
  origin.wait_for_connections(1);
  worker_.stop();
  client_.reset();
  worker_.destroy();
}

TEST(ClientErrors, HaveWordsOfTheirOwn) {
  std::vector<std::string> seen;
  for (int code = 1; code <= 7; ++code) {
    const auto text = client_category().message(code);
    EXPECT_EQ(std::count(seen.begin(), seen.end(), text), 0) << text;
    seen.push_back(text);
  }
  EXPECT_EQ(client_category().message(99), "unknown client error");
}

}  // namespace
}  // namespace understudy::net::testing
