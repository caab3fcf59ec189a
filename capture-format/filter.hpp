// Which exchanges are wanted, as people write it: "status=5xx method=GET|POST latency>500ms".
#pragma once

#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace understudy::capture {

struct ChunkHeader;

/// How many exchanges of a chunk are of the status classes that a filter can want: when so many have come, no
/// other one matches.
struct StatusQuota {
  unsigned classes = 0;  ///< bit n: ChunkHeader::status_class[n]
  std::uint32_t exchanges = 0;

  bool counts(const ExchangeView& exchange) const noexcept {
    return (classes >> status_class(exchange) & 1) != 0;
  }
};

/// All terms must hold. A term is FIELD OPERATOR VALUE without spaces, values are alternatives separated by
/// '|'; terms are separated by spaces:
///   time>=2026-01-05T10:00:00Z  time<...      start of the exchange
///   method=GET|POST                            != negates, here and below
///   status=5xx  status=404|none  status>=400   none: no response
///   endpoint=/orders/{}                        path with identifiers as {} (FORMAT.md §1.3)
///   target~/search                             ~ contains
///   host=shop.example                          the request's authority
///   latency>500ms                              start to the response's last byte
///   header:x-tenant=blue  header:accept~json   of the request or the response
///   outcome=sent|write_blocked                 of any mirror
///   fate=ok|client_abort|upstream_timeout|reset|local_reply
/// Immutable; shared by copies.
class Filter {
 public:
  /// Fails with one sentence that names the term.
  static Outcome<Filter> parse(std::span<const std::string> expressions);

  /// False when the chunk holds no such exchange for sure, by its header alone.
  bool may_match(const ChunkHeader& chunk) const noexcept;
  bool matches(const ExchangeView& exchange) const;
  /// By its header, as `may_match`.
  StatusQuota quota(const ChunkHeader& chunk) const noexcept;

 private:
  struct Terms;
  explicit Filter(std::shared_ptr<const Terms> terms) : terms_(std::move(terms)) {}

  std::shared_ptr<const Terms> terms_;
};

}  // namespace understudy::capture
