#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

#include <string_view>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// A template without quotes around it is a mapping to YAML: "{client}" must be quoted.
std::string text_of_format(const config::Node& node) {
  if (node.is_scalar()) return node.text();
  node.fail("put the format in quotes: braces alone are a mapping in YAML");
  return "json";
}

/// The client's header fields that are wanted in json and text lines.
std::vector<AccessField> read_header_fields(const config::Node& node) {
  std::vector<AccessField> fields;
  for (const auto& item : node.items()) {
    const auto name = item.text();
    const auto field = access_field(name);
    if (!field || *field < AccessField::host)
      item.fail(fmt::format("'{}' is not one of host, user_agent and referer", name));
    else
      fields.push_back(*field);
  }
  return fields;
}

void read_access(const config::Node& node, ProxyConfig& config) {
  AccessLogOptions options;
  std::vector<AccessField> extra;
  const auto path = node.member("path");
  if (!path) return node.fail("needs a path: a file, or - for standard output");
  options.path = path->text();
  if (options.path.empty()) path->fail("needs a file, or - for standard output");
  if (const auto fields = node.member("fields")) extra = read_header_fields(*fields);
  const auto format = node.member("format");
  const auto text = format ? text_of_format(*format) : std::string("json");
  take(format ? *format : node, LineFormat::parse(text, extra), options.format);
  if (!extra.empty() && options.format.style == LineFormat::Style::columns)
    node.fail("fields goes with json and text; a template names its fields itself");
  node.read("sample", options.sample, &config::Node::percent);
  node.finish();
  config.access_log = std::move(options);
}

}  // namespace

void read_log(const config::Node& node, ProxyConfig& config) {
  if (const auto level = node.member("level")) {
    const auto text = level->text();
    if (text == "debug")
      config.log_level = telemetry::Level::debug;
    else if (text == "info")
      config.log_level = telemetry::Level::info;
    else if (text == "warning")
      config.log_level = telemetry::Level::warning;
    else if (text == "error")
      config.log_level = telemetry::Level::error;
    else
      level->fail("level is debug, info, warning or error");
  }
  if (const auto format = node.member("format")) {
    const auto text = format->text();
    if (text != "text" && text != "json") format->fail("format is text or json");
    config.log_format = text == "json" ? telemetry::LogFormat::json : telemetry::LogFormat::text;
  }
  if (const auto access = node.member("access")) read_access(*access, config);
  node.finish();
}

}  // namespace understudy::proxy
