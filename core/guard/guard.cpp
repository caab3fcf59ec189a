#include "core/guard/guard.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/override.hpp"
#include "core/guard/path.hpp"
#include "core/guard/shadow_marker.hpp"
#include "core/guard/side_effects.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace understudy::guard {
namespace {

constexpr std::array kSafeMethods = std::to_array<std::string_view>({"GET", "HEAD", "OPTIONS"});

bool is_safe(std::string_view method) {
  return std::find(kSafeMethods.begin(), kSafeMethods.end(), method) != kSafeMethods.end();
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

/// What speaks against a request, or for it: judged for each, put into words only when somebody asks.
enum class Cause : std::uint8_t {
  shadow_marker,
  upgrade,
  trace,
  method_override,
  get_with_body,
  broken_path,
  graphql,
  ambiguous_path,
  side_effect_word,
  rule,
  safe_method,
  unsafe_method,
};

/// A denial that no rule can lift. `what` gets the words that its explanation quotes.
std::optional<Cause> built_in_denial(const http::Request& request, const NormalPath& path,
                                     std::string& what) {
  const auto& method = request.head.method;
  if (request.head.fields.contains(kShadowMarkerField)) return Cause::shadow_marker;
  if (asks_for_upgrade(request)) return Cause::upgrade;
  if (iequals(method, "TRACE") || iequals(method, "TRACK")) return Cause::trace;
  if (auto found = method_override(request)) {
    what = *std::move(found);
    return Cause::method_override;
  }
  if (is_safe(method) && has_body(request)) return Cause::get_with_body;
  if (path.broken) return Cause::broken_path;
  if (const auto found = is_safe(method) ? graphql_side_effect(request) : std::nullopt) {
    what = *found;
    return Cause::graphql;
  }
  return std::nullopt;
}

/// The closed-list name of what decided; a rule has its own.
std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::shadow_marker:
      return "shadow_marker";
    case Cause::upgrade:
      return "upgrade";
    case Cause::trace:
      return "trace";
    case Cause::method_override:
      return "method_override";
    case Cause::get_with_body:
      return "get_with_body";
    case Cause::broken_path:
    case Cause::ambiguous_path:
      return "ambiguous_path";
    case Cause::graphql:
    case Cause::side_effect_word:
      return "side_effect_path";
    case Cause::safe_method:
      return "safe_method";
    case Cause::rule:
    case Cause::unsafe_method:
      break;
  }
  return "unsafe_method";
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

std::string sentence(Cause cause, std::string_view method, std::string_view what) {
  switch (cause) {
    case Cause::shadow_marker:
      return "the request carries X-Shadow: it is a mirrored one already and is never mirrored again";
    case Cause::upgrade:
      return "the request asks for a tunnel or another protocol (CONNECT or Upgrade), which is never "
             "mirrored";
    case Cause::trace:
      return fmt::format("method {} reflects the request and its credentials", method);
    case Cause::method_override:
      return fmt::format("the {} could turn the request into another one", what);
    case Cause::get_with_body:
      return fmt::format("a {} request with a body has no defined meaning and may write", method);
    case Cause::broken_path:
      return "the path holds a broken percent-escape or a control byte, so no rule can judge it";
    case Cause::graphql:
      return fmt::format("the query carries {}", what);
    case Cause::ambiguous_path:
      return "the path holds an encoded separator or a double escape, so no path rule can judge it";
    case Cause::side_effect_word:
      return fmt::format("'{}' in the path or query suggests a side effect, and no rule allows this path",
                         what);
    case Cause::safe_method:
      return fmt::format("method {} is safe and nothing speaks against it", method);
    case Cause::rule:
    case Cause::unsafe_method:
      break;
  }
  return fmt::format("method {} is not safe and no rule allows it", method);
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

struct Guard::Finding {
  Decision::Kind kind = Decision::Kind::deny;
  Cause cause = Cause::unsafe_method;
  const Rule* rule = nullptr;  ///< of Cause::rule
  std::string what;
};

Guard::Finding Guard::weigh(const http::Request& request) const {
  const auto& method = request.head.method;
  const auto path = normalize_path(http::target_path(request.head.target));
  Finding finding;
  if (const auto denial = built_in_denial(request, path, finding.what)) {
    finding.cause = *denial;
    return finding;
  }
  const bool rules_name_paths = std::any_of(options_.rules.begin(), options_.rules.end(),
                                            [](const Rule& rule) { return !rule.paths.empty(); });
  if (path.ambiguous && rules_name_paths) {
    finding.cause = Cause::ambiguous_path;
    return finding;
  }
  const Rule* rule = first_match(method, path);
  const bool vouched = rule && rule->action == Rule::Action::allow && !rule->paths.empty();
  if (options_.deny_side_effect_paths && is_safe(method) && !vouched) {
    if (auto word = side_effect_word(request)) {
      finding.cause = Cause::side_effect_word;
      finding.what = *std::move(word);
      return finding;
    }
  }
  if (rule) return {kind_of(rule->action), Cause::rule, rule, {}};
  if (is_safe(method)) return {Decision::Kind::allow, Cause::safe_method, nullptr, {}};
  return finding;
}

bool Guard::allows(const http::Request& request) const {
  return weigh(request).kind == Decision::Kind::allow;
}

Decision Guard::judge(const http::Request& request) const {
  const auto finding = weigh(request);
  const auto& method = request.head.method;
  if (const auto* rule = finding.rule; rule != nullptr)
    return {
        finding.kind,
        fmt::format("'{}' matches method {} and the path, and {}", rule->name, method, verb(rule->action)),
        rule->name};
  return {finding.kind, sentence(finding.cause, method, finding.what), std::string(name_of(finding.cause))};
}

}  // namespace understudy::guard
