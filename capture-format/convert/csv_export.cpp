#include "capture-format/convert/csv_export.hpp"

#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/record_names.hpp"
#include "capture-format/layout/wall_time.hpp"

#include <iterator>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

void append_text(std::string& out, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

double seconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

}  // namespace

std::string CsvExporter::prologue() const {
  return "start,id,connection_id,connection_sequence,method,url,endpoint,status,fate,duration_seconds,"
         "first_byte_seconds,request_bytes,response_bytes,content_type,scrub,redactions,mirror\r\n";
}

std::string_view CsvExporter::write(std::string& out, const ExchangeView& exchange) {
  const auto& timings = exchange.timings;
  fmt::format_to(std::back_inserter(out), "{},{},{},{},", exact_wall_time(exchange.start_ns), exchange.id,
                 exchange.connection_id, exchange.connection_sequence);
  append_text(out, exchange.request.method);
  out += ',';
  append_text(out, url_of(exchange));
  out += ',';
  append_text(out, endpoint_path(exchange.request.target));
  out += ',';
  if (exchange.has_response) out += std::to_string(exchange.response.status);
  fmt::format_to(std::back_inserter(out), ",{},{:.9f},{:.9f},{},{},", name_of(exchange.fate),
                 seconds(timings.response_done_ns), seconds(timings.first_byte_ns),
                 exchange.request.body_length, exchange.response.body_length);
  append_text(out, header_value(exchange.response, "content-type"));
  fmt::format_to(std::back_inserter(out), ",{},{},", name_of(exchange.scrub.state),
                 exchange.scrub.redactions);
  if (!exchange.mirrors.empty()) out += name_of(exchange.mirrors.front().outcome);
  out += "\r\n";
  return {};
}

}  // namespace understudy::capture
