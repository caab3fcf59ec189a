// Reading captures: the checksum, `verify`, a full decode beside bare zstd, a filter, a merge.
#include "capture-format/file_writer.hpp"
#include "capture-format/filter.hpp"
#include "capture-format/merge/merge_reader.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/crc32c.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <stdlib.h>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <zstd.h>

namespace understudy::capture {
namespace {

/// Captures of JSON exchanges, about 64 MiB raw each and a tenth of that stored; removed at the end.
class Captures {
 public:
  static constexpr std::uint64_t kExchanges = 8'000;

  Captures() {
    auto pattern = (std::filesystem::temp_directory_path() / "understudy-bench-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~Captures() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  /// The exchanges of `file` of `files`, which take turns in time; a hundredth of its chunks have a 5xx.
  std::string write(std::uint64_t file, std::uint64_t files) {
    const auto path = (directory_ / (std::to_string(file) + ".ucap.zst")).string();
    FileWriterOptions options;
    options.output = path;
    options.overwrite = true;
    auto writer = FileWriter::open(options);
    std::mt19937_64 random(file + 1);
    std::string body;
    for (std::uint64_t i = 0; i < kExchanges; ++i) {
      body.clear();
      while (body.size() < 8'000)
        body += "{\"id\":" + std::to_string(random()) + ",\"state\":\"open\",\"user\":{\"login\":\"u" +
                std::to_string(random() % 5000) + "\",\"site_admin\":false},\"labels\":[],\"comments\":3},\n";
      ExchangeView view;
      view.start_ns = 1'700'000'000'000'000'000 + (i * files + file) * 1'000'000;
      view.id = i + 1;
      view.connection_id = i / 8;
      view.request.method = "GET";
      view.request.target = "/repos/a/b/issues";
      view.request.authority = "api.example.com";
      view.request.headers.assign(8, {"Accept", "application/vnd.github+json"});
      view.has_response = true;
      view.response.status = i == kExchanges / 2 ? 503 : 200;
      view.response.headers.assign(20, {"X-RateLimit-Remaining", "4999"});
      view.response.body = body;
      view.response.body_length = body.size();
      (*writer)->append(view).value();
    }
    (*writer)->finish().value();
    return path;
  }

 private:
  std::filesystem::path directory_;
};

const std::vector<std::string>& capture_files() {
  static Captures captures;
  static const std::vector<std::string> paths{captures.write(0, 4), captures.write(1, 4),
                                              captures.write(2, 4), captures.write(3, 4)};
  return paths;
}

void set_bytes(benchmark::State& state, std::uint64_t bytes_a_round) {
  state.SetBytesProcessed(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(state.iterations()) * bytes_a_round));
}

void BM_Crc32c(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'c');
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  set_bytes(state, bytes.size());
}
BENCHMARK(BM_Crc32c)->Arg(316)->Arg(100'000);

/// Stored bytes a second.
void BM_VerifyChecksums(benchmark::State& state) {
  const auto& path = capture_files().front();
  for (auto _ : state) {
    FrameScanner scanner(*open_file_source(path), FrameScanner::Content::stored);
    scanner.begin(path).value();
    while (scanner.next() != ScanEvent::end) {
    }
  }
  set_bytes(state, std::filesystem::file_size(path));
}
BENCHMARK(BM_VerifyChecksums)->Unit(benchmark::kMillisecond);

std::uint64_t read_all(const std::string& path, const ReaderOptions& options, std::uint64_t& bytes_read) {
  auto reader = *Reader::open(path, options);
  while (reader.next() != nullptr) {
  }
  bytes_read = reader.bytes_read();
  return reader.totals().raw_bytes;
}

/// Raw bytes a second, as in all that follows; the argument is the number of threads.
void BM_Decode(benchmark::State& state) {
  ReaderOptions options;
  options.decode_threads = static_cast<unsigned>(state.range(0));
  std::uint64_t raw = 0;
  std::uint64_t read = 0;
  for (auto _ : state) raw = read_all(capture_files().front(), options, read);
  set_bytes(state, raw);
}
BENCHMARK(BM_Decode)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// What any reader has to do at least: bare zstd over the same bytes in memory.
void BM_BareZstd(benchmark::State& state) {
  auto source = *open_file_source(capture_files().front());
  const auto bytes = source->read_at(0, static_cast<std::size_t>(source->size()));
  auto* const zstd = ZSTD_createDCtx();
  std::string raw(std::size_t{1} << 20, '\0');
  std::uint64_t total = 0;
  for (auto _ : state) {
    total = 0;
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos < in.size) {
      ZSTD_outBuffer out{raw.data(), raw.size(), 0};
      if (ZSTD_isError(ZSTD_decompressStream(zstd, &out, &in)) != 0) break;
      total += out.pos;
    }
  }
  ZSTD_freeDCtx(zstd);
  set_bytes(state, total);
}
BENCHMARK(BM_BareZstd)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Of a file where one chunk in a hundred holds what is wanted; "read" is the share of the file.
void BM_FilterRareStatus(benchmark::State& state) {
  const std::vector<std::string> terms{"status=5xx"};
  ReaderOptions options;
  options.filter = *Filter::parse(terms);
  std::uint64_t read = 0;
  for (auto _ : state) read_all(capture_files().front(), options, read);
  state.counters["read"] =
      static_cast<double>(read) / static_cast<double>(std::filesystem::file_size(capture_files().front()));
}
BENCHMARK(BM_FilterRareStatus)->Unit(benchmark::kMicrosecond);

/// Four files that take turns; with memory for the chunks that overlap, and with so little that everything is
/// sorted on disk.
void BM_Merge(benchmark::State& state) {
  std::uint64_t raw = 0;
  for (auto _ : state) {
    MergeOptions options;
    options.memory_bytes = static_cast<std::size_t>(state.range(0)) << 20;
    auto reader = *MergeReader::open({capture_files().begin(), capture_files().end()}, options);
    while (reader.next().value() != nullptr) {
    }
    raw = 0;
    for (const auto& source : reader.sources()) raw += source.totals.raw_bytes;
  }
  set_bytes(state, raw);
}
BENCHMARK(BM_Merge)->Arg(96)->Arg(3)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace understudy::capture
