#include "proxy/shadow/mirror_wire.hpp"

#include "core/base/ascii.hpp"
#include "core/guard/shadow_marker.hpp"
#include "core/http/append.hpp"
#include "core/http/forward.hpp"

namespace understudy::proxy {
namespace {

struct Target {
  std::string_view origin_form;
  std::string_view authority;  ///< of an absolute-form target, else empty
};

Target split_target(std::string_view target) {
  if (target.empty() || target.front() == '/') return {target, {}};
  const auto scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return {target, {}};
  const auto rest = target.substr(scheme_end + 3);
  const auto path = rest.find_first_of("/?");
  if (path == std::string_view::npos) return {"/", rest};
  return {rest.substr(path), rest.substr(0, path)};
}

bool names_other_fields(std::string_view connection) {
  bool others = false;
  for_each_list_element(connection, [&](std::string_view option) {
    others = others || !(iequals(option, "keep-alive") || iequals(option, "close"));
  });
  return others;
}

bool is_left_out(std::string_view name) {
  return http::is_hop_by_hop(name) || iequals(name, "Host") || iequals(name, "Expect") ||
         iequals(name, "Trailer") || iequals(name, guard::kShadowMarkerField);
}

void append_end_to_end_fields(std::string& out, const http::Fields& fields) {
  for (const auto field : fields)
    if (!is_left_out(field.name)) http::append_field(out, field.name, field.value);
}

std::string_view host_of(const http::Request& request, const Target& target, const MirrorAddress& address) {
  if (address.host == HostMode::target) return address.authority;
  if (!target.authority.empty()) return target.authority;
  const auto host = request.head.fields.find("Host");
  return host ? *host : std::string_view(address.authority);
}

bool usually_has_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void append_mirror_request(std::string& out, const MirrorRequest& mirror, const MirrorAddress& address,
                           std::uint64_t exchange_id) {
  const auto& request = mirror.request();
  const auto target = split_target(request.head.target);
  out.reserve(out.size() + request.head.target.size() + request.head.fields.size_bytes() +
              request.body.size() + 256);
  out.append(request.head.method).append(" ");
  // A query without a path needs the slash that absolute-form may leave out.
  if (target.origin_form.front() == '?') out += '/';
  out.append(target.origin_form).append(" HTTP/1.1\r\n");
  http::append_field(out, "Host", host_of(request, target, address));

  const auto connection = request.head.fields.find("Connection");
  if (connection && (request.head.fields.count("Connection") > 1 || names_other_fields(*connection))) {
    auto fields = request.head.fields;
    http::remove_hop_by_hop(fields);
    append_end_to_end_fields(out, fields);
  } else {
    append_end_to_end_fields(out, request.head.fields);
  }
  if (!request.body.empty() || usually_has_body(request.head.method))
    http::append_content_length(out, request.body.size());
  out.append(guard::kShadowMarkerField).append(": v1;id=");
  http::append_number(out, exchange_id);
  out.append(";hop=1\r\n\r\n");
  out += request.body;
}

}  // namespace understudy::proxy
