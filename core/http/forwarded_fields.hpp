// What forwarding a request and forwarding a response have in common.
#pragma once

#include "core/http/append.hpp"
#include "core/http/framing.hpp"
#include "core/http/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::http {

inline constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

inline std::size_t last_index_of(const Fields& fields, FieldName name) noexcept {
  if (!fields.names().contains(name)) return kNowhere;
  std::size_t at = fields.size() - 1;
  while (fields.name(at) != name) --at;
  return at;
}

/// Appends lines as they are, but for those that its user skips: in as few pieces as there can be.
class LineRuns {
 public:
  LineRuns(std::string& out, const Fields& fields) noexcept : out_(out), fields_(fields) {}

  /// All up to `at`, but not that one; what the user appends next stands in its place.
  void skip(std::size_t at) {
    out_.append(fields_.lines(next_, at));
    next_ = at + 1;
  }
  void finish() { skip(fields_.size()); }

 private:
  std::string& out_;
  const Fields& fields_;
  std::size_t next_ = 0;
};

/// Received version and pseudonym (RFC 9110 §7.6.3).
inline void append_via_member(std::string& out, Version version, std::string_view pseudonym) {
  out.append(version == Version::http_1_0 ? "1.0 " : "1.1 ").append(pseudonym);
}

inline void append_framing(std::string& out, const BodyFraming& framing) {
  if (framing.kind == BodyFraming::Kind::chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (framing.kind == BodyFraming::Kind::length) append_content_length(out, framing.length);
}

inline void append_upgrades(std::string& out, const Fields& fields) {
  for (std::size_t at = 0; at < fields.size(); ++at)
    if (fields.name(at) == FieldName::upgrade) out.append(fields.lines(at, at + 1));
}

}  // namespace understudy::http
