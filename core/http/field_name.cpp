#include "core/http/field_name.hpp"

#include "core/base/ascii.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

namespace understudy::http {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, 21> kTexts = {"",
                                                     "connection",
                                                     "content-length",
                                                     "date",
                                                     "expect",
                                                     "forwarded",
                                                     "host",
                                                     "http2-settings",
                                                     "keep-alive",
                                                     "max-forwards",
                                                     "proxy-connection",
                                                     "te",
                                                     "traceparent",
                                                     "tracestate",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "via",
                                                     "x-forwarded-for",
                                                     "x-forwarded-host",
                                                     "x-forwarded-proto",
                                                     "x-request-id"};
static_assert(kTexts.size() == static_cast<std::size_t>(FieldName::x_request_id) + 1);

constexpr std::size_t kLongest = 17;

/// The same for both cases of a letter.
constexpr std::size_t letter_of(char c) noexcept { return static_cast<unsigned char>(c) & 31U; }

using Candidates = std::array<std::array<FieldName, 32>, kLongest + 1>;

/// The one name of that length and first letter.
constexpr Candidates make_candidates() {
  Candidates candidates{};
  for (std::size_t at = 1; at < kTexts.size(); ++at) {
    auto& candidate = candidates.at(kTexts[at].size()).at(letter_of(kTexts[at].front()));
    if (candidate != FieldName::other) throw std::logic_error("two names of one length and first letter");
    candidate = static_cast<FieldName>(at);
  }
  return candidates;
}

constexpr auto kCandidates = make_candidates();

}  // namespace

FieldName field_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > kLongest) return FieldName::other;
  const auto candidate = kCandidates[text.size()][letter_of(text.front())];
  if (candidate == FieldName::other || !iequals(text, kTexts[static_cast<std::size_t>(candidate)]))
    return FieldName::other;
  return candidate;
}

}  // namespace understudy::http
