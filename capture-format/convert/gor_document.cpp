#include "capture-format/convert/gor_document.hpp"

#include <algorithm>
#include <optional>

namespace understudy::capture {
namespace {

/// Bytes that are read a second time, at most, as a multiple of the text.
constexpr std::uint64_t kRereadMax = 4;

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of("\r\n") == std::string_view::npos;
}

bool has(const WireMessage& message, std::string_view repair) {
  return std::find(message.repairs.begin(), message.repairs.end(), repair) != message.repairs.end();
}

/// The body is a piece of the text, not decoded from it.
bool is_within(std::string_view body, std::string_view text) noexcept {
  return !body.empty() && body.data() >= text.data() &&
         body.data() + body.size() <= text.data() + text.size();
}

std::string_view from(const char* begin, std::string_view text) noexcept {
  return text.substr(static_cast<std::size_t>(begin - text.data()));
}

}  // namespace

GorDocument::GorDocument(std::string_view text) : text_(text), reread_left_(kRereadMax * text.size()) {
  for (std::size_t at = 0; at < text.size();) at = read_block(at);
  read_early_responses();
}

std::size_t GorDocument::read_block(std::size_t at) {
  const auto separator = find_gor_separator(text_, at);
  // A separator without a line feed of its own before it belongs to an empty record.
  block_ = text_.substr(at, std::max(separator.begin, at) - at);
  behind_block_ = text_.substr(separator.end);
  resume_at_ = 0;
  auto rest = block_;
  for (bool first = true;; first = false) {
    rest.remove_prefix(std::min(rest.find_first_not_of("\r\n"), rest.size()));
    if (rest.empty()) break;
    if (!first) ++missing_separators_;
    const auto meta = parse_gor_meta(gor_first_line(rest));
    const auto line_end = rest.find('\n');
    if (!meta || line_end == std::string_view::npos) {
      ++refused_["no_meta_line"];
      rest.remove_prefix(find_gor_record(rest));
      continue;
    }
    rest = read_record(*meta, rest.substr(line_end + 1));
  }
  return resume_at_ != 0 ? resume_at_ : separator.end;
}

std::string_view GorDocument::read_record(const GorMeta& meta, std::string_view message) {
  ++records_;
  switch (meta.type) {
    case GorMeta::Type::request:
      return read_request(meta, message);
    case GorMeta::Type::response:
      return read_response(meta, message);
    case GorMeta::Type::replayed_response:
      break;
  }
  ++refused_["replayed_response"];
  return message.substr(find_gor_record(message));
}

template <class Read>
Outcome<WireMessage> GorDocument::read_message(std::string_view bytes, Read read) {
  auto message = read(bytes);
  if (!message || block_.data() + block_.size() == text_.data() + text_.size()) return message;
  const bool cut = has(*message, "body_shorter_than_its_length");
  const bool cut_chunks = has(*message, "chunked_body_cut_off");
  // Where a record follows, that was its separator: recorders lose bodies more often than they meet one.
  if ((!cut && !cut_chunks) || begins_with_gor_record(behind_block_)) return message;
  auto whole = from(bytes.data(), text_);
  if (cut) {
    const auto body = message->view.body.empty() ? from(bytes.data() + bytes.size(), text_)
                                                 : from(message->view.body.data(), text_);
    const auto length = message->view.body_length;
    if (length > body.size() || !begins_with_gor_separator(body.substr(length))) return message;
    whole = whole.substr(0, static_cast<std::size_t>(body.data() - whole.data()) + length);
  }
  if (whole.size() > reread_left_) return message;
  reread_left_ -= whole.size();
  auto again = read(whole);
  if (!again || has(*again, "chunked_body_cut_off") || !begins_with_gor_separator(again->rest))
    return message;
  again->repaired("separator_within_a_body");
  const auto end = static_cast<std::size_t>(whole.data() + whole.size() - text_.data()) - again->rest.size();
  resume_at_ = find_gor_separator(text_, end).end;
  again->rest = {};
  return again;
}

