// The recorder's hot path against a plain copy of the same bytes: the target is 0.85 of memcpy's speed.
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

/// Twenty fields a side and a JSON body, as API traffic has them; enough distinct ones to miss the caches.
struct Traffic {
  std::vector<std::string> texts;
  std::vector<ExchangeView> exchanges;

  explicit Traffic(std::size_t body_bytes) {
    std::mt19937_64 random(1);
    texts.reserve(512);
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::string body(body_bytes, ' ');
      for (char& c : body) c = static_cast<char>('a' + random() % 26);
      texts.push_back(std::move(body));
      texts.push_back("/repos/owner-" + std::to_string(i % 40) + "/name/issues/" + std::to_string(i));
      ExchangeView view;
      view.start_ns = i;
      view.id = i;
      view.connection_id = i / 3;
      view.request.method = "GET";
      view.request.target = texts.back();
      view.request.authority = "api.example.com";
      view.has_response = true;
      view.response.status = 200;
      view.response.reason = "OK";
      view.response.body = texts[texts.size() - 2];
      view.response.body_length = body_bytes;
      for (int header = 0; header < 20; ++header)
        view.response.headers.push_back({"X-Header-Name", "some value of an ordinary length, 44 bytes"});
      for (int header = 0; header < 5; ++header)
        view.request.headers.push_back({"Accept", "application/json"});
      exchanges.push_back(std::move(view));
    }
  }
};

void BM_Encode(benchmark::State& state) {
  const Traffic traffic(static_cast<std::size_t>(state.range(0)));
  ChunkBuilder chunk(kChunkBytes);
  std::size_t at = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto& exchange = traffic.exchanges[at++ % traffic.exchanges.size()];
    if (ChunkBuilder::needed(encoded_size_bound(exchange)) > chunk.room()) {
      bytes += chunk.raw().size();
      chunk.clear();
    }
    chunk.append(exchange);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes + chunk.raw().size()));
}
BENCHMARK(BM_Encode)->Arg(0)->Arg(7'000);

/// Copies exchanges that lie encoded elsewhere: no encoder can be faster than this.
void BM_Memcpy(benchmark::State& state) {
  const Traffic traffic(static_cast<std::size_t>(state.range(0)));
  std::vector<std::string> encoded;
  for (const auto& exchange : traffic.exchanges) {
    std::string bytes(encoded_size_bound(exchange), '\0');
    wire::Writer out(bytes.data());
    encode_exchange(out, exchange);
    bytes.resize(static_cast<std::size_t>(out.position() - bytes.data()));
    encoded.push_back(std::move(bytes));
  }
  const std::unique_ptr<char[]> chunk(new char[kChunkBytes]);
  std::size_t at = 0;
  std::size_t used = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto& source = encoded[at++ % encoded.size()];
    if (used + source.size() > kChunkBytes) used = 0;
    std::memcpy(chunk.get() + used, source.data(), source.size());
    used += source.size();
    bytes += source.size();
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_Memcpy)->Arg(0)->Arg(7'000);

/// What the disk thread does with each chunk, without the disk.
void BM_CompressChunk(benchmark::State& state) {
  const Traffic traffic(1'000);
  ChunkBuilder chunk(kChunkBytes);
  for (std::size_t i = 0;; ++i) {
    const auto& exchange = traffic.exchanges[i % traffic.exchanges.size()];
    if (ChunkBuilder::needed(encoded_size_bound(exchange)) > chunk.room()) break;
    chunk.append(exchange);
  }
  ChunkCompressor compressor(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    auto header = chunk.header();
    benchmark::DoNotOptimize(compressor.compress(chunk.raw(), header));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * chunk.raw().size()));
}
BENCHMARK(BM_CompressChunk)->Arg(1)->Arg(3);

}  // namespace
}  // namespace understudy::capture
