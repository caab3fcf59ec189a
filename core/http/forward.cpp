#include "core/http/forward.hpp"

#include "core/http/framing_rules.hpp"
#include "core/http/grammar.hpp"

#include <array>
#include <charconv>

namespace understudy::http {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool names_option(const Fields& fields, std::string_view field_name, std::string_view option) noexcept {
  bool found = false;
  for (const auto field : fields)
    if (iequals(field.name, field_name))
      for_each_list_element(field.value, [&](std::string_view element) {
        found |= iequals(element.substr(0, element.find(';')), option);
      });
  return found;
}

// Options that name no field to remove, or one that is removed anyway.
bool is_plain_option(std::string_view option) noexcept {
  return iequals(option, "keep-alive") || iequals(option, "close") || is_hop_by_hop(option);
}

// Which fields Connection condemns (RFC 9110 §7.6.1). Nearly always none, which is found out once per head.
class ConnectionOptions {
 public:
  explicit ConnectionOptions(const Fields& fields) : fields_(fields) {
    for (const auto field : fields)
      if (iequals(field.name, "Connection"))
        for_each_list_element(field.value,
                              [this](std::string_view option) { any_ |= !is_plain_option(option); });
  }

  bool condemns(std::string_view name) const noexcept {
    return any_ && names_option(fields_, "Connection", name) && !is_protected_from_connection(name);
  }

