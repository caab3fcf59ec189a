#include "proxy/config/config.hpp"

#include "proxy/config/file_checks.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

constexpr std::string_view kMinimal =
    "listeners:\n"
    "  - address: 127.0.0.1:8080\n"
    "primary: {url: \"http://127.0.0.1:9000\"}\n";

Outcome<ProxyConfig> load(const std::string& more) {
  return load_config_text(std::string(kMinimal) + more, "proxy.yaml");
}

std::string error_of(const std::string& more) {
  const auto config = load(more);
  return config ? "no error" : config.error().message;
}

TEST(ProxyConfig, MinimalFileHasTheDocumentedDefaults) {
  const auto config = load("");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listeners.front().address.port(), 8080);
  EXPECT_EQ(config->primary.authority(), "127.0.0.1:9000");
  EXPECT_FALSE(config->tees());
  EXPECT_EQ(config->sample_share, 1.0);
  EXPECT_EQ(config->downstream.timeouts.client_head, std::chrono::seconds(10));
  EXPECT_EQ(config->downstream.request_limits.field_count, 256U);
  EXPECT_NE(config->scrub.key, scrub::Key{}) << "without a key file the key is random, never zero";
}

TEST(ProxyConfig, EverySectionIsRead) {
  const auto config = load(
      "shadows:\n"
      "  - {name: staging, url: \"http://127.0.0.1:9001\", host: target}\n"
      "  - {url: \"http://[::1]:9002\"}\n"
      "sample: {percent: 10, by: \"header:x-user-id\"}\n"
      "guard: {rules: [{allow: {methods: [POST], paths: [\"/v1/quote\"]}}]}\n"
      "scrub: {mode: detect}\n"
      "capture: {directory: captures, rotate: {size: 16MiB, age: 1m}, keep: {size: 1GiB, free: 2GiB}}\n"
      "limits: {request_head: 16KiB, connections: 5, shadow_body: 2MiB, shadow_memory: 32MiB}\n"
      "timeouts: {connect: 250ms, response: 5s, drain: 10s, shadow_response: 1s}\n"
      "admin: {address: \"127.0.0.1:9901\"}\n"
      "workers: 3\n"
      "log: {level: warning, format: json}\n");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->shadows.size(), 2U);
  EXPECT_EQ(config->shadows[0].name, "staging");
  EXPECT_EQ(config->shadows[0].host, HostMode::target);
  EXPECT_EQ(config->shadows[1].name, "shadow2");
  EXPECT_EQ(config->shadows[1].host, HostMode::keep);
  EXPECT_DOUBLE_EQ(config->sample_share, 0.1);
  EXPECT_EQ(config->sample_key.name, "x-user-id");
  EXPECT_EQ(config->guard.rules.size(), 1U);
  EXPECT_EQ(config->capture->directory, "captures");
  EXPECT_EQ(config->capture->rotate_bytes, 16U * 1024 * 1024);
  EXPECT_EQ(config->capture->keep.bytes, 1024U * 1024 * 1024);
  EXPECT_EQ(config->capture->keep.free_bytes, 2048U * 1024 * 1024);
  EXPECT_EQ(config->downstream.request_limits.head_bytes, 16U * 1024);
  EXPECT_EQ(config->downstream.connections_max, 5U);
  EXPECT_EQ(config->shadow_limits.body_bytes, 2U * 1024 * 1024);
  EXPECT_EQ(config->downstream.timeouts.connect, std::chrono::milliseconds(250));
  EXPECT_EQ(config->shadow_limits.response_timeout, std::chrono::seconds(1));
  EXPECT_EQ(config->admin->address.port(), 9901);
  EXPECT_EQ(config->workers, 3U);
  EXPECT_EQ(config->log_level, telemetry::Level::warning);
  EXPECT_EQ(config->log_format, telemetry::LogFormat::json);
}

TEST(ProxyConfig, ErrorsNameFileLineAndColumn) {
  EXPECT_EQ(error_of("shadow: []\n").substr(0, 15), "proxy.yaml:4:1:");
  EXPECT_NE(error_of("shadow: []\n").find("did you mean 'shadows'"), std::string::npos);
  EXPECT_EQ(error_of("timeouts: {connect: 5}\n").substr(0, 16), "proxy.yaml:4:21:");
  EXPECT_EQ(error_of("limits:\n  request_head: many\n").substr(0, 16), "proxy.yaml:5:17:");
}

TEST(ProxyConfig, KeepLimitsWantUnitsAndKnownKeys) {
  EXPECT_NE(error_of("capture: {directory: d, keep: {size: much}}\n").find("proxy.yaml:4:"),
            std::string::npos);
  EXPECT_NE(error_of("capture: {directory: d, keep: {files: 3}}\n").find("files"), std::string::npos);
}

