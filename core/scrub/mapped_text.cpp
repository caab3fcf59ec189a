#include "core/scrub/mapped_text.hpp"

namespace understudy::scrub {

MappedText MappedText::plain(std::string_view text, std::size_t offset) {
  MappedText mapped;
  mapped.view_ = text;
  mapped.offset_ = offset;
  return mapped;
}

MappedText MappedText::decoded(std::size_t expected_bytes) {
  MappedText mapped;
  mapped.is_plain_ = false;
  mapped.owned_.reserve(expected_bytes);
  mapped.origins_.reserve(expected_bytes);
  return mapped;
}

void MappedText::push(std::string_view bytes, Span from) {
  owned_.append(bytes);
  origins_.insert(origins_.end(), bytes.size(),
                  {static_cast<std::uint32_t>(from.begin), static_cast<std::uint32_t>(from.end)});
}

MappedText MappedText::part(Span span) const {
  if (is_plain_) return plain(view_.substr(span.begin, span.size()), offset_ + span.begin);
  MappedText mapped = decoded(0);
  mapped.owned_ = owned_.substr(span.begin, span.size());
  mapped.origins_.assign(origins_.begin() + static_cast<std::ptrdiff_t>(span.begin),
                         origins_.begin() + static_cast<std::ptrdiff_t>(span.end));
  return mapped;
}

}  // namespace understudy::scrub
