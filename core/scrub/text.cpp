#include "core/scrub/text.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/byte_block.hpp"
#include "core/scrub/json/scrub.hpp"
#include "core/scrub/utf8.hpp"

#include <algorithm>

namespace understudy::scrub {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Calls `visit(Span)` with each line, without its end.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    visit(Span{begin, end});
    begin = end + 1;
  }
}

/// Where JSON may begin in a line: behind the field name of an event stream (HTML §9.2.6), too.
Span json_part(std::string_view text, Span line) {
  constexpr std::string_view kData = "data:";
  if (text.substr(line.begin, line.size()).starts_with(kData)) line.begin += kData.size();
  while (line.begin < line.end && kSpace.find(text[line.begin]) != std::string_view::npos) ++line.begin;
  return line;
}

bool starts_json(std::string_view text, Span span) {
  return span.size() > 0 && (text[span.begin] == '{' || text[span.begin] == '[');
}

}  // namespace

bool is_plain_text(std::string_view bytes) noexcept {
  std::uint32_t control = 0;
  std::uint32_t wide = 0;
  for_each_block(bytes, [&](const char* block, std::uint32_t within) {
    control = control_mask(block) & within;
    wide |= classify_block(block).wide & within;
    return control == 0;
  });
  return control == 0 && (wide == 0 || is_valid_utf8(bytes));
}

bool declares_entities(std::string_view markup) noexcept {
  const auto is_word_at = [&](std::size_t at, std::string_view word) {
    return iequals(markup.substr(at, word.size()), word);
  };
  for (auto at = markup.find("<!"); at != std::string_view::npos; at = markup.find("<!", at + 2)) {
    if (is_word_at(at, "<!entity")) return true;
    if (!is_word_at(at, "<!doctype")) continue;
    auto name = at + 9;
    while (name < markup.size() && kSpace.find(markup[name]) != std::string_view::npos) ++name;
    const auto end = markup.find('>', at);
    const bool internal_subset =
        markup.substr(at, end == std::string_view::npos ? end : end - at).find('[') != std::string_view::npos;
    if (!is_word_at(name, "html") || internal_subset) return true;
  }
  return false;
}

void scan_text(std::string_view raw, const Pass& pass, Splices& splices) {
  scan_leaf(raw, MappedText::plain(raw, 0), pass, splices);
  for_each_line(raw, [&](Span line) {
    const auto part = json_part(raw, line);
    if (!starts_json(raw, part)) return;
    scrub_json(raw, MappedText::plain(raw.substr(part.begin, part.size()), part.begin), pass, splices, 0);
  });
}

bool scan_json_lines(std::string_view raw, const Pass& pass, Splices& splices) {
  const auto before = splices.size();
  bool all = true;
  for_each_line(raw, [&](Span line) {
    const auto text = raw.substr(line.begin, line.size());
    if (!all || text.find_first_not_of(kSpace) == std::string_view::npos) return;
    all = scrub_json(raw, MappedText::plain(text, line.begin), pass, splices, 0);
  });
  if (!all) splices.roll_back(before);
  return all;
}

}  // namespace understudy::scrub
