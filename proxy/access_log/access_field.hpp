// What a line of the access log can say: the closed list of fields that formats name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::proxy {

enum class AccessField : std::uint8_t {
  time,
  time_clf,
  client,
  connection_id,
  request_id,
  trace_id,
  request,
  method,
  path,
  protocol,
  status,
  outcome,
  reason,
  retries,
  bytes_in,
  bytes_out,
  duration_seconds,
  connect_seconds,
  first_byte_seconds,
  upstream,
  upstream_reused,
  tls_version,
  tls_cipher,
  host,
  user_agent,
  referer,
};

inline constexpr std::array<std::string_view, 26> kAccessFieldNames{"time",
                                                                    "time_clf",
                                                                    "client",
                                                                    "connection_id",
                                                                    "request_id",
                                                                    "trace_id",
                                                                    "request",
                                                                    "method",
                                                                    "path",
                                                                    "protocol",
                                                                    "status",
                                                                    "outcome",
                                                                    "reason",
                                                                    "retries",
                                                                    "bytes_in",
                                                                    "bytes_out",
                                                                    "duration_seconds",
                                                                    "connect_seconds",
                                                                    "first_byte_seconds",
                                                                    "upstream",
                                                                    "upstream_reused",
                                                                    "tls_version",
                                                                    "tls_cipher",
                                                                    "host",
                                                                    "user_agent",
                                                                    "referer"};

constexpr std::string_view to_string(AccessField field) noexcept {
  return kAccessFieldNames[static_cast<std::size_t>(field)];
}

constexpr std::optional<AccessField> access_field(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kAccessFieldNames.size(); ++i)
    if (kAccessFieldNames[i] == name) return static_cast<AccessField>(i);
  return std::nullopt;
}

}  // namespace understudy::proxy
