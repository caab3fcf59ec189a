// Any text as a .gor file: it is cut into records, each of which is in an exchange or refused; what is
// exported is read again.
#include "capture-format/convert/gor_document.hpp"
#include "capture-format/convert/gor_export.hpp"
#include "capture-format/convert/sendable.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace understudy::capture;

void check_sums(GorDocument& document) {
  std::uint64_t records = 0;
  for (const auto& gor : document.exchanges()) records += gor.has_response ? 2 : 1;
  for (const auto& [reason, count] : document.refused())
    if (reason != "no_meta_line") records += count;
  if (records != document.records()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  GorDocument document(std::string_view(reinterpret_cast<const char*>(data), size));
  check_sums(document);
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
    if (has_whole_body(exchange.request) && read.request.view.body != exchange.request.body) std::abort();
  }
  return 0;
}
