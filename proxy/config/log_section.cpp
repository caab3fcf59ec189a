#include "proxy/config/section_values.hpp"
#include "proxy/config/sections.hpp"

namespace understudy::proxy {

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
  node.finish();
}

}  // namespace understudy::proxy
