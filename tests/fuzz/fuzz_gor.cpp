// Any text as a .gor file: it is cut into records, read, repaired or refused; what is exported is read again.
#include "capture-format/convert/gor_document.hpp"
#include "capture-format/convert/gor_export.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy::capture;
  GorDocument document(std::string_view(reinterpret_cast<const char*>(data), size));
  GorExporter exporter;
  std::string text;
  for (const auto& gor : document.exchanges()) {
    ExchangeView exchange;
    exchange.request = gor.request.view;
    exchange.has_response = gor.has_response;
    exchange.response = gor.response.view;
    text.clear();
    static_cast<Exporter&>(exporter).append(text, exchange);
    if (text.empty()) continue;
    GorDocument again(text);
    if (again.exchanges().empty()) std::abort();
    const auto& read = again.exchanges().front();
    if (read.request.view.target != exchange.request.target) std::abort();
    if (read.request.view.method != exchange.request.method) std::abort();
  }
  return 0;
}
