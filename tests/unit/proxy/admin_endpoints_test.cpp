#include "proxy/admin/endpoints.hpp"

#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

struct AdminEndpoints : testing::Test {
  AdminEndpoints() {
    hooks.ready = [this] { return is_ready; };
    hooks.config_json = [] { return std::string(R"({"primary":"http://127.0.0.1:1"})"); };
    hooks.drain = [this] { ++drains; };
    hooks.set_shadow_paused = [this](bool value) { paused = value; };
    hooks.shadow_paused = [this] { return paused; };
    hooks.set_shadow_percent = [this](double value) { percent = value; };
    hooks.shadow_percent = [this] { return percent; };
    hooks.explain = [](const http::Request& request) { return guard::Guard({}).judge(request); };
  }

  http::Response ask(std::string_view method, std::string_view target, std::string_view origin = {}) const {
    http::Request request;
    request.head.method = method;
    request.head.target = target;
    if (!origin.empty()) request.head.fields.add("Origin", origin);
    return answer_admin(request, hooks);
  }

  AdminHooks hooks;
  bool is_ready = true;
  bool paused = false;
  double percent = 100;
  int drains = 0;
};

TEST_F(AdminEndpoints, HealthIsJson) {
  EXPECT_EQ(ask("GET", "/live").body, "{\"live\":true}\n");
  EXPECT_EQ(ask("GET", "/ready").head.status, 200u);
  is_ready = false;
  EXPECT_EQ(ask("GET", "/ready").head.status, 503u);
  EXPECT_EQ(ask("GET", "/ready").body, "{\"ready\":false}\n");
}

TEST_F(AdminEndpoints, AMutationByGetIsRefusedAndChangesNothing) {
  for (const auto* path : {"/drain", "/shadow/pause", "/shadow/resume", "/shadow/percent?value=5"}) {
    const auto response = ask("GET", path);
    EXPECT_EQ(response.head.status, 405u) << path;
    EXPECT_EQ(response.head.fields.find("Allow"), "POST") << path;
  }
  EXPECT_EQ(drains, 0);
  EXPECT_FALSE(paused);
  EXPECT_EQ(percent, 100);
}

TEST_F(AdminEndpoints, APostToAReadingEndpointIsRefused) {
  EXPECT_EQ(ask("POST", "/metrics").head.status, 405u);
  EXPECT_EQ(ask("POST", "/metrics").head.fields.find("Allow"), "GET, HEAD");
}

TEST_F(AdminEndpoints, AMutationFromAWebPageIsRefused) {
  EXPECT_EQ(ask("POST", "/drain", "http://evil.example").head.status, 403u);
  EXPECT_EQ(drains, 0);
}

TEST_F(AdminEndpoints, PauseAndResume) {
  EXPECT_EQ(ask("POST", "/shadow/pause").body, "{\"paused\":true,\"percent\":100}\n");
  EXPECT_TRUE(paused);
  EXPECT_EQ(ask("POST", "/shadow/resume").body, "{\"paused\":false,\"percent\":100}\n");
  EXPECT_FALSE(paused);
}

TEST_F(AdminEndpoints, PercentTakesAShareAndNothingElse) {
  EXPECT_EQ(ask("POST", "/shadow/percent?value=12.5").body, "{\"paused\":false,\"percent\":12.5}\n");
  EXPECT_EQ(percent, 12.5);
  for (const auto* bad :
       {"/shadow/percent", "/shadow/percent?value=", "/shadow/percent?value=-1", "/shadow/percent?value=101",
        "/shadow/percent?value=ten", "/shadow/percent?other=1"})
    EXPECT_EQ(ask("POST", bad).head.status, 400u) << bad;
  EXPECT_EQ(percent, 12.5);
}

TEST_F(AdminEndpoints, DrainIsPassedOn) {
  EXPECT_EQ(ask("POST", "/drain").body, "{\"draining\":true}\n");
  EXPECT_EQ(drains, 1);
}

TEST_F(AdminEndpoints, ExplainSaysWhatTheGuardDecides) {
  EXPECT_NE(
      ask("GET", "/explain?method=POST&target=/orders")
          .body.find(
              R"({"method":"POST","target":"/orders","decision":"deny","rule":"unsafe_method","reason":")"),
      std::string::npos)
      << ask("GET", "/explain?method=POST&target=/orders").body;
  EXPECT_NE(ask("GET", "/explain?target=/orders%3Fpage%3D2")
                .body.find(R"("target":"/orders?page=2","decision":"allow")"),
            std::string::npos);
  EXPECT_EQ(ask("GET", "/explain").head.status, 400u);
}

TEST_F(AdminEndpoints, WhatIsExplainedIsEscaped) {
  const auto body = ask("GET", "/explain?method=GET&target=/%22%0a%1b").body;
  EXPECT_NE(body.find(R"("target":"/\"\n\u001b")"), std::string::npos) << body;
}

TEST_F(AdminEndpoints, AnUnknownPathListsWhatThereIs) {
  const auto response = ask("GET", "/nothing");
  EXPECT_EQ(response.head.status, 404u);
  for (const auto* endpoint :
       {"GET /live", "GET /ready", "GET /metrics", "GET /config", "GET /explain", "POST /drain",
        "POST /shadow/pause", "POST /shadow/resume", "POST /shadow/percent"})
    EXPECT_NE(response.body.find(endpoint), std::string::npos) << endpoint;
}

TEST_F(AdminEndpoints, WithoutShadowsTheirSwitchesAreNotThere) {
  hooks.set_shadow_paused = nullptr;
  hooks.set_shadow_percent = nullptr;
  hooks.explain = nullptr;
  EXPECT_EQ(ask("POST", "/shadow/pause").head.status, 404u);
  EXPECT_EQ(ask("POST", "/shadow/percent?value=1").head.status, 404u);
  EXPECT_EQ(ask("GET", "/explain?target=/").head.status, 404u);
}

TEST_F(AdminEndpoints, MetricsComeFromTheirSources) {
  hooks.metrics.push_back([](telemetry::MetricSet& set) { set.counter("understudy_x_total", "X.").add(3); });
  for (const auto* path : {"/metrics", "/stats/prometheus"}) {
    const auto response = ask("GET", path);
    EXPECT_EQ(response.head.fields.find("Content-Type"), telemetry::kExpositionContentType);
    EXPECT_NE(response.body.find("understudy_x_total 3\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace understudy::proxy
