#include "capture-format/convert/gor_document.hpp"

#include <algorithm>
#include <optional>

namespace understudy::capture {
namespace {

struct Separator {
  std::size_t begin = 0;  ///< with the line feed before it
  std::size_t end = 0;    ///< behind its own line feed
};

/// The next line that is a separator and nothing else; at the end of the text when there is none.
Separator find_separator(std::string_view text, std::size_t from) {
  for (auto at = text.find(kGorSeparator, from); at != std::string_view::npos;
       at = text.find(kGorSeparator, at + 1)) {
    const auto after = text.substr(at + kGorSeparator.size());
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    if (!begins_line || (!after.empty() && !after.starts_with('\n') && !after.starts_with("\r\n"))) continue;
    const auto line_end = text.find('\n', at);
    return {at == 0 ? 0 : at - 1, line_end == std::string_view::npos ? text.size() : line_end + 1};
  }
  return {text.size(), text.size()};
}

std::string_view first_line(std::string_view text) {
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// A meta line with a message behind it.
bool is_record_begin(std::string_view text) {
  const auto meta = parse_gor_meta(first_line(text));
  if (!meta) return false;
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const auto start_line = first_line(text.substr(end + 1));
  return start_line.find("HTTP/1.") != std::string_view::npos;
}

/// Where within `text` another record begins at the begin of a line; its size when none does.
std::size_t find_record_begin(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_record_begin(text.substr(at))) return at;
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return text.size();
}

/// What a message without length has as its body, and what is already the next record.
std::string_view settle_rest(WireMessage& message, bool is_request) {
  const auto next = find_record_begin(message.rest);
  auto body = message.rest.substr(0, next);
  const auto rest = message.rest.substr(next);
  if (!rest.empty() && body.ends_with('\n')) body.remove_suffix(1);
  message.rest = {};
  if (message.unframed) {
    message.set_body(body);
    if (is_request && !body.empty()) message.repaired("body_without_length");
  } else if (body.find_first_not_of("\r\n") != std::string_view::npos) {
    message.repaired("bytes_after_the_body");
  }
  return rest;
}

}  // namespace

GorDocument::GorDocument(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto separator = find_separator(text, at);
    // A separator without a line feed of its own before it belongs to an empty record.
    const auto end = std::max(separator.begin, at);
    read_block(text.substr(at, end - at));
    at = separator.end;
  }
}

void GorDocument::read_block(std::string_view block) {
  for (bool first = true;; first = false) {
    block.remove_prefix(std::min(block.find_first_not_of("\r\n"), block.size()));
    if (block.empty()) return;
    if (!first) ++missing_separators_;
    const auto meta = parse_gor_meta(first_line(block));
    const auto line_end = block.find('\n');
    if (!meta || line_end == std::string_view::npos) {
      ++refused_["no_meta_line"];
      return;
    }
    block = read_record(*meta, block.substr(line_end + 1));
  }
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
  return message.substr(find_record_begin(message));
}

std::string_view GorDocument::read_request(const GorMeta& meta, std::string_view bytes) {
  auto message = read_wire_request(bytes);
  if (!message) {
    ++refused_[std::string_view(message.error().message) == "head_cut_off" ? "head_cut_off"
                                                                           : "malformed_request"];
    return bytes.substr(find_record_begin(bytes));
  }
  const auto rest = settle_rest(*message, true);
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
  auto message = read_wire_response(bytes, known ? waiting->second.front()->request.view.method : "GET");
  if (!message) {
    ++refused_["malformed_response"];
    return bytes.substr(find_record_begin(bytes));
  }
  const auto rest = settle_rest(*message, false);
  if (!known) {
    ++refused_["response_without_request"];
    return rest;
  }
  auto& exchange = *waiting->second.front();
  waiting->second.pop_front();
  exchange.has_response = true;
  exchange.response_meta = meta;
  exchange.response = std::move(*message);
  return rest;
}

}  // namespace understudy::capture
