#include "core/guard/side_effects.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/percent.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace understudy::guard {
namespace {

constexpr std::array kWords = std::to_array<std::string_view>({
    "accept",  "activate",   "approve",   "authorize",   "callback", "cancel",      "charge",   "confirm",
    "cron",    "deactivate", "decline",   "delete",      "destroy",  "disable",     "enable",   "impersonate",
    "logoff",  "logout",     "magiclink", "oauth",       "optin",    "optout",      "pay",      "purchase",
    "purge",   "refund",     "reject",    "remove",      "reset",    "resubscribe", "revoke",   "signoff",
    "signout", "subscribe",  "transfer",  "unsubscribe", "validate", "verify",      "withdraw",
});

/// Parameters whose value names what is to be done.
constexpr std::array kActionParameters = std::to_array<std::string_view>(
    {"action", "do", "cmd", "command", "op", "operation", "task", "method", "func"});

/// Parameters that act by being there.
constexpr std::array kActingParameters =
    std::to_array<std::string_view>({"delete", "destroy", "logout", "remove", "signout", "unsubscribe"});

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<signed char>(c) < 0;
}
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

constexpr std::size_t kWordBytesMin = 3;
constexpr std::size_t kWordBytesMax = 11;
static_assert(std::all_of(kWords.begin(), kWords.end(), [](std::string_view word) {
  return word.size() >= kWordBytesMin && word.size() <= kWordBytesMax;
}));

bool is_listed(std::string_view word) {
  return word.size() >= kWordBytesMin && word.size() <= kWordBytesMax &&
         std::any_of(kWords.begin(), kWords.end(), [word](std::string_view listed) {
           return listed.front() == word.front() && listed == word;
         });
}

/// "signOut-now2" is sign, out, now: split at what is not a letter and at camelCase, lower-cased.
class Words {
 public:
  /// The first listed word among single ones and two in a row ("log-out", "optOut").
  std::optional<std::string> listed_in(std::string_view text) {
    letters_.clear();
    word_ = before_ = 0;
    bool inside = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!is_letter(text[i])) {
        inside = false;
        continue;
      }
      if (!inside || starts_hump(text, i)) {
        if (const auto found = ended_word()) return std::string(*found);
        before_ = word_;
        word_ = letters_.size();
      }
      letters_.push_back(ascii_lower(text[i]));
      inside = true;
    }
    const auto found = ended_word();
    return found ? std::optional(std::string(*found)) : std::nullopt;
  }

 private:
  static bool starts_hump(std::string_view text, std::size_t i) {
    if (!is_upper(text[i]) || i == 0) return false;
    const bool after_lower = is_letter(text[i - 1]) && !is_upper(text[i - 1]);
    const bool before_lower = i + 1 < text.size() && is_letter(text[i + 1]) && !is_upper(text[i + 1]);
    return after_lower || (is_upper(text[i - 1]) && before_lower);
  }

  /// The word that has just ended, together with the one before it or alone, when it is listed.
  std::optional<std::string_view> ended_word() const {
    const auto all = std::string_view(letters_);
    if (before_ != word_ && is_listed(all.substr(before_))) return all.substr(before_);
    if (is_listed(all.substr(word_))) return all.substr(word_);
    return std::nullopt;
  }

  std::string letters_;     ///< of all words so far, without what stood between them
  std::size_t before_ = 0;  ///< where the last word but one begins
  std::size_t word_ = 0;    ///< where the last word begins
};

std::optional<std::string> listed_word(std::string_view text) { return Words().listed_in(text); }

std::optional<std::string> listed_word_in_path(std::string_view path) {
  // A word never spans segments: "/log/out" is not a logout.
  Words words;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (auto word = words.listed_in(path.substr(0, slash))) return word;
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !is_letter(text[at - 1]);
    const auto after = at + word.size();
    if (starts && (after == text.size() || !is_letter(text[after]))) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> side_effect_word(const http::Request& request) {
  if (auto word = listed_word_in_path(percent_decode_fully(http::target_path(request.head.target), false)))
    return word;
  std::optional<std::string> found;
  for_each_parameter(http::target_query(request.head.target),
                     [&](std::string_view name, ParameterValue value) {
                       if (found) return;
                       const auto key = to_lower(name);
                       if (contains(kActingParameters, key)) found = key;
                       if (contains(kActionParameters, key)) found = listed_word(value.decoded());
                     });
  return found;
}

std::optional<std::string_view> graphql_side_effect(const http::Request& request) {
  std::optional<std::string_view> found;
  for_each_parameter(http::target_query(request.head.target), [&](std::string_view name, ParameterValue raw) {
    if (name != "query" && name != "extensions") return;
    const auto value = raw.decoded();
    // A mutation needs a selection set; a search for the word does not have one.
    const bool document = value.find('{') != std::string::npos;
    if (name == "query" && document && has_word(value, "mutation")) found = "a GraphQL mutation";
    if (name == "query" && document && has_word(value, "subscription")) found = "a GraphQL subscription";
    if (name == "extensions" && value.find("persistedQuery") != std::string::npos)
      found = "a persisted GraphQL operation that nobody can look into";
  });
  return found;
}

}  // namespace understudy::guard
