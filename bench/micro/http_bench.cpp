// What the codec costs per production message: heads in, heads out, chunks.
#include "core/http/chunked.hpp"
#include "core/http/forward.hpp"
#include "core/http/parser.hpp"
#include "core/http/serializer.hpp"

#include <string>

#include <benchmark/benchmark.h>

namespace understudy::http {
namespace {

// A browser's API call, 500 bytes.
std::string request_of_500_bytes() {
  std::string raw =
      "GET /api/v2/orders/184467?expand=items,customer&page=2 HTTP/1.1\r\n"
      "Host: shop.example.com\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 "
      "Safari/537.36\r\n"
      "Accept: application/json, text/plain, */*\r\n"
      "Accept-Encoding: gzip, deflate, br\r\n"
      "Accept-Language: en-US,en;q=0.9\r\n"
      "Cookie: session=8f14e45fceea167a5a36dedd4bea2543; theme=dark\r\n"
      "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n"
      "X-Request-Id: ";
  raw.append(500 - raw.size() - 4, '7');
  return raw + "\r\n\r\n";
}

std::string response_of_300_bytes() {
  std::string raw =
      "HTTP/1.1 200 OK\r\n"
      "Server: nginx\r\n"
      "Date: Mon, 05 Jan 2026 10:00:00 GMT\r\n"
      "Content-Type: application/json; charset=utf-8\r\n"
      "Content-Length: 1024\r\n"
      "Cache-Control: private, max-age=0\r\n"
      "Vary: Accept-Encoding\r\n"
      "ETag: \"";
  raw.append(300 - raw.size() - 5, 'e');
  return raw + "\"\r\n\r\n";
}

void parse_request_head(benchmark::State& state) {
  const auto raw = request_of_500_bytes();
  RequestParser parser{Limits{}};
  for (auto _ : state) {
    parser.reset();
    benchmark::DoNotOptimize(parser.parse_head(raw));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
}
BENCHMARK(parse_request_head);

void parse_response_head(benchmark::State& state) {
  const auto raw = response_of_300_bytes();
  ResponseParser parser(response_limits());
  for (auto _ : state) {
    parser.reset("GET");
    benchmark::DoNotOptimize(parser.parse_head(raw));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
}
BENCHMARK(parse_response_head);

void forward_request_head(benchmark::State& state) {
  const auto raw = request_of_500_bytes();
  RequestParser parser{Limits{}};
  parser.reset();
  if (!parser.parse_head(raw)) state.SkipWithError("the sample does not parse");
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_forwarded_head(out, parser.head(), parser.framing(), {.client_address = "192.0.2.1"});
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(forward_request_head);

void forward_response_head(benchmark::State& state) {
  const auto raw = response_of_300_bytes();
  ResponseParser parser(response_limits());
  parser.reset("GET");
  if (!parser.parse_head(raw)) state.SkipWithError("the sample does not parse");
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_forwarded_head(out, parser.head(), parser.framing(), ForwardResponse{});
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(forward_response_head);

// A 64 KiB body in chunks of the given size.
void decode_chunked(benchmark::State& state) {
  std::string raw;
  const std::string chunk(static_cast<std::size_t>(state.range(0)), 'x');
  for (std::size_t sent = 0; sent < 64 * 1024; sent += chunk.size()) append_chunk(raw, chunk);
  append_last_chunk(raw, {});
  ChunkedDecoder decoder{Limits{}};
  for (auto _ : state) {
    decoder.reset();
    std::string_view in = raw;
    while (!in.empty()) {
      const auto step = decoder.step(in);
      if (!step) return state.SkipWithError("the sample does not decode");
      benchmark::DoNotOptimize(step->data);
      in.remove_prefix(step->consumed);
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * raw.size()));
}
BENCHMARK(decode_chunked)->Arg(64)->Arg(4096)->Arg(65536);

}  // namespace
}  // namespace understudy::http
