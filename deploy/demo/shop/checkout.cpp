// The half of the shop that writes: log in, fill a cart, pay.
#include "core/base/content_hash.hpp"
#include "deploy/demo/shop/form.hpp"
#include "deploy/demo/shop/shop.hpp"

#include <optional>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace understudy::demo {
namespace {

constexpr std::size_t kCartsMax = 10'000;
constexpr std::size_t kCartLinesMax = 50;

/// The visitor's device cookie, "" for one without.
std::string visitor_of(const http::Request& request) {
  for (const auto field : request.head.fields) {
    if (!iequals(field.name, "Cookie")) continue;
    auto rest = field.value;
    while (!rest.empty()) {
      const auto pair = trim(rest.substr(0, rest.find(';')));
      if (pair.starts_with("sid=")) return std::string(pair.substr(4));
      rest.remove_prefix(
          std::min(rest.size(), rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1));
    }
  }
  return {};
}

std::optional<boost::json::object> parse_object(const std::string& body) {
  boost::system::error_code ec;
  auto value = boost::json::parse(body, ec);
  if (ec || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

}  // namespace

Reply Shop::answer_post(const http::Request& request, std::string_view path) {
  if (path == "/cart/items") return add_to_cart(request);
  if (path == "/checkout") return check_out(request);
  if (path == "/login") return log_in(request);
  return problem(404, "not_found", "There is no such page.");
}

std::int64_t Shop::cart_total(const std::string& visitor) const {
  const auto found = carts_.find(visitor);
  std::int64_t total = 0;
  if (found == carts_.end()) return total;
  for (const auto& line : found->second) total += catalogue_.find(line.product)->price_cents * line.quantity;
  return total;
}

void Shop::write_cart(JsonText& json, const std::string& visitor) const {
  const auto found = carts_.find(visitor);
  json.key("items").open_array();
  if (found != carts_.end()) {
    for (const auto& line : found->second) {
      json.open_object().key("product");
      write_summary(json, *catalogue_.find(line.product));
      json.key("quantity").number(line.quantity).close_object();
    }
  }
  json.close_array().key("total").money(cart_total(visitor)).key("currency").text("EUR");
}

Reply Shop::cart(const http::Request& request) {
  JsonText json;
  json.open_object();
  write_cart(json, visitor_of(request));
  return finish(json);
}

Reply Shop::add_to_cart(const http::Request& request) {
  const auto visitor = visitor_of(request);
  const auto body = parse_object(request.body);
  if (visitor.empty() || !body)
    return problem(400, "bad_request", "A cart needs a visitor and a JSON object.");
  const auto product = number_of(*body, "product_id");
  const auto quantity = number_of(*body, "quantity");
  if (catalogue_.find(product) == nullptr || quantity < 1 || quantity > 99)
    return problem(422, "unprocessable", "Unknown product, or a quantity outside 1 to 99.");
  if (carts_.size() >= kCartsMax && !carts_.contains(visitor))
    return problem(503, "busy", "Please come back later.");
  auto& lines = carts_[visitor];
  if (lines.size() >= kCartLinesMax) return problem(422, "unprocessable", "The cart is full.");
  lines.push_back({product, quantity});
  JsonText json;
  json.open_object();
  write_cart(json, visitor);
  return finish(json, 201);
}

Reply Shop::check_out(const http::Request& request) {
  const auto visitor = visitor_of(request);
  const auto body = parse_object(request.body);
  if (!body || text_of(*body, "card_number").empty() || text_of(*body, "email").empty())
    return problem(422, "unprocessable", "Paying needs a card and an e-mail address.");
  JsonText json;
  json.open_object().key("order").number(5000 + ++orders_).key("receipt_to").text(text_of(*body, "email"));
  // A shop should not send the card back; that some do is why responses are scrubbed too.
  json.key("paid_with").open_object().key("card_number").text(text_of(*body, "card_number")).close_object();
  json.key("total").money(cart_total(visitor)).key("currency").text("EUR");
  carts_.erase(visitor);
  return finish(json, 201);
}

Reply Shop::log_in(const http::Request& request) {
  const auto form = parse_form(request.body);
  const auto email = form.find("email");
  const auto password = form.find("password");
  if (email == form.end() || password == form.end() || password->second.empty())
    return problem(401, "unauthorized", "Wrong e-mail address or password.");
  const auto secret = email->second + '\n' + password->second;
  JsonText json;
  json.open_object().key("email").text(email->second);
  json.key("access_token")
      .text(fmt::format("shp_{:016x}{:016x}", content_hash(secret), content_hash(secret + "token")));
  auto reply = finish(json);
  reply.response.head.fields.add("Set-Cookie",
                                 fmt::format("session={:016x}{:016x}; Path=/; HttpOnly; Secure; SameSite=Lax",
                                             content_hash(secret + "a"), content_hash(secret + "b")));
  return reply;
}

}  // namespace understudy::demo
