#include "deploy/demo/traffic/visit.hpp"

#include "core/base/content_hash.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace understudy::demo {
namespace {

constexpr std::array<std::string_view, 5> kUserAgents{
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36",
    "ShopApp/4.2 (iPhone; iOS 17.5)", "ShopApp/4.1 (Android 14)"};
constexpr std::string_view kCrawler = "Mozilla/5.0 (compatible; Lesebot/2.1; +https://lesebot.example/about)";
constexpr std::array<std::string_view, 8> kSearchWords{"lamp",   "oak",    "blanket", "gift",
                                                       "nordic", "garden", "linen",   "stool"};
constexpr std::size_t kProducts = 72;
constexpr std::size_t kPopularProducts = 14;
constexpr std::size_t kListingPages = 6;
constexpr int kFirstUnknownProduct = 9001;
constexpr std::size_t kOrders = 60;

}  // namespace

Visit::Visit(std::uint64_t seed, std::size_t index, const Persona& persona)
    : random_(seed * 0x9e3779b97f4a7c15ULL + index),
      persona_(persona),
      index_(index),
      persona_order_(1001 + content_hash(persona.email) % kOrders),
      device_cookie_(random_hex(random_, 32)) {
  const auto kind = below(100);
  if (kind < 5) {
    visitor_ = Visitor::monitor;
    steps_ = {Step::health, Step::health, Step::health};
  } else if (kind < 25) {
    visitor_ = Visitor::crawler;
    plan_crawl();
  } else {
    plan_person();
    if (below(100) < 60) plan_buying();
  }
}

void Visit::plan_person() {
  steps_ = {Step::categories, Step::listing};
  if (below(2) == 0) steps_.push_back(Step::search);
  if (below(3) == 0) steps_.push_back(Step::listing);
  for (auto looks = 1 + below(3); looks > 0; --looks) {
    steps_.push_back(Step::product);
    if (below(3) == 0) steps_.push_back(Step::reviews);
    if (below(4) == 0) steps_.push_back(Step::recommendations);
  }
}

// Crawlers have no cookies: to the shop they are all one client that asks the same again and again.
void Visit::plan_crawl() {
  steps_ = {Step::categories, Step::listing, Step::listing, Step::search};
  for (auto looks = 2 + below(3); looks > 0; --looks)
    for (const auto step : {Step::product, Step::reviews, Step::recommendations}) steps_.push_back(step);
}

// The cart is looked at before something is put in it only: a replay withholds the POSTs, so a filled cart
// would be empty there, which says nothing of the release that is judged.
void Visit::plan_buying() {
  for (const auto step : {Step::cart, Step::cart, Step::log_in, Step::account, Step::account,
                          Step::add_to_cart, Step::product, Step::add_to_cart, Step::check_out, Step::order})
    steps_.push_back(step);
  if (below(2) == 0) steps_.push_back(Step::order);
}

int Visit::popular_product() {
  const auto choices = below(10) < 8 ? kPopularProducts : kProducts;
  return static_cast<int>(1 + below(choices));
}

void Visit::cut_short(std::size_t requests) {
  if (requests < steps_.size()) steps_.resize(requests);
}

std::optional<http::Request> Visit::next() {
  if (steps_.empty()) return std::nullopt;
  const auto step = steps_.front();
  steps_.pop_front();
  auto request = request_for(step);
  add_headers(request);
  if (request.head.method == "GET") last_page_ = request.head.target;
  return request;
}

