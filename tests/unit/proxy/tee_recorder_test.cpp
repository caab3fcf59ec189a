#include "proxy/downstream/tee_recorder.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using Body = http::BodyFraming;

/// A tee with small limits and its recorder.
class TeeRecording : public testing::Test {
 protected:
  static Tee::Options options() {
    Tee::Options options;
    options.events = 4;
    options.budget_bytes = 10'000;
    options.body_bytes_max = 100;
    return options;
  }

  void begin(const Body& request_body = Body::none()) {
    recorder.begin(true, 7, Monotonic::now());
    http::RequestHead head;
    head.method = "GET";
    head.target = "/";
    recorder.request_head(head, request_body);
  }

  Tee tee{options()};
  WorkerTee worker{tee, 0, 1};
  TeeRecorder recorder{&worker};
};

TEST_F(TeeRecording, WholeExchangeIsHandedOverOnceWithHeadsAndBodies) {
  begin(Body::of_length(4));
  recorder.request_body("ab");
  recorder.request_body("cd");
  recorder.request_done({}, Monotonic::now());
  http::ResponseHead head;
  head.status = 201;
  recorder.response_head(head, Body::of_length(2));
  recorder.response_body("ok");
  recorder.response_done({}, Monotonic::now());
  recorder.finish(Fate::ok, Reason::none);
  recorder.finish(Fate::reset, Reason::primary_failed);
  const auto event = tee.pop();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->request.method, "GET");
  EXPECT_EQ(event->request_body.bytes, "abcd");
  EXPECT_TRUE(event->request_body.complete);
  EXPECT_EQ(event->response.status, 201U);
  EXPECT_EQ(event->response_body.bytes, "ok");
  EXPECT_TRUE(event->response_body.complete);
  EXPECT_EQ(event->fate, Fate::ok);
  EXPECT_EQ(event->connection_id, 7U);
  EXPECT_FALSE(tee.pop());
  EXPECT_EQ(tee.pushed(), 1U);
}

TEST_F(TeeRecording, SampledOutExchangeIsCountedAndNotCopied) {
  recorder.begin(false, 7, Monotonic::now());
  EXPECT_FALSE(recorder.active());
  http::RequestHead head;
  head.target = "/kept";
  recorder.request_head(head, Body::none());
  EXPECT_EQ(head.target, "/kept");
  recorder.finish(Fate::ok, Reason::none);
  EXPECT_EQ(tee.dropped(Reason::sampled_out), 1U);
  EXPECT_EQ(tee.pushed(), 0U);
}

TEST_F(TeeRecording, WithoutATeeNothingHappens) {
  TeeRecorder none(nullptr);
  none.begin(true, 1, Monotonic::now());
  EXPECT_FALSE(none.wanted());
  none.request_body("x");
  none.finish(Fate::ok, Reason::none);
}

TEST_F(TeeRecording, BodyOverTheCapKeepsLengthAndHashOnly) {
  const std::string body(250, 'x');
  begin(Body::chunked());
  for (std::size_t at = 0; at < body.size(); at += 50)
    recorder.request_body(std::string_view(body).substr(at, 50));
  recorder.request_done({}, Monotonic::now());
  recorder.finish(Fate::ok, Reason::none);
  const auto event = tee.pop();
  EXPECT_TRUE(event->request_body.over_cap);
  EXPECT_EQ(event->request_body.bytes, "");
  EXPECT_EQ(event->request_body.length, 250U);
  EXPECT_EQ(event->request_body.hash, content_hash(body));
}

TEST_F(TeeRecording, AnnouncedLengthOverTheCapIsNeverCopied) {
  begin(Body::of_length(101));
  recorder.request_body(std::string(60, 'x'));
  EXPECT_EQ(worker.held_bytes, 0U);
  recorder.finish(Fate::client_abort, Reason::client_abort);
  const auto event = tee.pop();
  EXPECT_TRUE(event->request_body.over_cap);
  EXPECT_FALSE(event->request_body.complete);
  EXPECT_EQ(event->request_body.length, 60U);
  EXPECT_EQ(event->reason, Reason::client_abort);
}

TEST_F(TeeRecording, CapItselfStillFits) {
  begin(Body::of_length(100));
  recorder.request_body(std::string(100, 'x'));
  recorder.finish(Fate::ok, Reason::none);
  EXPECT_EQ(tee.pop()->request_body.bytes.size(), 100U);
}

TEST_F(TeeRecording, HeldBodiesCountForTheBudgetUntilHandedOver) {
  begin(Body::chunked());
  recorder.request_body(std::string(80, 'x'));
  EXPECT_EQ(worker.held_bytes, 80U);
  recorder.finish(Fate::ok, Reason::none);
  EXPECT_EQ(worker.held_bytes, 0U);
  EXPECT_GE(tee.bytes_in_flight(), 80U);
}

TEST_F(TeeRecording, OverTheBudgetTheBytesGoAndTheReasonSaysSo) {
  worker.held_bytes = 9'990;
  begin(Body::chunked());
  recorder.request_body(std::string(50, 'x'));
  recorder.finish(Fate::ok, Reason::none);
  const auto event = tee.pop();
  EXPECT_EQ(event->reason, Reason::memory_budget);
  EXPECT_TRUE(event->request_body.over_cap);
  EXPECT_EQ(event->request_body.length, 50U);
  EXPECT_EQ(worker.held_bytes, 9'990U);
}

TEST_F(TeeRecording, EveryExchangeIsPushedOrCountedOnce) {
  for (int i = 0; i < 20; ++i) {
    recorder.begin(i % 2 == 0, 7, Monotonic::now());
    recorder.finish(Fate::ok, Reason::none);
  }
  EXPECT_EQ(tee.pushed() + tee.dropped(Reason::queue_full) + tee.dropped(Reason::sampled_out) +
                tee.dropped(Reason::memory_budget),
            20U);
  EXPECT_GT(tee.dropped(Reason::queue_full), 0U);
}

TEST_F(TeeRecording, SequenceCountsEveryExchangeOfTheConnection) {
  recorder.begin(false, 7, Monotonic::now());
  begin();
  recorder.finish(Fate::ok, Reason::none);
  EXPECT_EQ(tee.pop()->connection_sequence, 1U);
}

TEST_F(TeeRecording, DestructionHandsOverWhatIsOpen) {
  {
    TeeRecorder shorter(&worker);
    shorter.begin(true, 9, Monotonic::now());
  }
  EXPECT_EQ(tee.pop()->reason, Reason::shutdown);
}

}  // namespace
}  // namespace understudy::proxy
