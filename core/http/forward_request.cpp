#include "core/http/forward.hpp"
#include "core/http/forwarded_element.hpp"
#include "core/http/forwarded_fields.hpp"
#include "core/http/grammar.hpp"
#include "core/http/hop_by_hop.hpp"

#include <optional>

namespace understudy::http {
namespace {

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

// Max-Forwards counts for OPTIONS; TRACE never gets here, and any other method ignores it (RFC 9110 §7.6.2).
std::optional<std::uint64_t> forwards_left(const RequestHead& head, const Field& field) noexcept {
  if (head.method != "OPTIONS" || !iequals(field.name, "Max-Forwards")) return std::nullopt;
  return parse_decimal(field.value);
}

// Request fields in their order, each passed on, extended, replaced or dropped.
class RequestFields {
 public:
  RequestFields(std::string& out, const RequestHead& head, const Target& target,
                const ForwardRequest& options)
      : out_(out),
        head_(head),
        target_(target),
        options_(options),
        filter_(head.fields),
        replaces_(options.forwarded.mode == ForwardedPolicy::Mode::replace),
        x_forwarded_(options.forwarded.x_forwarded && options.forwarded.mode != ForwardedPolicy::Mode::off),
        forwarded_(options.forwarded.forwarded && options.forwarded.mode != ForwardedPolicy::Mode::off),
        via_at_(last_index_of(head.fields, "Via")),
        forwarded_for_at_(extended("X-Forwarded-For", x_forwarded_ && !options.client_address.empty())),
        forwarded_at_(extended("Forwarded", forwarded_)) {}

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
      } else if (!filter_.drops(field.name) && !ends_here(field.name)) {
        append_one(at, field);
      }
    }
    append_missing();
  }

 private:
  /// Where the last line of that name lies, if it is one to extend.
  std::size_t extended(std::string_view name, bool wanted) const {
    return wanted && !replaces_ ? last_index_of(head_.fields, name) : kNowhere;
  }

  bool ends_here(std::string_view name) const {
    if (replaces_ && tells_of_client(name)) return true;
    // RFC 9110 §10.1.1: an expectation of an HTTP/1.0 client is ignored; no 100 could be passed on to it.
    return head_.version == Version::http_1_0 && iequals(name, "Expect");
  }

  bool lacks(std::string_view name) const { return replaces_ || !head_.fields.contains(name); }

  void append_one(std::size_t at, const Field& field) {
    if (const auto left = forwards_left(head_, field); left && *left != 0) {
      out_.append(field.name).append(": ");
      append_number(out_, *left - 1);
      out_.append("\r\n");
      return;
    }
    out_.append(field.name).append(": ").append(field.value);
    if (at == via_at_ && !options_.via.empty()) {
      if (!field.value.empty()) out_.append(", ");
      append_via_member(out_, head_.version, options_.via);
    } else if (at == forwarded_for_at_) {
      if (!field.value.empty()) out_.append(", ");
      out_.append(options_.client_address);
    } else if (at == forwarded_at_) {
      if (!field.value.empty()) out_.append(", ");
      append_forwarded_element(out_, {options_.client_address, options_.scheme, host_});
    }
    out_.append("\r\n");
  }

  void append_missing() {
    if (via_at_ == kNowhere && !options_.via.empty()) {
      out_.append("Via: ");
      append_via_member(out_, head_.version, options_.via);
      out_.append("\r\n");
    }
    if (x_forwarded_) append_missing_x_forwarded();
    if (forwarded_ && forwarded_at_ == kNowhere) {
      out_.append("Forwarded: ");
      append_forwarded_element(out_, {options_.client_address, options_.scheme, host_});
      out_.append("\r\n");
    }
  }

  void append_missing_x_forwarded() {
    if (forwarded_for_at_ == kNowhere && !options_.client_address.empty())
      append_field(out_, "X-Forwarded-For", options_.client_address);
    if (!options_.scheme.empty() && lacks("X-Forwarded-Proto"))
      append_field(out_, "X-Forwarded-Proto", options_.scheme);
    if (!host_.empty() && lacks("X-Forwarded-Host")) append_field(out_, "X-Forwarded-Host", host_);
  }

  std::string& out_;
  const RequestHead& head_;
  const Target& target_;
  const ForwardRequest& options_;
  HopByHopFilter filter_;
  bool replaces_;
  bool x_forwarded_;
  bool forwarded_;
  std::size_t via_at_;
  std::size_t forwarded_for_at_;
  std::size_t forwarded_at_;
  std::string_view host_;
};

}  // namespace

bool max_forwards_spent(const RequestHead& head) noexcept {
  for (const auto field : head.fields)
    if (forwards_left(head, field) == std::uint64_t{0}) return true;
  return false;
}

bool asks_upgrade(const RequestHead& head) noexcept {
  return head.version == Version::http_1_1 && head.fields.contains("Upgrade") &&
         names_option(head.fields, "Connection", "upgrade") && !names_option(head.fields, "Upgrade", "h2c");
}

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

}  // namespace understudy::http