http::Request Visit::request_for(Step step) {
  const auto email = percent_encode(persona_.email);
  switch (step) {
    case Step::categories:
      return get("/categories");
    case Step::listing:
      return get(fmt::format("/products?page={}&per_page=12", 1 + below(kListingPages)));
    case Step::product:
      return get(fmt::format("/products/{}", product_ = popular_product()));
    case Step::reviews:
      // A link to a product that is no longer sold: rare, and exactly what version 2 gets wrong.
      if (below(8) == 0)
        return get(fmt::format("/products/{}/reviews", kFirstUnknownProduct + static_cast<int>(below(3))));
      return get(fmt::format("/products/{}/reviews", product_));
    case Step::search:
      return get(fmt::format("/search?q={}", kSearchWords[below(kSearchWords.size())]));
    case Step::recommendations:
      return get(fmt::format("/recommendations?product={}", product_));
    case Step::cart:
      return get("/cart");
    case Step::health:
      return get("/health");
    case Step::log_in:
      return post("/login", "application/x-www-form-urlencoded",
                  fmt::format("email={}&password={}&remember=on", email, percent_encode(persona_.password)));
    case Step::account:
      return get(fmt::format("/account?email={}", email));
    case Step::add_to_cart:
      return post("/cart/items", "application/json",
                  fmt::format(R"({{"product_id":{},"quantity":{}}})", product_, 1 + below(3)));
    case Step::check_out:
      return post(
          "/checkout", "application/json",
          fmt::format(
              R"({{"email":"{}","card_number":"{}","card_holder":"{}","expires":"11/31","newsletter":false}})",
              persona_.email, persona_.card_number, persona_.card_holder));
    case Step::order:
      return get(fmt::format("/orders/{}?email={}", persona_order_, email));
  }
  return get("/health");
}

http::Request Visit::get(std::string target) const {
  http::Request request;
  request.head.method = "GET";
  request.head.target = std::move(target);
  return request;
}

http::Request Visit::post(std::string target, std::string_view content_type, std::string body) const {
  http::Request request;
  request.head.method = "POST";
  request.head.target = std::move(target);
  request.head.fields.add("Content-Type", content_type);
  request.body = std::move(body);
  return request;
}

void Visit::add_headers(http::Request& request) const {
  auto& fields = request.head.fields;
  if (visitor_ != Visitor::person) {
    fields.add("User-Agent", visitor_ == Visitor::monitor ? "kube-probe/1.29" : kCrawler);
    fields.add("Accept", "*/*");
    return;
  }
  fields.add("User-Agent", kUserAgents[index_ % kUserAgents.size()]);
  fields.add("Accept", "application/json, text/plain;q=0.8, */*;q=0.5");
  fields.add("Accept-Language", index_ % 3 == 0 ? "nb-NO,nb;q=0.9,en;q=0.7" : "en-GB,en;q=0.9");
  auto cookies = "sid=" + device_cookie_ + "; theme=light";
  if (!session_cookie_.empty()) cookies += "; session=" + session_cookie_;
  fields.add("Cookie", cookies);
  if (!token_.empty()) {
    fields.add("Authorization", "Bearer " + token_);
    fields.add("X-Customer-Email", persona_.email);
  }
  if (!last_page_.empty()) fields.add("Referer", "https://shop.fjordpost.net" + last_page_);
}

void Visit::learn(const http::Response& response, PlantedValues& planted) {
  if (const auto cookie = response.head.fields.find("Set-Cookie");
      cookie && cookie->starts_with("session=")) {
    session_cookie_ = std::string(cookie->substr(8, cookie->find(';') - 8));
    planted.add("cookie", session_cookie_);
  }
  if (response.body.find("\"access_token\"") == std::string::npos) return;
  boost::system::error_code ec;
  const auto body = boost::json::parse(response.body, ec);
  if (ec || !body.is_object()) return;
  if (const auto* token = body.as_object().if_contains("access_token");
      token != nullptr && token->is_string()) {
    token_ = std::string(token->as_string());
    planted.add("token", token_);
  }
}

void Visit::list_planted(PlantedValues& planted) const {
  if (visitor_ != Visitor::person) return;
  planted.add("cookie", device_cookie_);
  if (std::ranges::find(steps_, Step::log_in) == steps_.end()) return;
  planted.add("email", persona_.email);
  planted.add("email", percent_encode(persona_.email));
  planted.add("password", persona_.password);
  planted.add("password", percent_encode(persona_.password));
  planted.add("card", persona_.card_number);
}

}  // namespace understudy::demo
