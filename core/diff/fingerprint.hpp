// Identity of a request for learning what varies: equal requests in an equal state should get equal answers.
#pragma once

#include "core/http/message.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::diff {

/// What is asked (method, authority, target, body), as whom (Authorization, Cookie), in which form (Accept,
/// Accept-Language) and after which writes of the same session (`history`, 0 at its start).
std::uint64_t request_fingerprint(const http::Request& request, std::string_view authority,
                                  std::uint64_t history);

/// What is asked alone: method, authority, target, body. Answers may rightly depend on more.
std::uint64_t request_question(const http::Request& request, std::string_view authority);

/// The session's history after `request`: changes with every request that is not GET, HEAD or OPTIONS.
std::uint64_t history_after(const http::Request& request, std::uint64_t history);

/// GET, HEAD, OPTIONS (RFC 9110 §9.2.1, without TRACE).
bool is_safe_method(std::string_view method) noexcept;

}  // namespace understudy::diff
