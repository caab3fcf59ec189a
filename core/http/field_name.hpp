// The names that framing and forwarding know. A field's name is compared once, when the field is added.
#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::http {

enum class FieldName : std::uint8_t {
  other,
  connection,
  content_length,
  date,
  expect,
  forwarded,
  host,
  http2_settings,
  keep_alive,
  max_forwards,
  proxy_connection,
  te,
  traceparent,
  tracestate,
  transfer_encoding,
  upgrade,
  via,
  x_forwarded_for,
  x_forwarded_host,
  x_forwarded_proto,
  x_request_id,
};

/// In any case (RFC 9110 §5.1).
FieldName field_name(std::string_view text) noexcept;

/// A set of them, for questions about whole heads.
class FieldNames {
 public:
  constexpr FieldNames() = default;
  template <class... Names>
  constexpr explicit FieldNames(Names... names) noexcept : bits_((bit(names) | ...)) {}

  constexpr void add(FieldName name) noexcept { bits_ |= bit(name); }
  constexpr bool contains(FieldName name) const noexcept { return (bits_ & bit(name)) != 0; }
  constexpr bool intersects(FieldNames other) const noexcept { return (bits_ & other.bits_) != 0; }
  constexpr void clear() noexcept { bits_ = 0; }

 private:
  static constexpr std::uint32_t bit(FieldName name) noexcept { return 1U << static_cast<unsigned>(name); }

  std::uint32_t bits_ = 0;
};

}  // namespace understudy::http
