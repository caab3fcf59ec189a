// What Connection says about the other fields of its head (RFC 9110 §7.6.1).
#pragma once

#include "core/http/field_rules.hpp"
#include "core/http/fields.hpp"

#include <cstddef>
#include <string_view>

namespace understudy::http {

/// A line of that name lists `option`, in any case and with or without parameters.
bool names_option(const Fields& fields, FieldName name, std::string_view option) noexcept;

/// Decides field by field what stays on this hop. Views `fields`, which must not change meanwhile.
class HopByHopFilter {
 public:
  explicit HopByHopFilter(const Fields& fields);

  /// The field at `at` is hop-by-hop, or Connection names it and it is not protected from that.
  bool drops(std::size_t at) const noexcept {
    return is_hop_by_hop(fields_.name(at)) || (names_others_ && is_named(fields_[at].name));
  }

 private:
  bool is_named(std::string_view name) const noexcept;

  const Fields& fields_;
  bool names_others_;  ///< rare: Connection names more than the usual options
};

}  // namespace understudy::http