/// What a message without length has as its body; what is already the next record, because a separator is
/// missing; and whether a length reached into that.
std::string_view GorDocument::settle(WireMessage& message, bool is_request) {
  const auto rest = message.rest;
  message.rest = {};
  const auto next = find_gor_record(rest);
  if (message.unframed) {
    auto body = rest.substr(0, next);
    if (next != rest.size() && body.ends_with('\n')) body.remove_suffix(1);
    message.set_body(body);
    if (is_request && !body.empty()) message.repaired("body_without_length");
    return rest.substr(next);
  }
  const bool odd_end = has(message, "body_shorter_than_its_length") || !is_blank(rest.substr(0, next));
  if (odd_end && is_within(message.view.body, block_)) {
    auto body = message.view.body;
    const auto swallowed = find_gor_record(from(body.data(), block_));
    if (swallowed < body.size()) {
      const auto begin = body.data() + swallowed;
      body = body.substr(0, swallowed);
      if (body.ends_with('\n')) body.remove_suffix(1);
      message.repaired("body_shorter_than_its_length");
      message.set_cut_body(body, message.view.body_length);
      return from(begin, block_);
    }
  }
  if (!is_blank(rest.substr(0, next))) message.repaired("bytes_after_the_body");
  return rest.substr(next);
}

std::string_view GorDocument::read_request(const GorMeta& meta, std::string_view bytes) {
  auto message = read_message(bytes, read_wire_request);
  if (!message) {
    ++refused_[std::string_view(message.error().message) == "head_cut_off" ? "head_cut_off"
                                                                           : "malformed_request"];
    return bytes.substr(find_gor_record(bytes));
  }
  const auto rest = resume_at_ != 0 ? std::string_view() : settle(*message, true);
  if (++ids_[meta.id] > 1) ++duplicate_ids_;
  auto& exchange = exchanges_.emplace_back();
  exchange.request_meta = meta;
  exchange.request = std::move(*message);
  unanswered_[meta.id].push_back(&exchange);
  return rest;
}

std::string_view GorDocument::read_response(const GorMeta& meta, std::string_view bytes) {
  const auto waiting = unanswered_.find(meta.id);
  const bool known = waiting != unanswered_.end() && !waiting->second.empty();
  const auto method = known ? waiting->second.front()->request.view.method : std::string_view("GET");
  auto message =
      read_message(bytes, [method](std::string_view all) { return read_wire_response(all, method); });
  if (!message) {
    ++refused_["malformed_response"];
    return bytes.substr(find_gor_record(bytes));
  }
  const auto rest = resume_at_ != 0 ? std::string_view() : settle(*message, false);
  if (!known) {
    early_.push_back({meta, std::move(*message)});
    return rest;
  }
  answer(*waiting->second.front(), meta, std::move(*message));
  waiting->second.pop_front();
  return rest;
}

void GorDocument::answer(GorExchange& exchange, const GorMeta& meta, WireMessage message) {
  exchange.has_response = true;
  exchange.response_meta = meta;
  exchange.response = std::move(message);
}

/// A file may be out of order; but no answer is older than its request.
void GorDocument::read_early_responses() {
  for (auto& [meta, message] : early_) {
    const auto waiting = unanswered_.find(meta.id);
    const bool fits = waiting != unanswered_.end() && !waiting->second.empty() &&
                      waiting->second.front()->request_meta.timestamp_ns <= meta.timestamp_ns;
    if (!fits) {
      ++refused_[ids_.contains(meta.id) ? "second_response" : "response_without_request"];
      continue;
    }
    auto& exchange = *waiting->second.front();
    waiting->second.pop_front();
    if (exchange.request.view.method == "HEAD") {
      std::erase(message.repairs, "body_shorter_than_its_length");
      message.set_body({});
    }
    answer(exchange, meta, std::move(message));
  }
  early_.clear();
}

}  // namespace understudy::capture