TEST(ProxyConfig, TlsErrorsNameThePlaceOfTheFile) {
  const auto listener = [](const std::string& tls) {
    const auto loaded = load_config_text(
        "listeners: [{address: \":1\", tls: " + tls + "}]\nprimary: {url: \"http://h\"}\n", "p");
    return loaded ? std::string("no error") : loaded.error().message;
  };
  EXPECT_TRUE(listener("{certificate: /nowhere.crt, key: /nowhere.key}")
                  .starts_with("p:1:48: cannot read /nowhere.crt"))
      << listener("{certificate: /nowhere.crt, key: /nowhere.key}");
  EXPECT_NE(listener("{certificate: a}").find("belong together"), std::string::npos);
  EXPECT_NE(listener("{}").find("needs a certificate and a key"), std::string::npos);
  EXPECT_NE(listener("{client_auth: require}").find("needs"), std::string::npos);
  EXPECT_NE(listener("{certs: a}").find("p:1:"), std::string::npos);
  EXPECT_NE(error_of("shadows: [{url: \"https://h\", tls: {ca: /nowhere.crt}}]\n").find("cannot read"),
            std::string::npos);
  EXPECT_NE(error_of("shadows: [{url: \"http://h\", tls: {}}]\n").find("not https"), std::string::npos);
  EXPECT_NE(error_of("shadows: [{url: \"https://h\", tls: {insecure: true}}]\n").find("always verified"),
            std::string::npos);
  EXPECT_NE(error_of("shadows: [{url: \"unix:/s\"}]\n").find("Unix socket"), std::string::npos);
}

TEST(ProxyConfig, ForwardingIdsAndOverloadAreRead) {
  const auto config = load(
      "forwarded: {mode: replace, header: both}\nids: {request_id: false, sampled: false}\n"
      "overload: {target: 50ms, interval: 1s}\n"
      "limits: {request_body: 1MiB, connections_per_client: 3, requests_per_connection: 4, in_flight: 5}\n"
      "timeouts: {request: 30s}\n");
  ASSERT_TRUE(config);
  const auto& downstream = config->downstream;
  EXPECT_EQ(downstream.forwarded.mode, http::ForwardedPolicy::Mode::replace);
  EXPECT_TRUE(downstream.forwarded.x_forwarded && downstream.forwarded.forwarded);
  EXPECT_FALSE(downstream.ids.request_id);
  EXPECT_TRUE(downstream.ids.traceparent);
  EXPECT_FALSE(downstream.ids.sampled);
  EXPECT_EQ(downstream.overload.target, std::chrono::milliseconds(50));
  EXPECT_EQ(downstream.overload.interval, std::chrono::seconds(1));
  EXPECT_EQ(downstream.request_body_bytes_max, 1024U * 1024);
  EXPECT_EQ(downstream.connections_per_client_max, 3U);
  EXPECT_EQ(downstream.requests_per_connection_max, 4U);
  EXPECT_EQ(downstream.in_flight_max, 5U);
  EXPECT_EQ(downstream.timeouts.request, std::chrono::seconds(30));
}

TEST(ProxyConfig, NonsenseValuesAreRefused) {
  for (const auto* bad :
       {"sample: {percent: 101}\n", "sample: {by: user}\n", "admin: {address: \"0.0.0.0:9901\"}\n",
        "workers: -1\n", "workers: 5000\n", "limits: {request_head: 10}\n", "limits: {connections: 0}\n",
        "log: {level: loud}\n", "shadows: [{name: a, url: \"http://h:1\"}, {name: a, url: \"http://h:2\"}]\n",
        "shadows: [{name: a}]\n", "shadows: [{url: \"http://h\", host: other}]\n",
        "primary: {url: \"http://h\"}\n", "capture: {}\n", "forwarded: {mode: forge}\n",
        "forwarded: {header: via}\n", "overload: {interval: 1ms}\n", "ids: {span: true}\n"})
    EXPECT_NE(error_of(bad), "no error") << bad;
}

TEST(ProxyConfig, ListenerAndPrimaryAreNeeded) {
  EXPECT_NE(load_config_text("primary: {url: \"http://h\"}\n", "p").error().message.find("--listen"),
            std::string::npos);
  EXPECT_NE(load_config_text("listeners: [{address: \":1\"}]\n", "p").error().message.find("--primary"),
            std::string::npos);
}

