#include "proxy/access_log/logged_exchange.hpp"

#include <algorithm>
#include <array>

namespace understudy::proxy {
namespace {

/// How much of each a line shows.
constexpr std::size_t kPathBytesMax = 2048;
constexpr std::size_t kFieldBytesMax = 512;

/// Texts of the client by the field that the scrubber knows them under. A method is no field, but clients
/// may invent one, and then it is scrubbed like any other value.
struct ClientText {
  AccessText which;
  std::string_view field;
};
constexpr std::array kClientTexts = std::to_array<ClientText>({{AccessText::method, "Method"},
                                                               {AccessText::request_id, "X-Request-Id"},
                                                               {AccessText::host, "Host"},
                                                               {AccessText::user_agent, "User-Agent"},
                                                               {AccessText::referer, "Referer"}});

constexpr auto kMethods = std::to_array<std::string_view>(
    {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"});

bool is_known_method(std::string_view method) {
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

http::Request client_words(const AccessRecord& record) {
  http::Request words;
  words.head.target = record.get(AccessText::path);
  for (const auto& [which, field] : kClientTexts) {
    const auto text = record.get(which);
    if (!text.empty() && !(which == AccessText::method && is_known_method(text)))
      words.head.fields.add(field, text);
  }
  return words;
}

}  // namespace

LoggedExchange::LoggedExchange(const AccessRecord& record, const scrub::Scrubber& scrubber)
    : record_(record), words_(scrubber.scrub(client_words(record)).message) {}

std::string_view LoggedExchange::text(AccessText which) const noexcept {
  if (which == AccessText::path) return std::string_view(words_->head.target).substr(0, kPathBytesMax);
  for (const auto& known : kClientTexts) {
    if (known.which != which) continue;
    if (const auto found = words_->head.fields.find(known.field)) return found->substr(0, kFieldBytesMax);
    const auto raw = record_.get(which);
    return which == AccessText::method && is_known_method(raw) ? raw : std::string_view();
  }
  // Of our own making or checked to be nothing but hexadecimal digits.
  return record_.get(which);
}

}  // namespace understudy::proxy
