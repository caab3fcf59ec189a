// Captures on disk for the tests of the replay, written by the real recorder.
#pragma once

#include "capture-format/recorder.hpp"

#include <deque>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::replay {

/// Collects exchanges, then writes them as one capture file. Times are in milliseconds from a fixed start.
class CaptureFile {
 public:
  static constexpr std::uint64_t kStartNs = 1'767'607'200'000'000'000;  // 2026-01-05T10:00:00Z

  /// A GET of connection 1 that was answered 200 with JSON after 5 ms; change what a test needs.
  capture::ExchangeView& add(std::uint64_t at_ms, std::string_view method, std::string_view target,
                             std::string_view response_body, std::string_view request_body = {}) {
    auto& exchange = exchanges_.emplace_back();
    exchange.id = exchanges_.size();
    exchange.start_ns = kStartNs + at_ms * 1'000'000;
    exchange.connection_id = 1;
    auto& request = exchange.request;
    request.method = keep(method);
    request.target = keep(target);
    request.authority = "shop.test";
    request.headers = {{"Host", "shop.test"}, {"Accept", "*/*"}};
    request.body = keep(request_body);
    request.body_length = request_body.size();
    exchange.has_response = true;
    auto& response = exchange.response;
    response.status = 200;
    response.reason = "OK";
    response.headers = {{"Content-Type", "application/json"}};
    response.body = keep(response_body);
    response.body_length = response_body.size();
    exchange.timings = {
        .request_done_ns = 100'000, .first_byte_ns = 5'100'000, .response_done_ns = 5'200'000};
    return exchange;
  }

  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }

  /// The path of the one file in `directory`, which is made.
  std::filesystem::path write(const std::filesystem::path& directory, bool unscrubbed = false) const {
    capture::RecorderOptions options;
    options.directory = directory;
    options.contains_unscrubbed = unscrubbed;
    {
      auto recorder = capture::Recorder::open(options);
      if (!recorder) throw std::runtime_error(recorder.error().message);
      for (const auto& exchange : exchanges_)
        if (!(*recorder)->append(exchange)) throw std::runtime_error("the recorder dropped an exchange");
    }
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      if (entry.path().string().ends_with(".ucap.zst")) return entry.path();
    throw std::runtime_error("no capture was written");
  }

 private:
  std::deque<std::string> texts_;
  std::deque<capture::ExchangeView> exchanges_;
};

/// A directory of its own for one test.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "understudy-replay-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace understudy::replay
