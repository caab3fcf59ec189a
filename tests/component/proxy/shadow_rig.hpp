// A shadow plane with its tee, fed by the test as a worker would feed it, and its capture read back.
#pragma once

#include "capture-format/reader.hpp"
#include "core/base/content_hash.hpp"
#include "proxy/shadow/shadow_plane.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::proxy {

using std::literals::chrono_literals::operator""ms;
using std::literals::chrono_literals::operator""ns;
using std::literals::chrono_literals::operator""s;
using std::literals::chrono_literals::operator""h;
using FieldList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// What a test says about an exchange; the rest is ordinary.
struct Exchange {
  std::string method = "GET";
  std::string target = "/products";
  std::vector<std::pair<std::string, std::string>> fields{{"Host", "shop.example"}};
  std::string body;
  std::string response_body = R"({"ok":true})";
  std::vector<std::pair<std::string, std::string>> response_fields{{"Content-Type", "application/json"}};
  std::uint64_t connection_id = 1;
  std::function<void(ExchangeEvent&)> adjust;  ///< last change before the push
};

struct Recorded {
  std::string method;
  std::string target;
  std::string request_body;
  std::string response_body;
  std::uint64_t request_body_length = 0;
  std::uint64_t request_body_hash = 0;
  std::uint64_t response_body_length = 0;
  capture::Truncation request_truncation = capture::Truncation::none;
  capture::Truncation response_truncation = capture::Truncation::none;
  bool has_response = false;
  capture::Fate fate = capture::Fate::ok;
  std::uint64_t session_key = 0;
  std::string trace_id;
  capture::ScrubState scrub_state = capture::ScrubState::off;
  std::uint32_t redactions = 0;
  std::vector<std::pair<std::string, std::string>> mirrors;  ///< shadow and reason
  std::vector<capture::MirrorOutcome> outcomes;
  std::string all_text;  ///< every byte of both messages
};

class ShadowRig {
 public:
  ShadowRig() : tee(Tee::Options{}) { options.capture.emplace().directory = directory / "capture"; }

  void add_shadow(const std::string& name, std::uint16_t port) {
    options.shadows.push_back({name, {"http", "127.0.0.1", port}, HostMode::keep});
  }
  void allow_everything() { options.guard.rules.push_back({guard::Rule::Action::allow, {}, {"/**"}, "all"}); }

  void start() {
    auto started = ShadowPlane::start(options, {&tee});
    ASSERT_TRUE(started) << started.error().message;
    plane = std::move(*started);
  }

  void push(const Exchange& exchange) {
    auto event = tee.acquire();
    if (!event) return;
    event->id = ++last_id_;
    event->connection_id = exchange.connection_id;
    event->start_wall = wall_now();
    event->start = Monotonic::now();
    event->request.method = exchange.method;
    event->request.target = exchange.target;
    for (const auto& [name, value] : exchange.fields) event->request.fields.add(name, value);
    event->request_body.bytes = exchange.body;
    event->request_body.length = exchange.body.size();
    event->has_response = true;
    event->response.status = 200;
    event->response.reason = "OK";
    for (const auto& [name, value] : exchange.response_fields) event->response.fields.add(name, value);
    event->response_body.bytes = exchange.response_body;
    event->response_body.length = exchange.response_body.size();
    if (exchange.adjust) exchange.adjust(*event);
    tee.push(std::move(event));
  }

  /// Looks at the plane's counts until they please, ten seconds at most.
  bool wait(const std::function<bool(const ShadowStats&)>& pleased) const {
    for (const auto end = Monotonic::now() + 10s; Monotonic::now() < end; std::this_thread::sleep_for(1ms))
      if (pleased(plane->stats())) return true;
    return false;
  }
  bool wait_for_events(std::uint64_t count) const {
    return wait([count](const ShadowStats& stats) { return stats.events >= count; });
  }
  bool wait_for_mirrored(std::uint64_t count) const {
    return wait([count](const ShadowStats& stats) { return stats.shadows.at(0).mirrored() >= count; });
  }

  /// Stops the plane, checks that every exchange has one fate in each account, and gives the final counts.
  ShadowStats finish(std::chrono::nanoseconds grace = 5s) {
    plane->stop(grace);
    auto stats = plane->stats();
    EXPECT_EQ(stats.events, last_id_);
    EXPECT_EQ(stats.tee_bytes, 0u);
    for (const auto& shadow : stats.shadows) {
      EXPECT_EQ(shadow.in_flight, 0u) << shadow.name;
      EXPECT_EQ(shadow.in_flight_bytes, 0u) << shadow.name;
      EXPECT_EQ(stats.events, shadow.mirrored() + sum(shadow.not_mirrored)) << shadow.name;
    }
    if (stats.capture.enabled) {
      EXPECT_EQ(stats.events, stats.capture.recorded + sum(stats.capture.not_recorded));
    }
    return stats;
  }

  std::vector<Recorded> recorded() const {
    std::vector<Recorded> all;
    for (const auto& file : std::filesystem::directory_iterator(directory / "capture")) {
      auto reader = capture::Reader::open(file.path());
      EXPECT_TRUE(reader) << file.path();
      if (!reader) continue;
      while (const auto* view = reader->next()) all.push_back(copy(*view));
      EXPECT_EQ(reader->damage().chunks_lost, 0u);
      EXPECT_TRUE(reader->sealed());
    }
    return all;
  }

  test::TemporaryDirectory directory;
  Tee tee;
  ShadowPlaneOptions options;
  std::unique_ptr<ShadowPlane> plane;

 private:
  static void add_text(std::string& text, const capture::MessageView& message) {
    text.append(message.method).append(" ").append(message.target).append(" ").append(message.authority);
    for (const auto& field : message.headers)
      text.append("\n").append(field.name).append(": ").append(field.value);
    for (const auto& field : message.trailers)
      text.append("\n").append(field.name).append(": ").append(field.value);
    text.append("\n").append(message.body).append("\n");
  }

  static Recorded copy(const capture::ExchangeView& view) {
    Recorded made;
    made.method = view.request.method;
    made.target = view.request.target;
    made.request_body = view.request.body;
    made.response_body = view.response.body;
    made.request_body_length = view.request.body_length;
    made.request_body_hash = view.request.body_hash;
    made.response_body_length = view.response.body_length;
    made.request_truncation = view.request.truncation;
    made.response_truncation = view.response.truncation;
    made.has_response = view.has_response;
    made.fate = view.fate;
    made.session_key = view.session_key;
    made.trace_id = view.trace_id;
    made.scrub_state = view.scrub.state;
    made.redactions = view.scrub.redactions;
    for (const auto& mirror : view.mirrors) {
      made.mirrors.emplace_back(mirror.target, mirror.reason);
      made.outcomes.push_back(mirror.outcome);
    }
    add_text(made.all_text, view.request);
    add_text(made.all_text, view.response);
    return made;
  }

  std::uint64_t last_id_ = 0;
};

inline std::uint64_t count_of(const ReasonCounts& counts, Reason reason) {
  return counts[static_cast<std::size_t>(reason)];
}

inline std::uint64_t count_of(const ShadowTargetStats& shadow, ShadowOutcome outcome) {
  return shadow.outcomes[static_cast<std::size_t>(outcome)];
}

}  // namespace understudy::proxy
