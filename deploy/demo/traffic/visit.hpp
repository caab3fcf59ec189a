// One visit to the shop: what a person asks for, in which order, with which headers. Sans-I/O and
// deterministic.
#pragma once

#include "core/http/message.hpp"
#include "deploy/demo/traffic/persona.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace understudy::demo {

/// Gives requests one after the other and learns from the answers: the log-in's token and cookie are used
/// from then on.
class Visit {
 public:
  /// The same visit for the same seed and index. `persona` outlives the visit.
  Visit(std::uint64_t seed, std::size_t index, const Persona& persona);

  std::size_t requests_left() const noexcept { return steps_.size(); }
  /// Ends the visit after `requests` more.
  void cut_short(std::size_t requests);
  /// The next request, or nothing at the end of the visit.
  std::optional<http::Request> next();
  /// To be called with the answer to the request that `next` gave last.
  void learn(const http::Response& response, PlantedValues& planted);

  /// Everything personal that this visit will send of its own accord.
  void list_planted(PlantedValues& planted) const;

 private:
  enum class Step : unsigned char {
    categories,
    listing,
    product,
    reviews,
    search,
    recommendations,
    cart,
    health,
    log_in,
    account,
    add_to_cart,
    check_out,
    order,
  };

  enum class Visitor : unsigned char { person, crawler, monitor };

  void plan_person();
  void plan_crawl();
  void plan_buying();
  http::Request get(std::string target) const;
  http::Request post(std::string target, std::string_view content_type, std::string body) const;
  http::Request request_for(Step step);
  void add_headers(http::Request& request) const;
  std::size_t below(std::size_t limit) { return random_() % limit; }
  /// Few products are looked at by many, most by few.
  int popular_product();

  std::mt19937_64 random_;
  Visitor visitor_ = Visitor::person;
  const Persona& persona_;
  std::size_t index_;
  std::size_t persona_order_;
  std::string device_cookie_;
  std::string session_cookie_;
  std::string token_;
  std::string last_page_;
  int product_ = 1;
  std::deque<Step> steps_;
};

}  // namespace understudy::demo
