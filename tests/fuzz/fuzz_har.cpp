// Any text as a HAR file, of mitmproxy too: it is cut into entries, read, repaired or refused; and what was
// read once can be written and read again.
#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_export.hpp"
#include "capture-format/convert/text_encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

void check_equal(const MessageView& read, const MessageView& again) {
  if (again.method != read.method || again.target != read.target || again.authority != read.authority)
    std::abort();
  if (again.status != read.status || again.body != read.body || again.body_length != read.body_length)
    std::abort();
  if (again.truncation != read.truncation || again.content_decoded != read.content_decoded) std::abort();
  if (again.headers.size() != read.headers.size() || again.trailers.size() != read.trailers.size())
    std::abort();
}

void read_entry(std::string_view json) {
  static_cast<void>(read_har_entry_place(json));
  const auto exchange = read_har_entry(json);
  if (!exchange) return;
  const auto text = har_entry(exchange->view);
  const auto again = read_har_entry(text);
  if (!again) std::abort();
  check_equal(exchange->view.request, again->view.request);
  check_equal(exchange->view.response, again->view.response);
  if (again->view.extensions.size() != exchange->view.extensions.size()) std::abort();
}

}  // namespace
}  // namespace understudy::capture

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::capture;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size != 0 && input.front() == '!') {
    read_entry(input.substr(1));
    return 0;
  }
  const bool python = size != 0 && input.front() == '?';
  std::string text(input.substr(python ? 1 : 0));
  normalize_encoding(text);
  const auto document = HarDocument::parse(std::move(text), python);
  if (!document) return 0;
  for (std::size_t i = 0; i < document->size(); ++i) read_entry(document->entry(i));
  return 0;
}
