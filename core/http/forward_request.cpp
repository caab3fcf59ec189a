#include "core/http/forward.hpp"
#include "core/http/forwarded_element.hpp"
#include "core/http/forwarded_fields.hpp"
#include "core/http/grammar.hpp"
#include "core/http/hop_by_hop.hpp"

#include <cstdint>
#include <optional>
#include <utility>

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
std::optional<std::uint64_t> forwards_left(const RequestHead& head, std::size_t at) noexcept {
  if (head.fields.name(at) != FieldName::max_forwards || head.method != "OPTIONS") return std::nullopt;
  return parse_decimal(head.fields[at].value);
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
        via_at_(options.via.empty() ? kNowhere : last_index_of(head.fields, FieldName::via)),
        forwarded_for_at_(
            extended(FieldName::x_forwarded_for, x_forwarded_ && !options.client_address.empty())),
        forwarded_at_(extended(FieldName::forwarded, forwarded_)) {}

  void append() {
    const auto& fields = head_.fields;
    host_ = fields.find(FieldName::host).value_or(options_.default_host);
    if (!target_.authority.empty()) host_ = target_.authority;
    if (!fields.names().contains(FieldName::host)) append_field(out_, "Host", host_);
    LineRuns runs(out_, fields);
    for (std::size_t at = 0; at < fields.size(); ++at) {
      const auto change = change_of(at);
      if (change == Change::none) continue;
      runs.skip(at);
      append_changed(at, change);
    }
    runs.finish();
    append_missing();
  }

 private:
  enum class Change : std::uint8_t { none, dropped, other_host, one_hop_less, extended };

  Change change_of(std::size_t at) {
    const auto& fields = head_.fields;
    if (filter_.drops(at)) return Change::dropped;
    if (replaces_ && tells_of_client(fields[at].name)) return Change::dropped;
    switch (fields.name(at)) {
      case FieldName::other:
        return Change::none;
      case FieldName::host:
        if (std::exchange(host_seen_, true)) return Change::dropped;
        return target_.authority.empty() ? Change::none : Change::other_host;
      case FieldName::expect:
        // RFC 9110 §10.1.1: an expectation of an HTTP/1.0 client is ignored; no 100 could be passed on to it.
        return head_.version == Version::http_1_0 ? Change::dropped : Change::none;
      case FieldName::max_forwards:
        return forwards_left(head_, at).value_or(0) != 0 ? Change::one_hop_less : Change::none;
      default:
        return at == via_at_ || at == forwarded_for_at_ || at == forwarded_at_ ? Change::extended
                                                                               : Change::none;
    }
  }

  void append_changed(std::size_t at, Change change) {
    if (change == Change::dropped) return;
    const auto field = head_.fields[at];
    out_.append(field.name).append(": ");
    if (change == Change::other_host) {
      out_.append(host_);
    } else if (change == Change::one_hop_less) {
      append_number(out_, *forwards_left(head_, at) - 1);
    } else {
      out_.append(field.value);
      if (!field.value.empty()) out_.append(", ");
      append_extension(at);
    }
    out_.append("\r\n");
  }

  void append_extension(std::size_t at) {
    if (at == via_at_)
      append_via_member(out_, head_.version, options_.via);
    else if (at == forwarded_for_at_)
      out_.append(options_.client_address);
    else
      append_forwarded_element(out_, {options_.client_address, options_.scheme, host_});
  }

  /// Where the last line of that name lies, if it is one to extend.
  std::size_t extended(FieldName name, bool wanted) const {
    return wanted && !replaces_ ? last_index_of(head_.fields, name) : kNowhere;
  }

  bool lacks(FieldName name) const { return replaces_ || !head_.fields.names().contains(name); }

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
    if (!options_.scheme.empty() && lacks(FieldName::x_forwarded_proto))
      append_field(out_, "X-Forwarded-Proto", options_.scheme);
    if (!host_.empty() && lacks(FieldName::x_forwarded_host)) append_field(out_, "X-Forwarded-Host", host_);
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
  bool host_seen_ = false;
};

}  // namespace

bool max_forwards_spent(const RequestHead& head) noexcept {
  for (std::size_t at = 0; at < head.fields.size(); ++at)
    if (forwards_left(head, at) == std::uint64_t{0}) return true;
  return false;
}

bool asks_upgrade(const RequestHead& head) noexcept {
  return head.version == Version::http_1_1 && head.fields.names().contains(FieldName::upgrade) &&
         names_option(head.fields, FieldName::connection, "upgrade") &&
         !names_option(head.fields, FieldName::upgrade, "h2c");
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
