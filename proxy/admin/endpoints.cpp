#include "proxy/admin/endpoints.hpp"

#include "core/base/ascii.hpp"
#include "core/base/json_text.hpp"
#include "core/base/units.hpp"
#include "proxy/admin/answers.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::optional<std::string> parameter(const http::Request& request, std::string_view name) {
  auto query = http::target_query(request.head.target);
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return equals == std::string_view::npos ? std::string() : percent_decoded(pair.substr(equals + 1));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

http::Response live(const http::Request&, const AdminHooks&) { return admin_json(200, R"({"live":true})"); }

http::Response ready(const http::Request&, const AdminHooks& hooks) {
  const bool is_ready = !hooks.ready || hooks.ready();
  return admin_json(is_ready ? 200 : 503, fmt::format(R"({{"ready":{}}})", is_ready));
}

http::Response metrics(const http::Request&, const AdminHooks& hooks) {
  return admin_reply(200, telemetry::kExpositionContentType, telemetry::expose_text(hooks.metrics));
}

http::Response config(const http::Request&, const AdminHooks& hooks) {
  if (!hooks.config_json) return admin_error(404, "this proxy does not show its configuration");
  return admin_json(200, hooks.config_json());
}

std::string_view name_of(guard::Decision::Kind kind) {
  switch (kind) {
    case guard::Decision::Kind::allow:
      return "allow";
    case guard::Decision::Kind::record_only:
      return "record_only";
    case guard::Decision::Kind::deny:
      break;
  }
  return "deny";
}

http::Response explain(const http::Request& request, const AdminHooks& hooks) {
  if (!hooks.explain) return admin_error(404, "no shadow and no capture is configured, so nothing is judged");
  const auto method = parameter(request, "method");
  const auto target = parameter(request, "target");
  if (!target || target->empty() || (method && method->empty()))
    return admin_error(
        400, "give method and target: /explain?method=POST&target=/orders (target percent-encoded)");
  http::Request asked;
  asked.head.method = method.value_or("GET");
  asked.head.target = *target;
  asked.head.fields.add("Host", "explain.invalid");
  const auto decision = hooks.explain(asked);
  return admin_json(200, fmt::format(R"({{"method":{},"target":{},"decision":"{}","rule":{},"reason":{}}})",
                                     quoted(asked.head.method), quoted(asked.head.target),
                                     name_of(decision.kind), quoted(decision.rule), quoted(decision.reason)));
}

http::Response drain(const http::Request&, const AdminHooks& hooks) {
  if (!hooks.drain) return admin_error(404, "this proxy cannot be drained");
  hooks.drain();
  return admin_json(200, R"({"draining":true})");
}

http::Response shadow_state(const AdminHooks& hooks) {
  const bool paused = hooks.shadow_paused && hooks.shadow_paused();
  return admin_json(200, fmt::format(R"({{"paused":{},"percent":{}}})", paused,
                                     hooks.shadow_percent ? hooks.shadow_percent() : 100.0));
}

http::Response set_paused(const AdminHooks& hooks, bool paused) {
  if (!hooks.set_shadow_paused) return admin_error(404, "no shadow is configured");
  hooks.set_shadow_paused(paused);
  return shadow_state(hooks);
}

http::Response pause(const http::Request&, const AdminHooks& hooks) { return set_paused(hooks, true); }
http::Response resume(const http::Request&, const AdminHooks& hooks) { return set_paused(hooks, false); }

http::Response percent(const http::Request& request, const AdminHooks& hooks) {
  if (!hooks.set_shadow_percent) return admin_error(404, "nothing is sampled");
  const auto value = parameter(request, "value");
  if (!value) return admin_error(400, "give the percentage: /shadow/percent?value=10");
  const auto fraction = parse_percent(*value);
  if (!fraction) return admin_error(400, fraction.error().message);
  hooks.set_shadow_percent(*fraction * 100);
  return shadow_state(hooks);
}

struct Endpoint {
  std::string_view method;
  std::string_view path;
  http::Response (*answer)(const http::Request&, const AdminHooks&);
};

constexpr std::array kEndpoints = std::to_array<Endpoint>({
    {"GET", "/live", &live},
    {"GET", "/ready", &ready},
    {"GET", "/metrics", &metrics},
    {"GET", "/stats/prometheus", &metrics},
    {"GET", "/config", &config},
    {"GET", "/config_dump", &config},
    {"GET", "/explain", &explain},
    {"POST", "/drain", &drain},
    {"POST", "/shadow/pause", &pause},
    {"POST", "/shadow/resume", &resume},
    {"POST", "/shadow/percent", &percent},
});

http::Response not_found() {
  std::string list;
  for (const auto& endpoint : kEndpoints)
    list += fmt::format(R"({}"{} {}")", list.empty() ? "" : ",", endpoint.method, endpoint.path);
  return admin_json(404, fmt::format(R"({{"error":"no such endpoint","endpoints":[{}]}})", list));
}

http::Response not_allowed(std::string_view allowed) {
  auto response = admin_error(405, fmt::format("use {}", allowed));
  response.head.fields.add("Allow", allowed == "GET" ? std::string_view("GET, HEAD") : allowed);
  return response;
}

}  // namespace

http::Response answer_admin(const http::Request& request, const AdminHooks& hooks) {
  const auto path = http::target_path(request.head.target);
  for (const auto& endpoint : kEndpoints) {
    if (endpoint.path != path) continue;
    const auto& method = request.head.method;
    const bool reading = endpoint.method == "GET" && (method == "GET" || method == "HEAD");
    if (!reading && method != endpoint.method) return not_allowed(endpoint.method);
    // A page in an operator's browser can post to loopback; browsers then say where the page came from.
    if (!reading && request.head.fields.contains("Origin"))
      return admin_error(403, "changes are not taken from web pages (the request carries Origin)");
    return endpoint.answer(request, hooks);
  }
  return not_found();
}

}  // namespace understudy::proxy