 private:
  const Fields& fields_;
  bool any_ = false;
};

bool is_dropped(std::string_view name, const ConnectionOptions& options) noexcept {
  return is_hop_by_hop(name) || options.condemns(name);
}

void append_framing(std::string& out, const BodyFraming& framing) {
  if (framing.kind == BodyFraming::Kind::chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (framing.kind != BodyFraming::Kind::length) return;
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), framing.length).ptr;
  append_field(out, "Content-Length", {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

// Received version and pseudonym (RFC 9110 §7.6.3).
void append_via_member(std::string& out, Version version, std::string_view pseudonym) {
  out.append(version == Version::http_1_0 ? "1.0 " : "1.1 ").append(pseudonym);
}

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

std::size_t last_index_of(const Fields& fields, std::string_view name) noexcept {
  for (std::size_t at = fields.size(); at-- > 0;)
    if (iequals(fields[at].name, name)) return at;
  return kNowhere;
}

void append_upgrades(std::string& out, const Fields& fields) {
  for (const auto field : fields)
    if (iequals(field.name, "Upgrade")) append_field(out, field.name, field.value);
}

// The parts of an absolute-form target (RFC 9112 §3.2.2); of any other form, the target alone.
struct Target {
  explicit Target(const RequestHead& head) : path(head.target) {
    const auto scheme = http_scheme_size(head.target);
    if (scheme == 0) return;
    const auto rest = path.substr(scheme);
    const auto end = rest.find_first_of("/?");
    authority = rest.substr(0, end);
    path = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    // RFC 9112 §3.2.4: "OPTIONS http://host" is about the server.
    if (path.empty() && head.method == "OPTIONS") path = "*";
    needs_slash = path.empty() || path.front() == '?';
  }

  std::string_view authority;
  std::string_view path;
  bool needs_slash = false;
};

// Request fields in their order, each passed on, extended, replaced or dropped.
class RequestFields {
 public:
  RequestFields(std::string& out, const RequestHead& head, const Target& target,
                const ForwardRequest& options)
      : out_(out),
        head_(head),
        target_(target),
        options_(options),
        connection_(head.fields),
        via_at_(last_index_of(head.fields, "Via")),
        forwarded_for_at_(last_index_of(head.fields, "X-Forwarded-For")) {}

  void append() {
    host_ = head_.fields.find("Host").value_or(options_.default_host);
    if (!target_.authority.empty()) host_ = target_.authority;
    bool host_written = false;
    if (!head_.fields.contains("Host")) append_field(out_, "Host", host_);
    for (std::size_t at = 0; at < head_.fields.size(); ++at) {
      const auto field = head_.fields[at];
      if (iequals(field.name, "Host")) {
        if (!host_written) append_field(out_, field.name, host_);
        host_written = true;
      } else if (!is_dropped(field.name, connection_)) {
        append_one(at, field);
      }
    }
    append_missing();
  }

 private:
  void append_one(std::size_t at, const Field& field) {
    out_.append(field.name).append(": ").append(field.value);
    if (at == via_at_ && !options_.via.empty()) {
      if (!field.value.empty()) out_.append(", ");
      append_via_member(out_, head_.version, options_.via);
    } else if (at == forwarded_for_at_ && !options_.client_address.empty()) {
      if (!field.value.empty()) out_.append(", ");
      out_.append(options_.client_address);
    }
    out_.append("\r\n");
  }

  void append_missing() {
    if (via_at_ == kNowhere && !options_.via.empty()) {
      out_.append("Via: ");
      append_via_member(out_, head_.version, options_.via);
      out_.append("\r\n");
    }
    if (forwarded_for_at_ == kNowhere && !options_.client_address.empty())
      append_field(out_, "X-Forwarded-For", options_.client_address);
    if (!options_.scheme.empty() && !head_.fields.contains("X-Forwarded-Proto"))
      append_field(out_, "X-Forwarded-Proto", options_.scheme);
    if (!host_.empty() && !head_.fields.contains("X-Forwarded-Host"))
      append_field(out_, "X-Forwarded-Host", host_);
  }

  std::string& out_;
  const RequestHead& head_;
  const Target& target_;
  const ForwardRequest& options_;
  ConnectionOptions connection_;
  std::size_t via_at_;
  std::size_t forwarded_for_at_;
  std::string_view host_;
};

}  // namespace

void remove_hop_by_hop(Fields& fields) {
  const ConnectionOptions connection(fields);
  fields.retain([&](const Field& field) { return !is_dropped(field.name, connection); });
}

bool asks_upgrade(const RequestHead& head) noexcept {
  return head.version == Version::http_1_1 && head.fields.contains("Upgrade") &&
         names_option(head.fields, "Connection", "upgrade");
}

bool accepts_trailers(const Fields& fields) noexcept { return names_option(fields, "TE", "trailers"); }

void append_forwarded_head(std::string& out, const RequestHead& head, const BodyFraming& framing,
                           const ForwardRequest& options) {
  const Target target(head);
  out.append(head.method).append(target.needs_slash ? " /" : " ").append(target.path).append(" HTTP/1.1\r\n");
  RequestFields(out, head, target, options).append();
  append_framing(out, framing);
  const bool trailers = accepts_trailers(head.fields);
  if (trailers) append_field(out, "TE", "trailers");
  if (options.tunnel) append_upgrades(out, head.fields);
  if (options.tunnel || trailers)
    append_field(out, "Connection", !trailers ? "upgrade" : options.tunnel ? "upgrade, TE" : "TE");
  out.append("\r\n");
}

namespace {

// What the response says about its own body and about the connection.
void append_response_framing(std::string& out, const ResponseHead& head, const BodyFraming& framing,
                             const ForwardResponse& options) {
  if (head.status / 100 == 1) {
    if (options.tunnel) {
      append_upgrades(out, head.fields);
      append_field(out, "Connection", "upgrade");
    }
    return;
  }
  const bool chunked = framing.kind == BodyFraming::Kind::chunked;
  const bool describes_get = options.head_request || head.status == 304;
  bool until_close = false;
  if (describes_get) {
    // RFC 9110 §8.6: the length that a GET would have had. One value, if the origin sent a list of equal
    // ones.
    FramingFields fields;
    const auto length = head.fields.find("Content-Length");
    if (length && note_content_length(*length, fields))
      append_framing(out, BodyFraming::of_length(*fields.content_length));
  } else if (head.status != 204) {
    until_close = framing.kind == BodyFraming::Kind::until_close || (chunked && options.to_http_1_0);
    if (!until_close) append_framing(out, framing);
  }
  if (options.close || until_close)
    append_field(out, "Connection", "close");
  else if (options.keep_alive_1_0)
    append_field(out, "Connection", "keep-alive");
}

}  // namespace

void append_forwarded_head(std::string& out, const ResponseHead& head, const BodyFraming& framing,
                           const ForwardResponse& options) {
  std::array<char, 4> status;
  const auto end = std::to_chars(status.data(), status.data() + status.size(), head.status).ptr;
  out.append("HTTP/1.1 ").append(status.data(), end).append(" ").append(head.reason).append("\r\n");
  const ConnectionOptions connection(head.fields);
  const auto via_at = last_index_of(head.fields, "Via");
  for (std::size_t at = 0; at < head.fields.size(); ++at) {
    const auto field = head.fields[at];
    if (is_dropped(field.name, connection)) continue;
    out.append(field.name).append(": ").append(field.value);
    if (at == via_at && !options.via.empty()) {
      if (!field.value.empty()) out.append(", ");
      append_via_member(out, head.version, options.via);
    }
    out.append("\r\n");
  }
  if (via_at == kNowhere && !options.via.empty()) {
    out.append("Via: ");
    append_via_member(out, head.version, options.via);
    out.append("\r\n");
  }
  if (head.status >= 200 && !options.date.empty() && !head.fields.contains("Date"))
    append_field(out, "Date", options.date);
  append_response_framing(out, head, framing, options);
  out.append("\r\n");
}

}  // namespace understudy::http
