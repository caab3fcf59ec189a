#include "proxy/downstream/loop_guard.hpp"

#include "core/base/ascii.hpp"
#include "proxy/downstream/id_source.hpp"

namespace understudy::proxy {
namespace {

constexpr std::size_t kInstanceDigits = 8;

std::string_view process_instance() {
  static const auto id = IdSource().trace_id();
  return {id.data(), kInstanceDigits};
}

}  // namespace

std::string via_pseudonym(std::string_view name, std::string_view instance) {
  if (name.empty()) return {};
  return std::string(name).append("-").append(instance.empty() ? process_instance() : instance);
}

bool has_passed_here(const http::RequestHead& head, std::string_view pseudonym) noexcept {
  if (pseudonym.empty()) return false;
  const auto& fields = head.fields;
  if (!fields.names().contains(http::FieldName::via)) return false;
  bool found = false;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const auto value = fields[at].value;
    if (fields.name(at) != http::FieldName::via || value.find(pseudonym) == std::string_view::npos) continue;
    for_each_list_element(value, [&](std::string_view hop) {
      const auto space = hop.find(' ');
      if (space == std::string_view::npos) return;
      const auto received_by = trim(hop.substr(space));
      found |= received_by.substr(0, received_by.find(' ')) == pseudonym;
    });
  }
  return found;
}

}  // namespace understudy::proxy
