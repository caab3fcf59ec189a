// Who may use the admin API: decided from the request alone, before anything is answered.
#pragma once

#include "core/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace understudy::proxy {

/// What a request must show.
struct AdminAccess {
  /// `Authorization: Bearer TOKEN`; empty: not asked for.
  std::string token;
};

/// Nothing when the request may go on. Otherwise 401 (no token, or a wrong one), or 403: the Host is a name
/// that somebody may have registered, as when a page in an operator's browser has bound its own name to our
/// address (DNS rebinding). /live and /ready are open to everybody: probes can do neither.
std::optional<http::Response> refuse_admin(const http::Request& request, const AdminAccess& access);

/// Equality that takes equally long for every `given` of the same length, so that nobody learns a secret byte
/// by byte.
bool same_secret(std::string_view given, std::string_view secret) noexcept;

}  // namespace understudy::proxy
