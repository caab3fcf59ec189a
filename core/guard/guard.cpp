#include "core/guard/guard.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/override.hpp"
#include "core/guard/path.hpp"
#include "core/guard/shadow_marker.hpp"
#include "core/guard/side_effects.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace understudy::guard {
namespace {

constexpr std::array kSafeMethods = std::to_array<std::string_view>({"GET", "HEAD", "OPTIONS"});

bool is_safe(std::string_view method) {
  return std::find(kSafeMethods.begin(), kSafeMethods.end(), method) != kSafeMethods.end();
}

Decision deny(std::string_view rule, std::string reason) {
  return {Decision::Kind::deny, std::move(reason), std::string(rule)};
}

bool asks_for_upgrade(const http::Request& request) {
  if (request.head.method == "CONNECT") return true;
  bool found = false;
  for (const auto field : request.head.fields) {
    found = found || iequals(field.name, "Upgrade") || iequals(field.name, "HTTP2-Settings");
    if (iequals(field.name, "Connection"))
      for_each_list_element(field.value,
                            [&](std::string_view option) { found = found || iequals(option, "upgrade"); });
  }
  return found;
}

bool has_body(const http::Request& request) {
  if (!request.body.empty() || request.head.fields.contains("Transfer-Encoding")) return true;
  const auto length = request.head.fields.find("Content-Length");
  return length && trim(*length).find_first_not_of('0') != std::string_view::npos;
}

/// The denials that no rule can lift.
std::optional<Decision> built_in_denial(const http::Request& request, const NormalPath& path) {
  const auto& method = request.head.method;
  if (request.head.fields.contains(kShadowMarkerField))
    return deny("shadow_marker",
                "the request carries X-Shadow: it is a mirrored one already and is never mirrored again");
  if (asks_for_upgrade(request))
    return deny(
        "upgrade",
        "the request asks for a tunnel or another protocol (CONNECT or Upgrade), which is never mirrored");
  if (iequals(method, "TRACE") || iequals(method, "TRACK"))
    return deny("trace", fmt::format("method {} reflects the request and its credentials", method));
  if (const auto what = method_override(request))
    return deny("method_override", fmt::format("the {} could turn the request into another one", *what));
  if (is_safe(method) && has_body(request))
    return deny("get_with_body",
                fmt::format("a {} request with a body has no defined meaning and may write", method));
  if (path.broken)
    return deny("ambiguous_path",
                "the path holds a broken percent-escape or a control byte, so no rule can judge it");
  if (is_safe(method))
    if (const auto what = graphql_side_effect(request))
      return deny("side_effect_path", fmt::format("the query carries {}", *what));
  return std::nullopt;
}

bool matches(const Rule& rule, std::string_view method, const NormalPath& path) {
  const auto same = [&](const std::string& stated) { return stated == method; };
  const auto fits = [&](const std::string& glob) { return glob_matches(glob, path.text); };
  const bool method_fits =
      rule.methods.empty() || std::any_of(rule.methods.begin(), rule.methods.end(), same);
  return method_fits && (rule.paths.empty() || std::any_of(rule.paths.begin(), rule.paths.end(), fits));
}

std::string_view verb(Rule::Action action) {
  switch (action) {
    case Rule::Action::allow:
      return "allows it";
    case Rule::Action::record_only:
      return "lets it be recorded but not sent";
    case Rule::Action::deny:
      break;
  }
  return "denies it";
}

Decision::Kind kind_of(Rule::Action action) {
  switch (action) {
    case Rule::Action::allow:
      return Decision::Kind::allow;
    case Rule::Action::record_only:
      return Decision::Kind::record_only;
    case Rule::Action::deny:
      break;
  }
  return Decision::Kind::deny;
}

}  // namespace

Guard::Guard(Options options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < options_.rules.size(); ++i)
    if (options_.rules[i].name.empty()) options_.rules[i].name = fmt::format("rule {}", i + 1);
}

const Rule* Guard::first_match(std::string_view method, const NormalPath& path) const {
  const auto& rules = options_.rules;
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) { return matches(rule, method, path); });
  return found == rules.end() ? nullptr : &*found;
}

Decision Guard::judge(const http::Request& request) const {
  const auto& method = request.head.method;
  const auto path = normalize_path(http::target_path(request.head.target));
  if (auto denial = built_in_denial(request, path)) return *std::move(denial);

  const bool rules_name_paths = std::any_of(options_.rules.begin(), options_.rules.end(),
                                            [](const Rule& rule) { return !rule.paths.empty(); });
  if (path.ambiguous && rules_name_paths)
    return deny("ambiguous_path",
                "the path holds an encoded separator or a double escape, so no path rule can judge it");

  const Rule* rule = first_match(method, path);
  const bool vouched = rule && rule->action == Rule::Action::allow && !rule->paths.empty();
  if (options_.deny_side_effect_paths && is_safe(method) && !vouched)
    if (const auto word = side_effect_word(request))
      return deny(
          "side_effect_path",
          fmt::format("'{}' in the path or query suggests a side effect, and no rule allows this path",
                      *word));
  if (rule)
    return {
        kind_of(rule->action),
        fmt::format("'{}' matches method {} and the path, and {}", rule->name, method, verb(rule->action)),
        rule->name};
  if (is_safe(method))
    return {Decision::Kind::allow, fmt::format("method {} is safe and nothing speaks against it", method),
            "safe_method"};
  return deny("unsafe_method", fmt::format("method {} is not safe and no rule allows it", method));
}

}  // namespace understudy::guard
