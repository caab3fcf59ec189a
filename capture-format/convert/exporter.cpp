#include "capture-format/convert/exporter.hpp"

#include "capture-format/convert/csv_export.hpp"
#include "capture-format/convert/curl_export.hpp"
#include "capture-format/convert/gor_export.hpp"
#include "capture-format/convert/har_export.hpp"
#include "capture-format/convert/ndjson_export.hpp"
#include "capture-format/convert/vegeta_export.hpp"

namespace understudy::capture {
namespace {

class HarExporter final : public Exporter {
 public:
  std::string prologue() const override { return har_prologue(); }
  std::string epilogue() const override { return har_epilogue(); }

 private:
  std::string_view write(std::string& out, const ExchangeView& exchange) override {
    if (!first()) out += ",\n";
    out += har_entry(exchange);
    return {};
  }
};

class NdjsonExporter final : public Exporter {
  std::string_view write(std::string& out, const ExchangeView& exchange) override {
    out += exchange_as_json(exchange);
    return {};
  }
};

}  // namespace

void Exporter::append(std::string& out, const ExchangeView& exchange) {
  ++report_.exchanges;
  const auto refused = write(out, exchange);
  if (refused.empty())
    ++report_.written;
  else
    ++report_.left_out[std::string(refused)];
}

std::unique_ptr<Exporter> make_exporter(std::string_view format) {
  if (format == "har") return std::make_unique<HarExporter>();
  if (format == "gor") return std::make_unique<GorExporter>();
  if (format == "ndjson") return std::make_unique<NdjsonExporter>();
  if (format == "csv") return std::make_unique<CsvExporter>();
  if (format == "curl") return std::make_unique<CurlExporter>();
  if (format == "vegeta") return std::make_unique<VegetaExporter>();
  return nullptr;
}

}  // namespace understudy::capture