TEST(ProxyConfig, JsonShowsWhatIsInForceButNoKey) {
  auto config = load("sample: {percent: 10}\n");
  config->scrub.key.fill(0x41);
  const auto json = to_json(*config);
  EXPECT_NE(json.find("\"url\":\"http://127.0.0.1:9000\""), std::string::npos);
  EXPECT_EQ(json.find("AAAA"), std::string::npos);
}

Outcome<ProxyConfig> load_listener(const std::string& listener) {
  return load_config_text("listeners: [" + listener + "]\nprimary: {url: \"http://127.0.0.1:9000\"}\n", "p");
}

TEST(ProxyConfig, ListenerSaysWhoseProxyHeadersCount) {
  const auto config =
      load_listener("{address: \":80\", proxy_protocol: optional, trusted: [\"10.0.0.0/8\", \"::1\"]}");
  ASSERT_TRUE(config) << config.error().message;
  const auto& policy = config->listeners.front().proxy_protocol;
  EXPECT_EQ(policy.mode, ProxyProtocolPolicy::Mode::optional);
  ASSERT_EQ(policy.trusted.size(), 2U);
  EXPECT_EQ(policy.trusted.front().text(), "10.0.0.0/8");
  for (const auto* wrong :
       {"{address: \":80\", proxy_protocol: optional}", "{address: \":80\", proxy_protocol: yes}",
        "{address: \":80\", trusted: [\"10.0.0.0/8\"]}",
        "{address: \":80\", proxy_protocol: require, trusted: [\"10.0.0.1/8\"]}"})
    EXPECT_FALSE(load_listener(wrong)) << wrong;
}

TEST(ProxyConfig, AddressesAreUsedOnce) {
  EXPECT_NE(load_listener("{address: \":80\"}, {address: \"127.0.0.1:80\"}, {address: \":80\"}")
                .error()
                .message.find("two listeners have the address [::]:80"),
            std::string::npos);
  EXPECT_TRUE(load_listener("{address: \":0\"}, {address: \":0\"}")) << "any port is another one each time";
  EXPECT_NE(error_of("admin: {address: \"127.0.0.1:8080\"}\n").find("cannot share"), std::string::npos);
}

TEST(ProxyConfig, ValidationLooksWhereTheProxyWillWrite) {
  const test::TemporaryDirectory directory;
  const auto file = directory.write("file", "").string();
  const auto checked = [](const std::string& more) {
    const auto outcome = check_files(load(more).value());
    return outcome ? std::string("ok") : outcome.error().message;
  };
  const auto root = directory.path().string();
  EXPECT_EQ(checked("capture: {directory: \"" + root + "/new/captures\"}\n"), "ok");
  EXPECT_NE(checked("capture: {directory: \"" + file + "/captures\"}\n").find("is not a directory"),
            std::string::npos);
  EXPECT_EQ(checked("log: {access: {path: \"" + root + "/access.log\"}}\n"), "ok");
  EXPECT_EQ(checked("log: {access: {path: \"-\"}}\n"), "ok");
  EXPECT_NE(checked("log: {access: {path: \"" + root + "/none/access.log\"}}\n").find("is not there"),
            std::string::npos);
  EXPECT_NE(checked("log: {access: {path: \"" + root + "\"}}\n").find("is a directory"), std::string::npos);
}

TEST(ProxyConfig, ListenerTakesAnInheritedSocketByName) {
  const auto config = load_listener("{address: \"fd:http\"}");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listeners.front().inherited, "http");
  EXPECT_EQ(config->listeners.front().text(), "fd:http");
  EXPECT_FALSE(load_listener("{address: \"fd:\"}"));
}

TEST(ProxyConfig, AdminOffLoopbackNeedsAToken) {
  EXPECT_NE(error_of("admin: {address: \"0.0.0.0:9901\"}\n").find("token_file"), std::string::npos);
  const test::TemporaryDirectory directory;
  const auto path = (directory / "token").string();
  const auto admin = "admin: {address: \"0.0.0.0:9901\", token_file: \"" + path + "\"}\n";
  EXPECT_NE(error_of(admin).find("cannot be read"), std::string::npos);
  directory.write("token", "short\n");
  EXPECT_NE(error_of(admin).find("16 to 4096 characters"), std::string::npos);
  directory.write("token", "correct horse battery\n");
  EXPECT_NE(error_of(admin).find("letters, digits"), std::string::npos);
  directory.write("token", "correct-horse-battery\n");
  const auto config = load(admin);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->admin->token, "correct-horse-battery");
  EXPECT_EQ(to_json(*config).find("correct-horse"), std::string::npos) << "never shown";
}

}  // namespace
}  // namespace understudy::proxy
