// Scrubbing: JSON bodies without and with hits, forms, heads. UNDERSTUDY_BENCH_JSON may name a file of JSON
// to use instead of the generated documents.
#include "core/scrub/body.hpp"
#include "core/scrub/json/lexer.hpp"
#include "core/scrub/pairs.hpp"
#include "core/scrub/scrubber.hpp"
#include "core/scrub/text.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <benchmark/benchmark.h>

namespace {

using namespace understudy;

scrub::Options options() {
  scrub::Options made;
  made.key[0] = 1;
  return made;
}

const scrub::Tokens& tokens() {
  static const scrub::Tokens made(options().key);
  return made;
}

/// An array of API-like objects; of every `hit_every` values one is an e-mail address (0: none).
std::string documents(std::size_t objects, std::size_t hit_every) {
  if (const char* file = std::getenv("UNDERSTUDY_BENCH_JSON"); file != nullptr && hit_every == 0) {
    std::stringstream content;
    content << std::ifstream(file).rdbuf();
    return content.str();
  }
  std::string out = "[";
  std::size_t leaves = 0;
  const auto value = [&](const std::string& plain) {
    return hit_every != 0 && ++leaves % hit_every == 0 ? "user" + std::to_string(leaves) + "@example.com"
                                                       : plain;
  };
  for (std::size_t i = 0; i < objects; ++i) {
    const auto id = std::to_string(100000 + i * 17);
    if (i != 0) out += ",";
    out += "{\"id\":" + id + ",\"node_id\":\"MDEwOlJlcG9zaXRvcnk" + id + "\",\"name\":\"" +
           value("item-" + id) + "\",\"url\":\"https://api.example.com/repos/owner/item-" + id +
           "\",\"private\":false,\"description\":\"" +
           value("A small thing that does what it says and nothing else") +
           "\",\"fork\":null,\"created_at\":\"" + value("2026-01-05T10:00:00Z") +
           "\",\"size\":" + std::to_string(i % 977) + ",\"score\":1.5,\"tags\":[\"" + value("alpha") +
           "\",\"" + value("beta") + "\"],\"owner\":{\"login\":\"" + value("someone") +
           "\",\"avatar_url\":\"https://avatars.example.com/u/" + id + "\"}}";
  }
  return out + "]";
}

struct CountingSink {
  std::size_t tokens = 0;
  void key(const scrub::JsonString&) { ++tokens; }
  void string(const scrub::JsonString&) { ++tokens; }
  void number(const scrub::JsonNumber&) { ++tokens; }
  void literal() { ++tokens; }
  void open(std::size_t) { ++tokens; }
  void close(std::size_t) { ++tokens; }
};

void lex_json(benchmark::State& state) {
  const auto text = documents(500, 0);
  for (auto _ : state) {
    CountingSink sink;
    benchmark::DoNotOptimize(scrub::JsonLexer<CountingSink>(text, 128, sink).run());
    benchmark::DoNotOptimize(sink.tokens);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

/// Whole bodies as the proxy scrubs them, the second look after a change included.
void scrub_body(benchmark::State& state) {
  const auto text = documents(500, static_cast<std::size_t>(state.range(0)));
  const auto given = options();
  const scrub::Pass pass{tokens(), 128};
  http::Fields fields;
  fields.add("Content-Type", "application/json");
  for (auto _ : state) {
    auto body = text;
    scrub::Tally tally;
    benchmark::DoNotOptimize(scrub::scrub_body(body, fields, given, pass, tally));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void scrub_html(benchmark::State& state) {
  std::string text = "<!DOCTYPE html><html><body>";
  for (int i = 0; i < 500; ++i)
    text += "<p class=\"item\"><a href=\"/items/" + std::to_string(10000 + i) +
            "?page=2&amp;sort=name\">It&#39;s a thing</a> that costs 12.50, see <i>the list</i>.</p>\n";
  const scrub::Pass pass{tokens(), 128};
  for (auto _ : state) {
    scrub::Splices splices;
    scrub::scan_text(text, pass, splices);
    benchmark::DoNotOptimize(splices.empty());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void scrub_form(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += (i == 0 ? "" : "&") + std::string("field_name=some%20value+of+a+form");
  const scrub::Pass pass{tokens(), 128};
  for (auto _ : state) {
    scrub::Splices splices;
    scrub::scan_pairs(text, {0, text.size()}, pass, splices);
    benchmark::DoNotOptimize(splices.empty());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

http::Response plain_response() {
  http::Response response;
  response.head.status = 200;
  response.head.reason = "OK";
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Server", "GitHub.com"},
           {"Date", "Tue, 07 Aug 2018 15:08:08 GMT"},
           {"Content-Type", "application/json; charset=utf-8"},
           {"Content-Length", "6832"},
           {"Status", "200 OK"},
           {"X-Ratelimit-Limit", "5000"},
           {"X-Ratelimit-Remaining", "4901"},
           {"X-Ratelimit-Reset", "1533657311"},
           {"Cache-Control", "private, max-age=60, s-maxage=60"},
           {"Vary", "Accept, Authorization, Cookie, X-GitHub-OTP"},
           {"ETag", "\"ee91b754d1a43ff2a09084bb75a7ad7c\""},
           {"X-Oauth-Scopes", "admin:org, admin:org_hook, delete_repo, gist, notifications, repo, user"},
           {"X-Github-Media-Type", "github.v3; format=json"},
           {"Access-Control-Expose-Headers", "ETag, Link, Retry-After, X-GitHub-OTP, X-RateLimit-Limit"},
           {"Access-Control-Allow-Origin", "*"},
           {"Strict-Transport-Security", "max-age=31536000; includeSubdomains; preload"},
           {"X-Frame-Options", "deny"},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "origin-when-cross-origin, strict-origin-when-cross-origin"},
           {"X-Github-Request-Id", "EC74:202B:F2B51A:2355102:5B69B5D6"}})
    response.head.fields.add(name, value);
  return response;
}

void scrub_head(benchmark::State& state) {
  const scrub::Scrubber scrubber(options());
  auto response = plain_response();
  for (auto _ : state) {
    // Copied because the scrubber takes its message over; the copy costs three allocations.
    auto report = scrubber.scrub(http::Response(response));
    benchmark::DoNotOptimize(report.redactions);
  }
}

void copy_head(benchmark::State& state) {
  const auto response = plain_response();
  for (auto _ : state) {
    auto copy = response;
    benchmark::DoNotOptimize(copy.head.fields.size());
  }
}

BENCHMARK(lex_json);
BENCHMARK(scrub_body)->Arg(0)->Arg(100)->Arg(10);
BENCHMARK(scrub_form);
BENCHMARK(scrub_html);
BENCHMARK(scrub_head);
BENCHMARK(copy_head);

}  // namespace
