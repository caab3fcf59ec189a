// Any text as a HAR file: it is cut into entries, read, repaired or refused; and what was read once can be
// written and read again.
#include "capture-format/convert/har_document.hpp"
#include "capture-format/convert/har_entry.hpp"
#include "capture-format/convert/har_export.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

void read_entry(std::string_view json) {
  static_cast<void>(read_har_entry_place(json));
  const auto exchange = read_har_entry(json);
  if (!exchange) return;
  const auto text = har_entry(exchange->view);
  const auto again = read_har_entry(text);
  if (!again) std::abort();
  if (again->view.request.target != exchange->view.request.target) std::abort();
  if (again->view.request.body != exchange->view.request.body) std::abort();
  if (again->view.response.body != exchange->view.response.body) std::abort();
  if (again->view.request.headers.size() != exchange->view.request.headers.size()) std::abort();
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
  const auto document = HarDocument::parse(std::string(input));
  if (!document) return 0;
  for (std::size_t i = 0; i < document->size(); ++i) read_entry(document->entry(i));
  return 0;
}
