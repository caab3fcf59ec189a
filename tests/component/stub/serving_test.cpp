// A capture file on disk, loaded and served, asked over a socket.
#include "capture-format/reader.hpp"
#include "capture-format/recorder.hpp"
#include "stub/answering.hpp"
#include "tests/component/stub/recorded.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace understudy::stub::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using understudy::test::body_of;
using understudy::test::RawClient;
using understudy::test::status_of;

class ServingTest : public ::testing::Test {
 protected:
  ~ServingTest() override {
    if (!server_) return;
    thread_.call([this] { server_.reset(); });
    thread_.stop();
  }

  /// Writes the recording to a file, reads it back into a book, and serves that.
  void serve(Delay delay = Delay::none) {
    {
      auto recorder = capture::Recorder::open({.directory = directory_.path() / "captures"});
      ASSERT_TRUE(recorder) << recorder.error().message;
      for (const auto& exchange : recording_.exchanges()) ASSERT_TRUE((*recorder)->append(exchange));
    }
    auto book = std::make_shared<ResponseBook>(64 * 1024 * 1024);
    for (const auto& file : std::filesystem::directory_iterator(directory_.path() / "captures")) {
      auto reader = capture::Reader::open(file.path());
      ASSERT_TRUE(reader) << reader.error().message;
      while (const auto* exchange = reader->next()) ASSERT_TRUE(book->add(*exchange));
    }
    ASSERT_EQ(book->counts().exchanges, recording_.exchanges().size());
    net::ServerOptions options;
    options.address = {net::asio::ip::address_v4::loopback(), 0};
    thread_.call([&] {
      server_ = std::move(*net::Server::listen(thread_.worker(), options, make_handler(book, delay)));
    });
  }

  std::string ask(std::string_view wire, bool no_body = false) {
    RawClient client(server_->port());
    EXPECT_TRUE(client.send(wire));
    return client.read_response(no_body);
  }

  std::string get(std::string_view target, std::string_view fields = "") {
    return ask(fmt::format("GET {} HTTP/1.1\r\nHost: shop.test\r\n{}\r\n", target, fields));
  }

  understudy::test::TemporaryDirectory directory_;
  Recording recording_;
  understudy::test::WorkerThread thread_;
  std::unique_ptr<net::Server> server_;
};

TEST_F(ServingTest, StatusReasonHeadersAndBodyAreThoseOfTheRecording) {
  auto& exchange = recording_.add("GET", "/teapot", "", std::string("a\0b\r\n\xff", 6), 418);
  exchange.response.reason = "Short and stout";
  exchange.response.headers = {{"X-One", "1"},          {"Set-Cookie", "a=1"},
                               {"x-two", "2"},          {"Set-Cookie", "b=2"},
                               {"Content-Length", "6"}, {"Date", "Tue, 05 Mar 2024 10:00:00 GMT"}};
  serve();
  const auto response = get("/teapot");
  EXPECT_THAT(response,
              StartsWith("HTTP/1.1 418 Short and stout\r\nX-One: 1\r\nSet-Cookie: a=1\r\nx-two: 2\r\n"
                         "Set-Cookie: b=2\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nDate: Tue, 05 Mar 2024 10:00:00 GMT\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 6\r\n"));
  EXPECT_EQ(body_of(response), std::string_view("a\0b\r\n\xff", 6));
}

TEST_F(ServingTest, ChunkedRecordingIsServedWithAContentLength) {
  recording_.add("GET", "/stream", "", "streamed once").response.headers = {{"Transfer-Encoding", "chunked"}};
  serve();
  const auto response = get("/stream");
  EXPECT_THAT(response, Not(HasSubstr("chunked")));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 13\r\n"));
  EXPECT_EQ(body_of(response), "streamed once");
}

TEST_F(ServingTest, AnswersWithoutBodyAreFramedAsSuch) {
  recording_.add("HEAD", "/big", "", "").response.headers = {{"Content-Length", "123456"}};
  recording_.add("GET", "/none", "", "", 204).response.headers = {{"X-None", "1"}};
  recording_.add("GET", "/same", "", "", 304).response.headers = {{"ETag", "\"1\""}};
  serve();
  EXPECT_THAT(ask("HEAD /big HTTP/1.1\r\nHost: h\r\n\r\n", true),
              HasSubstr("\r\nContent-Length: 123456\r\n"));
  const auto none = ask("GET /none HTTP/1.1\r\nHost: h\r\n\r\n", true);
  EXPECT_EQ(status_of(none), 204U);
  EXPECT_THAT(none, Not(HasSubstr("Content-Length")));
  const auto same = ask("GET /same HTTP/1.1\r\nHost: h\r\n\r\n", true);
  EXPECT_EQ(status_of(same), 304U);
  EXPECT_THAT(same, Not(HasSubstr("Content-Length")));
}

TEST_F(ServingTest, RequestBodiesTellRequestsApartInEitherFraming) {
  recording_.add("POST", "/quote", R"({"n":1})", "one");
  recording_.add("POST", "/quote", R"({"n":2})", "two");
  serve();
  EXPECT_EQ(body_of(ask("POST /quote HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{\"n\":2}")), "two");
  EXPECT_EQ(body_of(ask("POST /quote HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\n{\"n\r\n4\r\n\":1}\r\n0\r\n\r\n")),
            "one");
}

TEST_F(ServingTest, UnknownRequestIs501AndNamesTheNearest) {
  recording_.add("GET", "/products/1", "", "one");
  serve();
  const auto response = get("/products/2");
  EXPECT_EQ(status_of(response), 501U);
  EXPECT_THAT(response, HasSubstr("Content-Type: text/plain"));
  EXPECT_THAT(std::string(body_of(response)), HasSubstr("GET /products/2"));
  EXPECT_THAT(std::string(body_of(response)), HasSubstr("/products/1"));
}

TEST_F(ServingTest, MarkedRequestsGetTheirOwnAnswerInAnyOrder) {
  for (int i = 1; i <= 20; ++i) recording_.add("GET", "/n", "", std::to_string(i));
  serve();
  RawClient client(server_->port());
  for (int i = 20; i >= 1; --i) {
    ASSERT_TRUE(
        client.send(fmt::format("GET /n HTTP/1.1\r\nHost: h\r\nX-Shadow: v1;id={};hop=1\r\n\r\n", i)));
    EXPECT_EQ(body_of(client.read_response()), std::to_string(i));
  }
}

TEST_F(ServingTest, LargeBodiesAreServedWhole) {
  std::string body;
  for (int i = 0; body.size() < 900'000; ++i) body += fmt::format("{:x},", i * 2654435761U);
  recording_.add("GET", "/large", "", body);
  serve();
  EXPECT_EQ(body_of(get("/large")), body);
}

TEST_F(ServingTest, RecordedDelayIsWaitedFor) {
  recording_.add("GET", "/slow", "", "late").timings = {.request_done_ns = 1, .first_byte_ns = 30'000'001};
  serve(Delay::recorded);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(body_of(get("/slow")), "late");
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(30));
}

}  // namespace
}  // namespace understudy::stub::test
