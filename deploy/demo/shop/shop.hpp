// The shop itself: requests in, responses out. No sockets.
#pragma once

#include "core/http/message.hpp"
#include "deploy/demo/shop/catalogue.hpp"
#include "deploy/demo/shop/json_text.hpp"
#include "deploy/demo/shop/release.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::demo {

struct Reply {
  http::Response response;
  std::chrono::milliseconds delay{};  ///< to wait before it is sent
};

/// Used by one thread. Carts are kept in memory; they are the only state.
class Shop {
 public:
  /// `noise_seed` drives what differs between two identical requests: request ids and the order of tags.
  Shop(int version, std::uint64_t noise_seed);

  Reply answer(const http::Request& request);

 private:
  using Form = std::map<std::string, std::string, std::less<>>;

  struct CartLine {
    std::int64_t product = 0;
    std::int64_t quantity = 0;
  };

  Reply answer_get(const http::Request& request, std::string_view path);
  Reply answer_post(const http::Request& request, std::string_view path);

  Reply health();
  Reply categories();
  Reply products(const Form& query);
  Reply product(std::int64_t id);
  Reply reviews(std::int64_t id);
  Reply search(const Form& query);
  Reply recommendations(const Form& query);
  Reply account(const http::Request& request, const Form& query);
  Reply order(std::int64_t id, const Form& query);
  Reply cart(const http::Request& request);
  Reply add_to_cart(const http::Request& request);
  Reply check_out(const http::Request& request);
  Reply log_in(const http::Request& request);
  Reply problem(unsigned status, std::string_view error, std::string_view message);

  void write_summary(JsonText& json, const Product& product) const;
  void write_cart(JsonText& json, const std::string& visitor) const;
  std::int64_t cart_total(const std::string& visitor) const;
  /// Ends the object with request id and time, and makes it a response.
  Reply finish(JsonText& json, unsigned status = 200);
  std::string next_uuid();

  Catalogue catalogue_;
  Regressions regressions_;
  std::mt19937_64 noise_;
  std::map<std::string, std::vector<CartLine>, std::less<>> carts_;  ///< at most kCartsMax visitors
  std::int64_t orders_ = 0;
};

}  // namespace understudy::demo
