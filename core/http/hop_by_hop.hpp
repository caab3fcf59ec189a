// What Connection says about the other fields of its head (RFC 9110 §7.6.1).
#pragma once

#include "core/http/fields.hpp"

#include <string_view>

namespace understudy::http {

/// A line of `field_name` lists `option`, in any case and with or without parameters.
bool names_option(const Fields& fields, std::string_view field_name, std::string_view option) noexcept;

/// Decides field by field what stays on this hop. Views `fields`, which must not change meanwhile.
class HopByHopFilter {
 public:
  explicit HopByHopFilter(const Fields& fields);

  /// A hop-by-hop field, or one that Connection names and that is not protected from it.
  bool drops(std::string_view name) const noexcept;

 private:
  const Fields& fields_;
  bool names_others_ = false;  ///< rare: Connection names more than the usual options
};

}  // namespace understudy::http
