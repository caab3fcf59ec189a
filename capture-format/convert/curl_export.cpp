#include "capture-format/convert/curl_export.hpp"

#include "capture-format/convert/base64.hpp"
#include "capture-format/convert/exchange_url.hpp"
#include "capture-format/convert/sendable.hpp"
#include "capture-format/layout/wall_time.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Linux takes 128 KiB for one argument; base64 in a pipe has no such limit for a shell's printf.
constexpr std::size_t kInlineBodyMax = 16 * 1024;

/// Within '...' a POSIX shell interprets nothing; a quote ends it, so each is put beside.
std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

bool has_header(const MessageView& request, std::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [name](const HeaderView& header) { return iequals(header.name, name); });
}

std::string header_argument(std::string_view name, std::string_view value) {
  // "Name;" is how curl is told to send a field without a value.
  return " -H " + shell_quoted(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
}

std::string header_arguments(const MessageView& request) {
  std::string out;
  for (const auto& [name, value] : request.headers) {
    const bool stale = request.content_decoded && iequals(name, "content-encoding");
    if (!stale && !is_senders_business(name)) out += header_argument(name, value);
  }
  // What curl would add by itself was not sent.
  for (const auto name : {"User-Agent", "Accept"})
    if (!has_header(request, name)) out += " -H " + shell_quoted(fmt::format("{}:", name));
  if (!request.body.empty() && !has_header(request, "Content-Type")) out += " -H 'Content-Type:'";
  return out;
}

bool fits_command_line(std::string_view body) {
  return body.size() <= kInlineBodyMax && body.find('\0') == std::string_view::npos;
}

}  // namespace

std::string CurlExporter::prologue() const { return "#!/bin/sh\n"; }

std::string_view CurlExporter::write(std::string& out, const ExchangeView& exchange) {
  const auto& request = exchange.request;
  if (!has_whole_body(request)) return "body_not_recorded";
  out += fmt::format("# {} {}\n", exact_wall_time(exchange.start_ns),
                     exchange.has_response ? std::to_string(exchange.response.status) : "no response");
  const bool piped = !fits_command_line(request.body);
  if (piped) out += fmt::format("printf %s '{}' | base64 -d | ", base64_encode(request.body));
  out += "curl -sS --globoff --path-as-is ";
  out += request.version == 10 ? "--http1.0" : "--http1.1";
  out += request.method == "HEAD" ? std::string(" --head") : " -X " + shell_quoted(request.method);
  out += header_arguments(request);
  if (piped)
    out += " --data-binary @-";
  else if (!request.body.empty())
    // An @ at the begin would name a file.
    out += (request.body.front() == '@' ? " --data-raw " : " --data-binary ") + shell_quoted(request.body);
  out += " -- " + shell_quoted(url_of(exchange)) + '\n';
  return {};
}

}  // namespace understudy::capture
