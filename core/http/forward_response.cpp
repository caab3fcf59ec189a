#include "core/http/forward.hpp"
#include "core/http/forwarded_fields.hpp"
#include "core/http/framing_rules.hpp"
#include "core/http/hop_by_hop.hpp"

namespace understudy::http {
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
    const auto length = head.fields.find(FieldName::content_length);
    if (length && note_content_length(*length, fields))
      append_framing(out, BodyFraming::of_length(*fields.content_length));
  } else if (head.status != 204) {
    until_close = framing.kind == BodyFraming::Kind::until_close || (chunked && options.to_http_1_0);
    if (!until_close) append_framing(out, framing);
  }
  // RFC 9110 §15.5.22: a 426 names the protocol to upgrade to.
  const bool upgrade = head.status == 426 && head.fields.names().contains(FieldName::upgrade);
  if (upgrade) append_upgrades(out, head.fields);
  if (options.close || until_close)
    append_field(out, "Connection", upgrade ? "upgrade, close" : "close");
  else if (upgrade)
    append_field(out, "Connection", "upgrade");
  else if (options.keep_alive_1_0)
    append_field(out, "Connection", "keep-alive");
}

void append_extended_via(std::string& out, const ResponseHead& head, const Field& via,
                         std::string_view pseudonym) {
  out.append(via.name).append(": ").append(via.value);
  if (!via.value.empty()) out.append(", ");
  append_via_member(out, head.version, pseudonym);
  out.append("\r\n");
}

}  // namespace

void append_forwarded_head(std::string& out, const ResponseHead& head, const BodyFraming& framing,
                           const ForwardResponse& options) {
  append_status_line(out, head.status, head.reason);
  const auto& fields = head.fields;
  const HopByHopFilter filter(fields);
  const auto via_at = options.via.empty() ? kNowhere : last_index_of(fields, FieldName::via);
  LineRuns runs(out, fields);
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const bool dropped = filter.drops(at);
    if (!dropped && at != via_at) continue;
    runs.skip(at);
    if (!dropped) append_extended_via(out, head, fields[at], options.via);
  }
  runs.finish();
  if (via_at == kNowhere && !options.via.empty()) {
    out.append("Via: ");
    append_via_member(out, head.version, options.via);
    out.append("\r\n");
  }
  if (head.status >= 200 && !options.date.empty() && !fields.names().contains(FieldName::date))
    append_field(out, "Date", options.date);
  append_response_framing(out, head, framing, options);
  out.append("\r\n");
}

}  // namespace understudy::http
