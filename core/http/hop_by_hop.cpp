#include "core/http/hop_by_hop.hpp"

#include "core/http/field_rules.hpp"
#include "core/http/forward.hpp"

namespace understudy::http {
namespace {

// Options that name no field to remove, or one that is removed anyway.
bool is_plain_option(std::string_view option) noexcept {
  return iequals(option, "keep-alive") || iequals(option, "close") || is_hop_by_hop(option);
}

}  // namespace

bool names_option(const Fields& fields, std::string_view field_name, std::string_view option) noexcept {
  bool found = false;
  for (const auto field : fields)
    if (iequals(field.name, field_name))
      for_each_list_element(field.value, [&](std::string_view element) {
        found |= iequals(element.substr(0, element.find(';')), option);
      });
  return found;
}

HopByHopFilter::HopByHopFilter(const Fields& fields) : fields_(fields) {
  for (const auto field : fields)
    if (iequals(field.name, "Connection"))
      for_each_list_element(field.value,
                            [this](std::string_view option) { names_others_ |= !is_plain_option(option); });
}

bool HopByHopFilter::drops(std::string_view name) const noexcept {
  if (is_hop_by_hop(name)) return true;
  return names_others_ && names_option(fields_, "Connection", name) && !is_protected_from_connection(name);
}

void remove_hop_by_hop(Fields& fields) {
  const HopByHopFilter filter(fields);
  fields.retain([&filter](const Field& field) { return !filter.drops(field.name); });
}

bool accepts_trailers(const Fields& fields) noexcept { return names_option(fields, "TE", "trailers"); }

}  // namespace understudy::http
