#include "core/diff/header_diff.hpp"

#include "core/base/ascii.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/header_rules.hpp"

#include <algorithm>
#include <map>

namespace understudy::diff {
namespace {

using Values = std::map<std::string, std::string>;

bool compared_here(std::string_view name) noexcept {
  return !iequals(name, "Set-Cookie") && !iequals(name, "Content-Type") &&
         check_of(name) != HeaderCheck::none;
}

Values values_of(const http::Fields& fields) {
  Values out;
  for (const auto field : fields) {
    if (!compared_here(field.name)) continue;
    const auto [place, fresh] = out.try_emplace(display_name(field.name), trim(field.value));
    if (!fresh) place->second.append(", ").append(trim(field.value));
  }
  return out;
}

/// Cookie name to its attributes: lower-case names, sorted, without Expires; the value of the cookie is left
/// out.
Values cookies_of(const http::Fields& fields) {
  Values out;
  for (const auto field : fields) {
    if (!iequals(field.name, "Set-Cookie")) continue;
    auto rest = field.value;
    const auto pair = trim(rest.substr(0, rest.find(';')));
    std::vector<std::string> attributes;
    while (rest.find(';') != std::string_view::npos) {
      rest.remove_prefix(rest.find(';') + 1);
      const auto attribute = trim(rest.substr(0, rest.find(';')));
      const auto equals = attribute.find('=');
      const auto name = to_lower(trim(attribute.substr(0, equals)));
      if (name.empty()) continue;
      if (equals == std::string_view::npos || name == "expires")
        attributes.push_back(name);
      else
        attributes.push_back(name + '=' + std::string(trim(attribute.substr(equals + 1))));
    }
    std::ranges::sort(attributes);
    std::string joined;
    for (const auto& attribute : attributes) joined += (joined.empty() ? "" : "; ") + attribute;
    // A name that is set twice keeps both attribute lists, in order.
    const auto [place, fresh] = out.try_emplace(excerpt(trim(pair.substr(0, pair.find('='))), 64), joined);
    if (!fresh) place->second.append(", ").append(joined);
  }
  return out;
}

void diff_values(const Values& recorded, const Values& replayed, std::string_view prefix,
                 DifferenceSink& sink) {
  auto a = recorded.begin();
  auto b = replayed.begin();
  while (a != recorded.end() || b != replayed.end()) {
    const bool missing = b == replayed.end() || (a != recorded.end() && a->first < b->first);
    const bool added = !missing && (a == recorded.end() || b->first < a->first);
    sink.count_leaves(1);
    if (missing) {
      sink.add_values(Kind::header_missing, std::string(prefix) + a->first, a->second, "");
      ++a;
    } else if (added) {
      sink.add_values(Kind::header_added, std::string(prefix) + b->first, "", b->second);
      ++b;
    } else {
      if (a->second != b->second && check_of(a->first) != HeaderCheck::presence)
        sink.add_values(Kind::header_changed, std::string(prefix) + a->first, a->second, b->second);
      ++a;
      ++b;
    }
  }
}

}  // namespace

void diff_headers(const http::Fields& recorded, const http::Fields& replayed, DifferenceSink& sink) {
  diff_values(values_of(recorded), values_of(replayed), "header:", sink);
  diff_values(cookies_of(recorded), cookies_of(replayed), "header:Set-Cookie/", sink);
}

}  // namespace understudy::diff
