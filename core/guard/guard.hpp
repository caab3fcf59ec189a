// Write protection: decides which requests may reach a shadow or a candidate, and makes the only type that
// may be sent.
#pragma once

#include "core/base/result.hpp"
#include "core/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::guard {

struct NormalPath;

/// One line of the policy. All stated conditions must hold; an empty list states nothing.
struct Rule {
  enum class Action { allow, record_only, deny };
  Action action = Action::deny;
  std::vector<std::string> methods;  ///< exact, case-sensitive (RFC 9110 §9.1)
  std::vector<std::string> paths;    ///< globs over the path: '*' within a segment, '**' over segments
  std::string name;                  ///< shown in explanations; "rule 3" when not given

  bool operator==(const Rule&) const = default;
};

/// Default policy with no rules: GET, HEAD, OPTIONS are allowed unless a built-in denial applies; all else is
/// denied.
struct Options {
  std::vector<Rule> rules;  ///< first match wins, before the method default, after the built-in denials
  bool deny_side_effect_paths =
      true;  ///< the built-in list of GET paths with side effects (logout, unsubscribe ...)

  bool operator==(const Options&) const = default;
};

/// Why a request may or may not be sent.
struct Decision {
  enum class Kind { allow, record_only, deny };
  Kind kind = Kind::deny;
  std::string reason;  ///< for people: "method POST is not safe and no rule allows it"
  std::string rule;    ///< the closed-list name of what decided: "safe_method", "unsafe_method",
                       ///< "method_override", "side_effect_path", "get_with_body", "upgrade", "trace",
                       ///< "shadow_marker", "ambiguous_path" or the rule's name
  bool allowed() const noexcept { return kind == Kind::allow; }
};

/// A request that the guard has let through, the only thing that a mirror sender or a replay session sends.
/// `Payload` is http::Request, or Scrubbed<http::Request> in the proxy. Only Guard makes one.
template <class Payload>
class ShadowRequest {
 public:
  ShadowRequest(ShadowRequest&&) noexcept = default;
  ShadowRequest& operator=(ShadowRequest&&) noexcept = default;
  const http::Request& request() const noexcept { return static_cast<const http::Request&>(payload_); }
  /// Gives the payload away: it is no request that may be sent any more.
  Payload release() && { return std::move(payload_); }

 private:
  friend class Guard;
  explicit ShadowRequest(Payload&& payload) : payload_(std::move(payload)) {}
  Payload payload_;
};

/// Immutable after construction; usable by any thread.
class Guard {
 public:
  explicit Guard(Options options);

  Decision judge(const http::Request& request) const;

  /// `judge(request).allowed()` for those who do not ask why: no sentence is made.
  bool allows(const http::Request& request) const;

  /// Judges what will really be sent and wraps it; empty when the decision is not allow.
  template <class Payload>
  std::optional<ShadowRequest<Payload>> admit(Payload&& payload) const {
    if (!allows(static_cast<const http::Request&>(payload))) return std::nullopt;
    return ShadowRequest<Payload>(std::move(payload));
  }

 private:
  struct Finding;
  Finding weigh(const http::Request& request) const;
  const Rule* first_match(std::string_view method, const NormalPath& path) const;

  Options options_;
};

/// Whether `path` matches `glob` ('*' within a segment, '**' over segments).
bool glob_matches(std::string_view glob, std::string_view path) noexcept;

}  // namespace understudy::guard
