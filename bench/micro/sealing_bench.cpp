// What encryption adds to writing and reading a chunk, beside the compression that it comes after. Both count
// raw bytes, so the figures compare.
#include "capture-format/crypto/key_file.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/file_opener.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"
#include "capture-format/writer/file_sealer.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

namespace understudy::capture {
namespace {

/// A chunk of 1 MiB that compresses about as well as API traffic does, some 1:10.
struct Chunk {
  ChunkBuilder builder{std::size_t{1} << 20};
  ChunkCompressor compressor{3};
  ChunkHeader header;
  std::string stored;
  FileHeader file;
  KeyFile keys{"bench", *SecretKey::random()};
  std::unique_ptr<FileSealer> sealer;

  Chunk() {
    std::mt19937_64 random(1);
    std::string fresh(700, ' ');
    std::string body;
    while (body.size() < 7000)
      body += "{\"id\":\"node\",\"login\":\"somebody\",\"url\":\"https://api.example.com/\"},";
    ExchangeView view;
    view.request.method = "GET";
    view.has_response = true;
    while (true) {
      std::generate(fresh.begin(), fresh.end(), [&random] { return static_cast<char>('a' + random() % 26); });
      std::copy(fresh.begin(), fresh.end(), body.begin() + 100);
      view.request.target = std::string_view(body).substr(100, 40);
      view.response.body = body;
      if (ChunkBuilder::needed(encoded_size_bound(view)) > builder.room()) break;
      builder.append(view);
    }
    header = builder.header();
    stored = *compressor.compress(builder.raw(), header);
    file.uuid = random_uuid();
    sealer = *FileSealer::make(&keys, file);
  }

  std::int64_t raw_bytes() const { return static_cast<std::int64_t>(builder.raw().size()); }
};

void report(benchmark::State& state, const Chunk& chunk) {
  state.SetBytesProcessed(state.iterations() * chunk.raw_bytes());
  state.counters["stored"] = benchmark::Counter(static_cast<double>(chunk.stored.size()),
                                                benchmark::Counter::kIsIterationInvariantRate);
}

void BM_Compress(benchmark::State& state) {
  Chunk chunk;
  for (auto _ : state) {
    auto header = chunk.builder.header();
    benchmark::DoNotOptimize(chunk.compressor.compress(chunk.builder.raw(), header));
  }
  report(state, chunk);
}
BENCHMARK(BM_Compress);

void BM_Seal(benchmark::State& state) {
  Chunk chunk;
  std::uint64_t sequence = 0;
  for (auto _ : state) {
    auto header = chunk.header;
    header.file_uuid = chunk.file.uuid;
    header.sequence = sequence++;
    benchmark::DoNotOptimize(chunk.sealer->seal_chunk(header, chunk.stored));
  }
  report(state, chunk);
}
BENCHMARK(BM_Seal);

void BM_Decompress(benchmark::State& state) {
  Chunk chunk;
  ChunkDecompressor decompressor;
  for (auto _ : state) benchmark::DoNotOptimize(decompressor.decompress(chunk.header, chunk.stored));
  report(state, chunk);
}
BENCHMARK(BM_Decompress);

void BM_Open(benchmark::State& state) {
  Chunk chunk;
  auto header = chunk.header;
  header.file_uuid = chunk.file.uuid;
  const auto sealed = *chunk.sealer->seal_chunk(header, chunk.stored);
  const auto opener = *FileOpener::make(chunk.keys, *chunk.file.envelope, chunk.file.uuid);
  std::string out(sealed.stored.size(), '\0');
  for (auto _ : state) benchmark::DoNotOptimize(opener->open_data(header, sealed.stored, out.data()));
  report(state, chunk);
}
BENCHMARK(BM_Open);

}  // namespace
}  // namespace understudy::capture
