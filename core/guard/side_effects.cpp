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

/// "signOut-now2" is sign, out, now: split at what is not a letter and at camelCase, lower-cased.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_letter(text[i])) {
      inside = false;
      continue;
    }
    const bool after_lower = i > 0 && is_letter(text[i - 1]) && !is_upper(text[i - 1]);
    const bool before_lower = i + 1 < text.size() && is_letter(text[i + 1]) && !is_upper(text[i + 1]);
    const bool after_upper = i > 0 && is_upper(text[i - 1]);
    const bool hump = is_upper(text[i]) && (after_lower || (after_upper && before_lower));
    if (!inside || hump) words.emplace_back();
    words.back().push_back(ascii_lower(text[i]));
    inside = true;
  }
  return words;
}

/// Looks at single words and at two in a row ("log-out", "optOut").
std::optional<std::string> listed_word(std::string_view text) {
  const auto words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (contains(kWords, words[i])) return words[i];
    if (i + 1 < words.size() && contains(kWords, words[i] + words[i + 1])) return words[i] + words[i + 1];
  }
  return std::nullopt;
}

std::optional<std::string> listed_word_in_path(std::string_view path) {
  // A word never spans segments: "/log/out" is not a logout.
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (auto word = listed_word(path.substr(0, slash))) return word;
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
                     [&](const std::string& name, const std::string& value) {
                       if (found) return;
                       const auto key = to_lower(name);
                       if (contains(kActingParameters, key)) found = key;
                       if (contains(kActionParameters, key)) found = listed_word(value);
                     });
  return found;
}

std::optional<std::string_view> graphql_side_effect(const http::Request& request) {
  std::optional<std::string_view> found;
  for_each_parameter(http::target_query(request.head.target),
                     [&](const std::string& name, const std::string& value) {
                       // A mutation needs a selection set; a search for the word does not have one.
                       const bool document = value.find('{') != std::string::npos;
                       if (name == "query" && document && has_word(value, "mutation"))
                         found = "a GraphQL mutation";
                       if (name == "query" && document && has_word(value, "subscription"))
                         found = "a GraphQL subscription";
                       if (name == "extensions" && value.find("persistedQuery") != std::string::npos)
                         found = "a persisted GraphQL operation that nobody can look into";
                     });
  return found;
}

}  // namespace understudy::guard
