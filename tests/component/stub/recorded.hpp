// Exchanges as a capture would hold them, made by hand: the strings behind the views live as long as the
// maker.
#pragma once

#include "capture-format/record.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::stub::test {

class Recording {
 public:
  /// One exchange, ids counted from 1. The reference stays valid.
  capture::ExchangeView& add(std::string_view method, std::string_view target, std::string_view request_body,
                             std::string_view response_body, unsigned status = 200) {
    auto& exchange = exchanges_.emplace_back();
    exchange.id = exchanges_.size();
    exchange.start_ns = 1'700'000'000'000'000'000ULL + exchange.id * 1'000'000;
    exchange.connection_id = 1;
    exchange.connection_sequence = static_cast<std::uint32_t>(exchange.id - 1);
    exchange.request.method = keep(method);
    exchange.request.target = keep(target);
    exchange.request.authority = "shop.test";
    exchange.request.headers = {{"Host", "shop.test"}};
    exchange.request.body = keep(request_body);
    exchange.request.body_length = request_body.size();
    exchange.has_response = true;
    exchange.response.status = status;
    exchange.response.reason = "Recorded";
    exchange.response.headers = {{"Content-Type", "text/plain"}};
    exchange.response.body = keep(response_body);
    exchange.response.body_length = response_body.size();
    return exchange;
  }

  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
  const std::deque<capture::ExchangeView>& exchanges() const { return exchanges_; }

 private:
  std::deque<std::string> texts_;
  std::deque<capture::ExchangeView> exchanges_;
};

inline http::Request request(std::string_view method, std::string_view target, std::string_view body = {},
                             std::string_view marker = {}) {
  http::Request made;
  made.head.method = std::string(method);
  made.head.target = std::string(target);
  made.body = std::string(body);
  if (!marker.empty()) made.head.fields.add("X-Shadow", marker);
  return made;
}

}  // namespace understudy::stub::test
