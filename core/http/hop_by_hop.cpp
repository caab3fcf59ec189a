#include "core/http/hop_by_hop.hpp"

#include "core/http/forward.hpp"

namespace understudy::http {
namespace {

// Options that name no field to remove, or one that is removed anyway.
bool is_plain_option(std::string_view option) noexcept {
  return iequals(option, "keep-alive") || iequals(option, "close") || is_hop_by_hop(option);
}

bool names_fields(const Fields& fields) noexcept {
  if (!fields.names().contains(FieldName::connection)) return false;
  bool found = false;
  for (std::size_t at = 0; at < fields.size(); ++at)
    if (fields.name(at) == FieldName::connection)
      for_each_list_element(fields[at].value,
                            [&found](std::string_view option) { found |= !is_plain_option(option); });
  return found;
}

}  // namespace

bool names_option(const Fields& fields, FieldName name, std::string_view option) noexcept {
  if (!fields.names().contains(name)) return false;
  bool found = false;
  for (std::size_t at = 0; at < fields.size(); ++at)
    if (fields.name(at) == name)
      for_each_list_element(fields[at].value, [&](std::string_view element) {
        found |= iequals(element.substr(0, element.find(';')), option);
      });
  return found;
}

HopByHopFilter::HopByHopFilter(const Fields& fields) : fields_(fields), names_others_(names_fields(fields)) {}

bool HopByHopFilter::is_named(std::string_view name) const noexcept {
  return names_option(fields_, FieldName::connection, name) && !is_protected_from_connection(name);
}

void remove_hop_by_hop(Fields& fields) {
  const HopByHopFilter filter(fields);
  std::size_t at = 0;
  fields.retain([&](const Field&) { return !filter.drops(at++); });
}

bool accepts_trailers(const Fields& fields) noexcept {
  return names_option(fields, FieldName::te, "trailers");
}

}  // namespace understudy::http
