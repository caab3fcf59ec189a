#include "capture-format/convert/scrubbed_exchange.hpp"

#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/http_exchange.hpp"
#include "capture-format/convert/rule_hits.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

/// The fields as recorded: no Host is made up.
http::Request raw_request(const MessageView& message) {
  auto without_authority = message;
  without_authority.authority = {};
  return to_http_request(without_authority);
}

template <class Message>
MessageView scrubbed_view(const scrub::Report<Message>& report, const MessageView& raw) {
  auto view = to_view(*report.message);
  view.authority = raw.authority;
  view.truncation = raw.truncation;
  if (raw.truncation != Truncation::none) {
    view.body_length = raw.body_length;
    view.body_hash = 0;
  }
  if (!report.body_kept()) {
    view.body = {};
    view.body_length = raw.body_length;
    view.body_hash = 0;
    view.truncation = Truncation::policy;
  }
  return view;
}

bool is_harmless(std::string_view key) noexcept {
  return key == HarExtension::kScheme || key == HarExtension::kRequestVersion ||
         key == HarExtension::kResponseVersion;
}

}  // namespace

ScrubbedExchange::ScrubbedExchange(const scrub::Scrubber& scrubber, const ExchangeView& raw)
    : request_(scrubber.scrub(raw_request(raw.request))),
      response_(scrubber.scrub(to_http_response(raw.response))),
      view_(raw) {
  view_.request = scrubbed_view(request_, raw.request);
  if (raw.has_response) view_.response = scrubbed_view(response_, raw.response);
  // Free text of a file that anybody can have written.
  view_.mirrors.clear();
  view_.trace_id = view_.span_id = {};
  std::erase_if(view_.extensions, [](const ExtensionView& entry) { return !is_harmless(entry.key); });
  const bool kept = request_.body_kept() && (!raw.has_response || response_.body_kept());
  auto& scrub = view_.scrub;
  scrub.policy = scrubber.policy_id();
  scrub.redactions = request_.redactions + (raw.has_response ? response_.redactions : 0);
  scrub.state = !kept                   ? ScrubState::failed_body_removed
                : scrub.redactions != 0 ? ScrubState::redacted
                                        : ScrubState::clean;
  add_rule_hits(request_.hits, scrub.hits);
  if (raw.has_response) add_rule_hits(response_.hits, scrub.hits);
}

}  // namespace understudy::capture
