#include "deploy/demo/shop/shop.hpp"

#include "core/base/clock.hpp"
#include "core/base/units.hpp"
#include "core/http/serializer.hpp"
#include "deploy/demo/shop/form.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace understudy::demo {
namespace {

constexpr std::int64_t kPerPageMax = 48;
constexpr std::int64_t kTaxPercent = 19;
constexpr std::int64_t kFirstOrder = 1001;
constexpr std::int64_t kOrderCount = 60;

/// The number in "/orders/1001" after `prefix`, when nothing follows it but `suffix`.
std::optional<std::int64_t> id_in(std::string_view path, std::string_view prefix,
                                  std::string_view suffix = {}) {
  if (!path.starts_with(prefix) || !path.ends_with(suffix) || path.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  const auto digits = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return id;
}

}  // namespace

Shop::Shop(int version, std::uint64_t noise_seed)
    : regressions_(regressions_of(version)), noise_(noise_seed) {}

Reply Shop::answer(const http::Request& request) {
  const auto path = http::target_path(request.head.target);
  if (request.head.method == "GET" || request.head.method == "HEAD") return answer_get(request, path);
  if (request.head.method == "POST") return answer_post(request, path);
  return problem(405, "method_not_allowed", "The shop knows GET, HEAD and POST.");
}

Reply Shop::answer_get(const http::Request& request, std::string_view path) {
  const auto query = parse_form(http::target_query(request.head.target));
  if (path == "/health") return health();
  if (path == "/categories") return categories();
  if (path == "/products") return products(query);
  if (path == "/search") return search(query);
  if (path == "/recommendations") return recommendations(query);
  if (path == "/cart") return cart(request);
  if (path == "/account") return account(request, query);
  if (const auto id = id_in(path, "/products/", "/reviews")) return reviews(*id);
  if (const auto id = id_in(path, "/products/")) return product(*id);
  if (const auto id = id_in(path, "/orders/")) return order(*id, query);
  return problem(404, "not_found", "There is no such page.");
}

Reply Shop::health() {
  JsonText json;
  json.open_object().key("status").text("ok");
  return finish(json);
}

Reply Shop::categories() {
  JsonText json;
  json.open_object().key("categories").open_array();
  for (int index = 0; index < static_cast<int>(std::size(kCategories)); ++index) {
    json.open_object().key("slug").text(kCategories[index].slug).key("name").text(kCategories[index].name);
    if (!regressions_.product_count_missing) json.key("product_count").number(catalogue_.count_in(index));
    json.close_object();
  }
  json.close_array();
  return finish(json);
}

void Shop::write_summary(JsonText& json, const Product& product) const {
  json.open_object().key("id").number(product.id).key("name").text(product.name);
  json.key("price").money(product.price_cents).key("currency").text("EUR");
  json.key("in_stock").boolean(product.stock > 0).close_object();
}

Reply Shop::products(const Form& query) {
  const auto& all = catalogue_.products();
  const auto total = static_cast<std::int64_t>(all.size());
  const auto per_page = std::min(count_or(query, "per_page", 12), kPerPageMax);
  const auto page = std::min(count_or(query, "page", 1), total);
  const auto first = std::min((page - 1) * per_page, total);
  const auto end = std::min(first + per_page, total);
  const auto shown_end = regressions_.last_item_lost ? std::max(first, end - 1) : end;

  JsonText json;
  json.open_object().key("items").open_array();
  for (auto at = first; at < shown_end; ++at) write_summary(json, all[static_cast<std::size_t>(at)]);
  json.close_array()
      .key("page")
      .number(page)
      .key("per_page")
      .number(per_page)
      .key("total")
      .number(total)
      .key("next");
  if (end < total) {
    json.text(fmt::format("/products?page={}&per_page={}", page + 1, per_page));
  } else {
    json.null();
  }
  return finish(json);
}

Reply Shop::product(std::int64_t id) {
  const auto* found = catalogue_.find(id);
  if (found == nullptr) return problem(404, "not_found", fmt::format("There is no product {}.", id));
  const auto taxed_hundredths = found->price_cents * (100 + kTaxPercent);
  const auto with_tax =
      regressions_.tax_rounded_down ? taxed_hundredths / 100 : (taxed_hundredths + 50) / 100;
  auto tags = found->tags;
  std::shuffle(tags.begin(), tags.end(), noise_);

  JsonText json;
  json.open_object().key("id").number(found->id).key("name").text(found->name);
  json.key("description").text(found->description).key("category").text(kCategories[found->category].slug);
  json.key("price")
      .money(found->price_cents)
      .key("price_with_tax")
      .money(with_tax)
      .key("currency")
      .text("EUR");
  json.key("tags").open_array();
  for (const auto& tag : tags) json.text(tag);
  json.close_array().key("stock").number(found->stock).key("rating").money(found->rating_tenths * 10);
  return finish(json);
}

Reply Shop::reviews(std::int64_t id) {
  const auto* found = catalogue_.find(id);
  if (found == nullptr && regressions_.unknown_reviews_fail)
    return problem(500, "internal", "Something went wrong on our side.");
  if (found == nullptr) return problem(404, "not_found", fmt::format("There is no product {}.", id));
  JsonText json;
  json.open_object().key("product").number(id).key("reviews").open_array();
  for (const auto& review : found->reviews) {
    json.open_object().key("author").text(review.author).key("stars").number(review.stars);
    json.key("text").text(review.text).close_object();
  }
  json.close_array();
  return finish(json);
}

Reply Shop::search(const Form& query) {
  const auto word = query.find("q");
  if (word == query.end() || word->second.empty())
    return problem(400, "bad_request", "Search needs a word: ?q=lamp");
  const auto found = catalogue_.search(word->second);
  JsonText json;
  json.open_object().key("query").text(word->second).key("total");
  if (regressions_.search_total_is_text) {
    json.text(std::to_string(found.size()));
  } else {
    json.number(static_cast<std::int64_t>(found.size()));
  }
  json.key("results").open_array();
  for (const auto* product : found) write_summary(json, *product);
  json.close_array();
  return finish(json);
}

Reply Shop::recommendations(const Form& query) {
  const auto seed = count_or(query, "product", 1);
  const auto count = static_cast<std::int64_t>(catalogue_.products().size());
  JsonText json;
  json.open_object().key("product").number(seed).key("items").open_array();
  for (std::int64_t i = 1; i <= 4; ++i)
    write_summary(json, *catalogue_.find((seed * 5 + i * 17) % count + 1));
  json.close_array();
  auto reply = finish(json);
  if (regressions_.recommendations_slow) {
    std::uniform_int_distribution<std::int64_t> spread(0, kSlowerSpread.count());
    reply.delay = kSlowerBy + std::chrono::milliseconds(spread(noise_));
  }
  return reply;
}

Reply Shop::account(const http::Request& request, const Form& query) {
  const auto email = query.find("email");
  if (!request.head.fields.contains("Authorization")) return problem(401, "unauthorized", "Please log in.");
  if (email == query.end()) return problem(400, "bad_request", "Which account? ?email=");
  JsonText json;
  json.open_object()
      .key("email")
      .text(email->second)
      .key("member_since")
      .number(2019)
      .key("newsletter")
      .boolean(false);
  json.key("addresses")
      .open_array()
      .open_object()
      .key("city")
      .text("Bergen")
      .key("country")
      .text("NO")
      .close_object();
  json.close_array().key("contact").open_object().key("primary").text(email->second).close_object();
  return finish(json);
}

Reply Shop::order(std::int64_t id, const Form& query) {
  const auto email = query.find("email");
  if (id < kFirstOrder || id >= kFirstOrder + kOrderCount || email == query.end())
    return problem(404, "not_found", "There is no such order for this address.");
  const auto& first = *catalogue_.find(id % 72 + 1);
  const auto& second = *catalogue_.find((id * 5) % 72 + 1);
  JsonText json;
  json.open_object().key("id").number(id).key("status").text(id % 3 == 0 ? "shipped" : "delivered");
  json.key("receipt_to").text(email->second).key("items").open_array();
  write_summary(json, first);
  write_summary(json, second);
  json.close_array().key("total").money(first.price_cents + second.price_cents).key("currency").text("EUR");
  return finish(json);
}

Reply Shop::problem(unsigned status, std::string_view error, std::string_view message) {
  JsonText json;
  json.open_object().key("error").text(error).key("message").text(message);
  return finish(json, status);
}

Reply Shop::finish(JsonText& json, unsigned status) {
  const auto request_id = next_uuid();
  json.key("request_id")
      .text(request_id)
      .key("generated_at")
      .text(format_wall_time(wall_now().value))
      .close_object();
  Reply reply;
  reply.response.head.status = status;
  reply.response.head.reason = http::reason_phrase(status);
  reply.response.head.fields.add("Content-Type", "application/json");
  reply.response.head.fields.add("Cache-Control", "no-store");
  reply.response.head.fields.add("X-Request-Id", request_id);
  reply.response.body = json.take();
  return reply;
}

std::string Shop::next_uuid() {
  const auto high = noise_();
  const auto low = noise_();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff, high & 0xfff,
                     ((low >> 48) & 0x3fff) | 0x8000, low & 0xffffffffffff);
}

}  // namespace understudy::demo
